import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '#lib/clock.ts'
import { findList } from './list-items.ts'
import { MetadataError } from './metadata-error.ts'
import { type ParsePodOptions, parsePod } from './parse-pod.ts'
import type { PodMetadata } from './pod-metadata.ts'
import { isObject } from './read-json.ts'
import { versionOf } from './watch-event.ts'

/** A node has some hundreds at the most. */
const MAX_PODS = 10_000
/** The API server takes no object beyond 1.5 MiB. */
const MAX_POD_BYTES = 4 * 1024 ** 2
/** Those of a list: a version and little else. */
const MAX_METADATA_BYTES = 64 * 1024
/** After so long at a stretch, logs have their turn. */
const STRETCH_MS = 8
/** More work than this is no list of pods that a kubelet made. */
const LONGEST_PARSE_MS = 5_000

export interface ParsePodsOptions extends ParsePodOptions {
  readonly clock: Clock
}

export interface PodList {
  readonly pods: readonly PodMetadata[]
  /** Elements that are no pods, or too large, or too many. */
  readonly skipped: number
  /** What the API server calls the state that the list shows; a kubelet has no name for it. */
  readonly version: string | undefined
}

/**
 * Parses a v1.PodList as a kubelet's `/pods` or the API server gives it, pod by pod, giving the event loop its turn in between. A pod
 * that cannot be understood is left out and counted.
 *
 * @throws MetadataError if it is no list at all or takes too long
 */
export async function parsePods(text: Buffer, { clock, ...options }: ParsePodsOptions): Promise<PodList> {
  // One more than is taken, so that it is seen when there are too many.
  const found = findList(text, MAX_PODS + 1)
  const malformed = (reason: string) => new MetadataError(`${options.peer}_ANSWER_MALFORMED`, [reason])
  if (found === undefined) throw malformed('it is not a complete list of pods')
  const { items, metadata } = found
  const pods: PodMetadata[] = []
  let skipped = 0
  let busyMs = 0
  let stretchStart = clock.monotonicMs()
  for (let index = 0; index < items.length; index += 2) {
    const pod = pods.length < MAX_PODS ? parseItem(text, items[index]!, items[index + 1]!, options) : undefined
    if (pod === undefined) skipped += 1
    else pods.push(pod)
    const stretchMs = clock.monotonicMs() - stretchStart
    if (stretchMs < STRETCH_MS) continue
    busyMs += stretchMs
    if (busyMs > LONGEST_PARSE_MS) {
      throw malformed(`reading it takes longer than ${LONGEST_PARSE_MS} ms`)
    }
    await nextTurn()
    stretchStart = clock.monotonicMs()
  }
  return { pods, skipped, version: metadata === undefined ? undefined : parseVersion(text, ...metadata) }
}

function parseItem(text: Buffer, start: number, end: number, options: ParsePodOptions): PodMetadata | undefined {
  return end - start > MAX_POD_BYTES ? undefined : parsePod(parseJson(text, start, end), options)
}

function parseVersion(text: Buffer, start: number, end: number): string | undefined {
  if (end - start > MAX_METADATA_BYTES) return undefined
  const metadata = parseJson(text, start, end)
  return isObject(metadata) ? versionOf(metadata) : undefined
}

function parseJson(text: Buffer, start: number, end: number): unknown {
  try {
    return JSON.parse(text.toString('utf8', start, end))
  } catch {
    return undefined
  }
}
