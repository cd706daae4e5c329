import type { Group } from './group.ts'
import { containerIdOf, isQualityGroup, podUidOf } from './group-name.ts'
import type { GroupReader } from './group-reader.ts'
import type { HeldFiles } from './held-files.ts'
import { findRootsOfPods, type Layout, listDirectory } from './layout.ts'
import { PodGroup } from './pod-group.ts'
import type { SyncFiles } from './sync-files.ts'

export interface GroupTreeOptions {
  readonly layout: Layout
  readonly files: SyncFiles
  readonly held: HeldFiles
  /** Reads groups of containers, and those above. */
  readonly members: GroupReader
  readonly above: GroupReader
  readonly withSlices: boolean
}

/** Where pods are seldom changes; while they are not found, they are looked for each time. */
const SEARCH_ROUNDS = 30
/** A kubelet takes 110 pods unless told. */
const MAX_PODS = 2048
const MAX_MEMBERS = 256

/** The groups of pods and of what runs in them, walked from round to round. */
export class GroupTree {
  readonly #options: GroupTreeOptions
  #roots: readonly string[] = []
  #walks = 0
  #pods = new Map<string, PodGroup>()
  #slices = new Map<string, Group>()

  constructor(options: GroupTreeOptions) {
    this.#options = options
  }

  /** The groups that hold all pods. */
  get roots(): readonly string[] {
    return this.#roots
  }

  get pods(): Iterable<PodGroup> {
    return this.#pods.values()
  }

  /** Groups above the pods, if they are wanted. */
  get slices(): Iterable<Group> {
    return this.#slices.values()
  }

  /** Looks which groups there are; those that are gone are closed and forgotten. */
  walk(nowMs: number): void {
    const { layout, files } = this.#options
    // A group always has files: one without was removed.
    const isGone = this.#roots.some((root) => listDirectory(files, layout.walked + root).length === 0)
    if (this.#roots.length === 0 || isGone || this.#walks % SEARCH_ROUNDS === 0) {
      this.#roots = findRootsOfPods(layout, files)
    }
    this.#walks += 1
    const slices: string[] = []
    const pods = new Map<string, PodGroup>()
    for (const root of this.#roots) {
      slices.push(root)
      this.#walkPods(root, pods, slices, nowMs)
    }
    for (const [path, pod] of this.#pods) if (pods.get(path) !== pod) this.#closePod(pod)
    this.#pods = pods
    if (this.#options.withSlices) this.#keepSlices(['', ...slices], nowMs)
  }

  close(): void {
    for (const pod of this.#pods.values()) this.#closePod(pod)
    for (const slice of this.#slices.values()) this.#options.held.release(slice)
    this.#pods.clear()
    this.#slices.clear()
  }

  #walkPods(directory: string, pods: Map<string, PodGroup>, slices: string[], nowMs: number): void {
    const { layout, files } = this.#options
    for (const name of listDirectory(files, layout.walked + directory)) {
      const path = `${directory}/${name}`
      const uid = podUidOf(name)
      if (uid !== undefined) {
        if (pods.size < MAX_PODS) pods.set(path, this.#walkPod(path, uid, nowMs))
      } else if (isQualityGroup(name)) {
        slices.push(path)
        this.#walkPods(path, pods, slices, nowMs)
      }
    }
  }

  #walkPod(path: string, uid: string, nowMs: number): PodGroup {
    const { layout, files, members: reader, above } = this.#options
    const known = this.#pods.get(path)
    const pod = known === undefined || known.group.isGone ? new PodGroup(uid, above.create(path, '', nowMs)) : known
    if (known !== undefined && known !== pod) pod.group.inheritLabels(known.group)
    const members = new Map<string, Group>()
    for (const name of listDirectory(files, layout.walked + path)) {
      const id = containerIdOf(name)
      if (id === undefined || members.size >= MAX_MEMBERS) continue
      const before = known?.members.get(name)
      const isKept = pod === known && before?.isGone === false
      const member = isKept ? before : reader.create(`${path}/${name}`, id, nowMs)
      if (before !== undefined && !isKept) member.inheritLabels(before)
      members.set(name, member)
    }
    for (const [name, member] of pod.members) if (members.get(name) !== member) this.#options.held.release(member)
    pod.members = members
    return pod
  }

  #keepSlices(paths: readonly string[], nowMs: number): void {
    const { above, held } = this.#options
    const slices = new Map<string, Group>()
    for (const path of paths) {
      const known = this.#slices.get(path)
      const slice = known?.isGone === false ? known : above.create(path, '', nowMs)
      if (known !== undefined && known !== slice) slice.inheritLabels(known)
      slices.set(path, slice)
    }
    for (const [path, slice] of this.#slices) if (slices.get(path) !== slice) held.release(slice)
    this.#slices = slices
  }

  #closePod({ group, members }: PodGroup): void {
    const { held } = this.#options
    held.release(group)
    for (const member of members.values()) held.release(member)
  }
}
