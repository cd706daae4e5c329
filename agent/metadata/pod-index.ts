import { isDeepStrictEqual } from 'node:util'
import type { ContainerMetadata, PodMetadata } from './pod-metadata.ts'

interface Entry {
  readonly pod: PodMetadata
  readonly goneAtMs: number | undefined
  usedAtMs: number
}

/** Runs of a container that are remembered: files of older ones are not on the node any more. */
const MAX_RUNS = 4
const MAX_DEPARTED = 10_000

/** The pods of the last list by every UID that may stand in a path, and for a while those that are gone from it. */
export class PodIndex {
  readonly #keepMs: number
  /** By the pod's own UID. */
  #entries = new Map<string, Entry>()
  #byUid = new Map<string, Entry>()
  #present = 0

  /** @param options.keepMs how long a pod stays after it left the list and was last looked for */
  constructor(options: { readonly keepMs: number }) {
    this.#keepMs = options.keepMs
  }

  /** Pods of the last list. */
  get presentCount(): number {
    return this.#present
  }

  /** Pods that are gone from the list. */
  get departedCount(): number {
    return this.#entries.size - this.#present
  }

  has(uid: string): boolean {
    return this.#byUid.has(uid)
  }

  /** The pod of a UID; being looked for keeps it. */
  find(uid: string, nowMs: number): PodMetadata | undefined {
    const entry = this.#byUid.get(uid)
    if (entry === undefined) return undefined
    entry.usedAtMs = nowMs
    return entry.pod
  }

  /** Takes a new list and returns the pods that are new or not what they were. */
  replace(pods: readonly PodMetadata[], nowMs: number): readonly PodMetadata[] {
    const entries = new Map<string, Entry>()
    const changed: PodMetadata[] = []
    for (const listed of pods) {
      if (entries.has(listed.uid)) continue
      const before = this.#entries.get(listed.uid)
      const next = before === undefined ? listed : withEarlierRuns(listed, before.pod)
      // What did not change stays the same object, so that nobody has to compare again.
      const pod = before !== undefined && isDeepStrictEqual(before.pod, next) ? before.pod : next
      if (pod !== before?.pod) changed.push(pod)
      entries.set(pod.uid, { pod, goneAtMs: undefined, usedAtMs: before?.usedAtMs ?? nowMs })
    }
    this.#present = entries.size
    for (const entry of this.#departed(entries, nowMs)) entries.set(entry.pod.uid, entry)
    this.#entries = entries
    this.#byUid = byEveryUid(entries)
    return changed
  }

  #departed(present: ReadonlyMap<string, Entry>, nowMs: number): readonly Entry[] {
    const departed: Entry[] = []
    for (const [uid, { pod, goneAtMs = nowMs, usedAtMs }] of this.#entries) {
      const isKept = nowMs - Math.max(goneAtMs, usedAtMs) < this.#keepMs
      if (!present.has(uid) && isKept) departed.push({ pod, goneAtMs, usedAtMs })
    }
    if (departed.length > MAX_DEPARTED) departed.sort((a, b) => b.usedAtMs - a.usedAtMs)
    return departed.slice(0, MAX_DEPARTED)
  }
}

/** A pod's own UID goes before what another pod says of itself. */
function byEveryUid(entries: Map<string, Entry>): Map<string, Entry> {
  const all = new Map(entries)
  for (const entry of entries.values()) {
    for (const uid of entry.pod.otherUids) if (!all.has(uid)) all.set(uid, entry)
  }
  return all
}

/**
 * The kubelet tells the ids of two runs of a container; the ones before are taken along. A pod that was made again under
 * the same UID counts its runs from the beginning, and none of them is an earlier one.
 */
function withEarlierRuns(pod: PodMetadata, before: PodMetadata): PodMetadata {
  const containers = pod.containers.map((container): ContainerMetadata => {
    const oldest = container.runs.at(-1)?.restartCount ?? 0
    const earlier = before.containers
      .find(({ name }) => name === container.name)
      ?.runs.filter(({ restartCount }) => restartCount < oldest)
    if (earlier === undefined || earlier.length === 0) return container
    return { ...container, runs: [...container.runs, ...earlier].slice(0, MAX_RUNS) }
  })
  return { ...pod, containers }
}
