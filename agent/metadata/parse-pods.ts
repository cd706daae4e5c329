import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '#lib/clock.ts'
import { KubeletError } from './kubelet-errors.ts'
import { findItems } from './list-items.ts'
import { parsePod } from './parse-pod.ts'
import type { PodMetadata } from './pod-metadata.ts'

/** A node has some hundreds at the most. */
const MAX_PODS = 10_000
/** The API server takes no object beyond 1.5 MiB. */
const MAX_POD_BYTES = 4 * 1024 ** 2
/** After so long at a stretch, logs have their turn. */
const STRETCH_MS = 8
/** More work than this is no list of pods that a kubelet made. */
const LONGEST_PARSE_MS = 5_000

export interface ParsePodsOptions {
  readonly clock: Clock
  /** Which annotations are kept. */
  readonly keepAnnotation: (key: string) => boolean
}

export interface PodList {
  readonly pods: readonly PodMetadata[]
  /** Elements that are no pods, or too large, or too many. */
  readonly skipped: number
}

/**
 * Parses a v1.PodList as the kubelet's `/pods` gives it, pod by pod, giving the event loop its turn in between. A pod
 * that cannot be understood is left out and counted.
 *
 * @throws KubeletError if it is no list at all or takes too long
 */
export async function parsePods(text: Buffer, { clock, keepAnnotation }: ParsePodsOptions): Promise<PodList> {
  // One more than is taken, so that it is seen when there are too many.
  const items = findItems(text, MAX_PODS + 1)
  if (items === undefined) throw new KubeletError('KUBELET_ANSWER_MALFORMED', ['it is not a complete list of pods'])
  const pods: PodMetadata[] = []
  let skipped = 0
  let busyMs = 0
  let stretchStart = clock.monotonicMs()
  for (let index = 0; index < items.length; index += 2) {
    const pod = pods.length < MAX_PODS ? parseItem(text, items[index]!, items[index + 1]!, keepAnnotation) : undefined
    if (pod === undefined) skipped += 1
    else pods.push(pod)
    const stretchMs = clock.monotonicMs() - stretchStart
    if (stretchMs < STRETCH_MS) continue
    busyMs += stretchMs
    if (busyMs > LONGEST_PARSE_MS) {
      throw new KubeletError('KUBELET_ANSWER_MALFORMED', [`reading it takes longer than ${LONGEST_PARSE_MS} ms`])
    }
    await nextTurn()
    stretchStart = clock.monotonicMs()
  }
  return { pods, skipped }
}

function parseItem(
  text: Buffer,
  start: number,
  end: number,
  keepAnnotation: (key: string) => boolean,
): PodMetadata | undefined {
  if (end - start > MAX_POD_BYTES) return undefined
  let value: unknown
  try {
    value = JSON.parse(text.toString('utf8', start, end))
  } catch {
    return undefined
  }
  return parsePod(value, keepAnnotation)
}
