import { isDeepStrictEqual } from 'node:util'
import type { ContainerMetadata, FoundRun, PodMetadata } from './pod-metadata.ts'

interface Entry {
  pod: PodMetadata
  /** Undefined as long as it is on the node. */
  goneAtMs: number | undefined
  usedAtMs: number
}

/** Runs of a container that are remembered: files of older ones are not on the node any more. */
const MAX_RUNS = 4
const MAX_DEPARTED = 10_000

/** The pods of the node by every UID that may stand in a path, and for a while those that are gone from it. */
export class PodIndex {
  readonly #keepMs: number
  /** By the pod's own UID. */
  #entries = new Map<string, Entry>()
  #byUid = new Map<string, Entry>()
  /** Made when it is asked for. */
  #byContainerId: Map<string, FoundRun> | undefined
  #present = 0

  /** @param options.keepMs how long a pod stays after it was gone and last looked for */
  constructor(options: { readonly keepMs: number }) {
    this.#keepMs = options.keepMs
  }

  /** Pods that are on the node. */
  get presentCount(): number {
    return this.#present
  }

  /** Pods that are gone from it. */
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

  /** Those that are on the node. */
  *present(): Iterable<PodMetadata> {
    for (const { pod, goneAtMs } of this.#entries.values()) if (goneAtMs === undefined) yield pod
  }

  /** The run of a container by the runtime's id. */
  findContainerById(id: string): FoundRun | undefined {
    this.#byContainerId ??= byEveryContainerId(this.#entries)
    return this.#byContainerId.get(id)
  }

  /** Takes a whole new list and returns the pods that are new or not what they were. */
  replace(pods: readonly PodMetadata[], nowMs: number): readonly PodMetadata[] {
    const present = new Map<string, Entry>()
    const changed: PodMetadata[] = []
    for (const listed of pods) {
      if (present.has(listed.uid)) continue
      const before = this.#entries.get(listed.uid)
      const entry = before ?? { pod: listed, goneAtMs: undefined, usedAtMs: nowMs }
      if (before === undefined || renew(entry, listed)) changed.push(entry.pod)
      present.set(listed.uid, entry)
    }
    for (const [uid, entry] of this.#entries) {
      if (!present.has(uid)) entry.goneAtMs ??= nowMs
    }
    this.#keep(present, nowMs)
    return changed
  }

  /** Takes one pod and returns whether it is new or not what it was. */
  put(pod: PodMetadata, nowMs: number): boolean {
    this.#byContainerId = undefined
    const before = this.#entries.get(pod.uid)
    if (before === undefined) {
      this.#entries.set(pod.uid, { pod, goneAtMs: undefined, usedAtMs: nowMs })
      this.#present += 1
      this.#byUid = byEveryUid(this.#entries)
      return true
    }
    const uids = before.pod.otherUids
    if (before.goneAtMs !== undefined) this.#present += 1
    const isChanged = renew(before, pod)
    if (!isDeepStrictEqual(uids, pod.otherUids)) this.#byUid = byEveryUid(this.#entries)
    return isChanged
  }

  /** The pod is gone from the node. */
  remove(uid: string, nowMs: number): void {
    const entry = this.#entries.get(uid)
    if (entry === undefined || entry.goneAtMs !== undefined) return
    entry.goneAtMs = nowMs
    this.#present -= 1
    if (this.departedCount > MAX_DEPARTED) this.expire(nowMs)
  }

  /** Forgets the pods that are gone for so long that nobody will ask for them. */
  expire(nowMs: number): void {
    this.#keep(new Map([...this.#entries].filter(([, { goneAtMs }]) => goneAtMs === undefined)), nowMs)
  }

  /** Keeps those that are present, and of the others the ones that may be asked for. */
  #keep(present: Map<string, Entry>, nowMs: number): void {
    this.#present = present.size
    const departed: (readonly [string, Entry])[] = []
    for (const pair of this.#entries) {
      const { goneAtMs, usedAtMs } = pair[1]
      if (goneAtMs === undefined || present.has(pair[0])) continue
      if (nowMs - Math.max(goneAtMs, usedAtMs) < this.#keepMs) departed.push(pair)
    }
    if (departed.length > MAX_DEPARTED) departed.sort(([, a], [, b]) => b.usedAtMs - a.usedAtMs)
    for (const [uid, entry] of departed.slice(0, MAX_DEPARTED)) present.set(uid, entry)
    this.#entries = present
    this.#byContainerId = undefined
    this.#byUid = byEveryUid(present)
  }
}

/** A pod is there (again). What did not change stays the same object, so that nobody has to compare again. */
function renew(entry: Entry, listed: PodMetadata): boolean {
  entry.goneAtMs = undefined
  const next = withEarlierRuns(listed, entry.pod)
  if (isDeepStrictEqual(entry.pod, next)) return false
  entry.pod = next
  return true
}

/** A pod's own UID goes before what another pod says of itself. */
function byEveryUid(entries: Map<string, Entry>): Map<string, Entry> {
  const all = new Map(entries)
  for (const entry of entries.values()) {
    for (const uid of entry.pod.otherUids) if (!all.has(uid)) all.set(uid, entry)
  }
  return all
}

/** The id of a pod that is there goes before the same one of a pod that is gone. */
function byEveryContainerId(entries: ReadonlyMap<string, Entry>): Map<string, FoundRun> {
  const all = new Map<string, FoundRun>()
  for (const { pod, goneAtMs } of entries.values()) {
    for (const container of pod.containers) {
      for (const run of container.runs) {
        if (goneAtMs === undefined || !all.has(run.id)) all.set(run.id, { pod, container, run })
      }
    }
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
