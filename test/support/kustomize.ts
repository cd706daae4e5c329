import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import type { KubernetesObject } from './kubernetes-schema.ts'

export const KUSTOMIZE_ROOT = join(import.meta.dirname, '../../deploy/kustomize')

/** The kustomize of this machine. */
export interface Kustomize {
  /** Whether it is newer than the 2.0 in kubectl before 1.21, which takes neither directories as resources nor patches. */
  readonly isModern: boolean
  /** Every object that a directory below deploy/kustomize stands for. */
  readonly render: (directory: string) => readonly KubernetesObject[]
}

/** Kustomize itself or the one in kubectl; undefined where there is neither. */
export function findKustomize(): Kustomize | undefined {
  if (run('kustomize', ['version']) !== undefined) {
    return { isModern: true, render: (directory) => render('kustomize', 'build', directory) }
  }
  const version = run('kubectl', ['version', '--client', '--output=json'])
  if (version === undefined) return undefined
  const { clientVersion } = JSON.parse(version) as { clientVersion: { major: string; minor: string } }
  const isModern = Number(clientVersion.major) > 1 || Number.parseInt(clientVersion.minor, 10) >= 21
  return { isModern, render: (directory) => render('kubectl', 'kustomize', directory) }
}

/** Every object in a text of one or more YAML documents. */
export function parseObjects(text: string): readonly KubernetesObject[] {
  return parseAllDocuments(text, { strict: true }).map((document) => {
    if (document.errors.length > 0) throw document.errors[0]
    return document.toJS() as KubernetesObject
  })
}

function render(program: string, verb: string, directory: string): readonly KubernetesObject[] {
  const { status, stdout, stderr } = spawnSync(program, [verb, join(KUSTOMIZE_ROOT, directory)], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${verb} ${directory}: ${stderr}`)
  return parseObjects(stdout)
}

function run(program: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' })
  return status === 0 ? stdout : undefined
}
