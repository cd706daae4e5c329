import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '#lib/clock.ts'
import type { Peer } from '../../agent/metadata/metadata-error.ts'
import { parsePods } from '../../agent/metadata/parse-pods.ts'
import type { PodMetadata } from '../../agent/metadata/pod-metadata.ts'

const ROOT = join(import.meta.dirname, '../..')
const RECORDING = join(ROOT, '../shared/fixtures/node.tar.gz')

/** Why tests with the recording of a real node are skipped, or false if it is there. */
export const RECORDING_MISSING = existsSync(RECORDING) ? false : `there is no recording of a node at ${RECORDING}`

/** A hand-written list of pods. */
export function corpusPods(name: string): Buffer {
  return readFileSync(join(ROOT, 'test/corpus/agent/pods', `${name}.json`))
}

/** A file of the recording. */
export function recordedFile(path: string): Buffer {
  return execFileSync('tar', ['-xzOf', RECORDING, `./${path}`], { maxBuffer: 64 * 1024 ** 2 })
}

/** Unpacks a folder of the recording, such as `var-log-pods`, into a directory. */
export function unpackRecording(folder: string, into: string): void {
  execFileSync('tar', ['-xzf', RECORDING, '-C', into, '--strip-components=2', '--no-same-owner', `./${folder}`])
}

/** Each symbolic link of /var/log/containers in the recording: its name and where it leads to. */
export function recordedLinks(): readonly (readonly [name: string, target: string])[] {
  const listing = execFileSync('tar', ['-tvzf', RECORDING], { encoding: 'utf8', maxBuffer: 64 * 1024 ** 2 })
  const links = listing.matchAll(/\.\/var-log-containers\/(\S+) -> (\S+)$/gm)
  return [...links].map(([, name, target]) => [name!, target!])
}

/** All pods of a list, by name, with all annotations. */
export async function podsByName(
  text: Buffer | string,
  peer: Peer = 'KUBELET',
): Promise<ReadonlyMap<string, PodMetadata>> {
  const { pods } = await parsePods(Buffer.from(text), { clock: systemClock, keepAnnotation: () => true, peer })
  return new Map(pods.map((pod) => [pod.name, pod]))
}

export interface ListedPod {
  readonly uid: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  /** Names; `app` unless told. */
  readonly containers?: readonly string[]
}

/** A list of pods with these UIDs, as the kubelet would give it. */
export function podListOf(...pods: readonly (string | ListedPod)[]): string {
  const items = pods.map((pod) => {
    const { uid, labels = {}, annotations = {}, containers = ['app'] } = typeof pod === 'string' ? { uid: pod } : pod
    const metadata = { name: `pod-${uid}`, namespace: 'shop', uid, labels, annotations }
    const spec = { nodeName: 'node-1', containers: containers.map((name) => ({ name, image: `${name}:1` })) }
    return { metadata, spec, status: {} }
  })
  return JSON.stringify({ kind: 'PodList', apiVersion: 'v1', items })
}
