import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '#lib/clock.ts'
import type { Gatherer, SendMetrics } from '../gatherer.ts'
import type { TargetMetrics } from '../target-metrics.ts'
import type { ContainerEvents } from './events.ts'
import type { Group } from './group.ts'
import type { GroupReader } from './group-reader.ts'
import type { GroupTree } from './group-tree.ts'
import type { Identifier } from './identify.ts'
import type { Machine } from './machine.ts'
import { OomCounts } from './oom-counts.ts'
import type { PodGroup } from './pod-group.ts'
import type { PodNetwork } from './pod-network.ts'
import type { Processes } from './process-info.ts'
import type { ProcessScan } from './process-scan.ts'
import type { SeriesWriter } from './series-writer.ts'
import { VALUE } from './values.ts'

export interface ContainerGathererOptions {
  readonly clock: Clock
  readonly events: ContainerEvents
  readonly target: TargetMetrics
  readonly send: SendMetrics
  readonly machine: Machine
  readonly withSandboxes: boolean
  readonly withPods: boolean
  readonly withOom: boolean
  /** Where groups are looked for, to name it. */
  readonly cgroupRoot: string
  /** What depends on where the groups are; undefined while they are not found. */
  readonly findGroups: () => GroupParts | undefined
}

/** The parts that read one tree of groups. */
export interface GroupParts {
  readonly tree: GroupTree
  readonly members: GroupReader
  readonly above: GroupReader
  readonly identifier: Identifier
  readonly processes: Processes
  readonly scan: ProcessScan
  /** Undefined if nothing of it is wanted. */
  readonly network: PodNetwork | undefined
  readonly writer: SeriesWriter
}

/** After so long at a stretch, logs have their turn. */
const STRETCH_MS = 3
/** A group may be made some time before its first process. */
const SCAN_ROUNDS = 3
const NOT_FOUND = 'there are no control groups of pods'

/** Metrics of containers, sandboxes and pods, read from their groups and sent as those of one target. */
export class ContainerGatherer implements Gatherer {
  readonly name = 'containers'
  readonly #options: ContainerGathererOptions
  readonly #oom = new WeakMap<PodGroup, OomCounts>()
  #parts: GroupParts | undefined
  #round = 0
  #stretchStart = 0
  /** Containers of this round, and those of them whose processes are seen. */
  #members = 0
  #visibleMembers = 0
  /** The round of the last look at all processes. */
  #scannedIn = 0

  constructor(options: ContainerGathererOptions) {
    this.#options = options
  }

  async gather(signal: AbortSignal): Promise<void> {
    const { clock, events, target, send, machine } = this.#options
    const nowMs = clock.nowMs()
    const startedAtMs = clock.monotonicMs()
    this.#stretchStart = startedAtMs
    this.#round += 1
    this.#parts ??= this.#options.findGroups()
    target.begin(nowMs)
    machine.write(target)
    this.#parts?.tree.walk(startedAtMs)
    const isFound = this.#parts !== undefined && this.#parts.tree.roots.length > 0
    if (isFound) await this.#gatherGroups(this.#parts!, nowMs, signal)
    else events.podGroupsMissing({}, { path: this.#options.cgroupRoot })
    if (signal.aborted) return
    const durationMs = clock.monotonicMs() - startedAtMs
    await nextTurn()
    // Whoever takes them compresses them at once: a turn for each.
    for (const request of target.end(
      isFound ? { isUp: true, durationMs } : { isUp: false, durationMs, error: NOT_FOUND },
    )) {
      await nextTurn()
      send([request])
    }
  }

  /** Closes what is held open. */
  close(): void {
    this.#parts?.tree.close()
  }

  async #gatherGroups(parts: GroupParts, nowMs: number, signal: AbortSignal): Promise<void> {
    const { tree, writer } = parts
    writer.begin(this.#round, nowMs)
    this.#members = 0
    this.#visibleMembers = 0
    await this.#rest(signal)
    for (const slice of tree.slices) this.#gatherSlice(parts, slice)
    for (const pod of tree.pods) {
      this.#gatherPod(parts, pod)
      if (await this.#rest(signal)) return
    }
    if (this.#members > 0 && this.#visibleMembers === 0) {
      this.#options.events.processesHidden({}, { path: this.#options.cgroupRoot })
    }
  }

  #gatherSlice({ above, identifier, writer }: GroupParts, slice: Group): void {
    if (slice.identity === undefined) identifier.identifySlice(slice)
    above.readProcesses(slice)
    if (above.read(slice, this.#round)) writer.writeGroup(slice)
  }

  #gatherPod(parts: GroupParts, pod: PodGroup): void {
    const { members, above, identifier, processes, network, writer } = parts
    const { withPods, withSandboxes, withOom, clock } = this.#options
    let sandboxPid = 0
    let sandbox: Group | undefined
    const pids = new Map<Group, number>()
    for (const member of pod.members.values()) {
      const pid = members.readProcesses(member) || this.#findHidden(parts, member)
      if (pid > 0) member.process ??= processes.lookUp(pid)
      pids.set(member, pid)
      if (!member.isGone) this.#members += 1
      if (pid > 0) this.#visibleMembers += 1
    }
    identifier.identify(pod, clock.monotonicMs())
    for (const [member, pid] of pids) {
      const kind = member.identity?.kind
      if (kind === undefined || !members.read(member, this.#round)) continue
      if (kind === 'sandbox') {
        sandbox = member
        sandboxPid = pid
      }
      if (kind === 'container' || withSandboxes) writer.writeGroup(member)
    }
    if (withPods) above.readProcesses(pod.group)
    if ((withPods || withOom) && above.read(pod.group, this.#round) && withPods) writer.writeGroup(pod.group)
    if (withOom) this.#countOoms(pod, writer)
    if (sandbox === undefined) sandboxPid = pidWithoutSandbox(pids)
    network?.write(pod, sandbox ?? pod.group, sandboxPid)
  }

  /** Control groups show processes only to who sees them; the node's /proc may have them. New groups are worth a look at it. */
  #findHidden({ scan }: GroupParts, member: Group): number {
    if (member.isGone) return 0
    const known = scan.pidOf(member.containerId)
    if (known > 0 || member.rounds >= SCAN_ROUNDS || this.#scannedIn === this.#round) return known
    this.#scannedIn = this.#round
    scan.scan()
    return scan.pidOf(member.containerId)
  }

  #countOoms(pod: PodGroup, writer: SeriesWriter): void {
    let counts = this.#oom.get(pod)
    if (counts === undefined) {
      counts = new OomCounts()
      this.#oom.set(pod, counts)
    }
    if (pod.pod === undefined) return
    counts.observeStatus(pod.pod)
    for (const { identity, containerId, values } of pod.members.values()) {
      const kills = values[VALUE.oomKills]!
      if (identity?.kind === 'container') counts.observeRun(identity.pairs[0]![1], containerId, kills)
    }
    const { containers } = pod.pod
    const inPod = pod.group.values[VALUE.oomKills]!
    if (inPod > 0) counts.observePod(inPod, containers)
    for (const { name, image, runs } of containers) {
      if (runs.length > 0) writer.writeOomKills(pod.group, name, image, counts.totalOf(name))
    }
  }

  /** Lets others have the event loop if it was held for long; whether the agent stops meanwhile. */
  async #rest(signal: AbortSignal): Promise<boolean> {
    const { clock } = this.#options
    if (clock.monotonicMs() - this.#stretchStart < STRETCH_MS) return false
    await nextTurn()
    this.#stretchStart = clock.monotonicMs()
    return signal.aborted
  }
}

/** CRI-O may leave sandboxes out: any process of the pod has its network then. */
function pidWithoutSandbox(pids: ReadonlyMap<Group, number>): number {
  let first = 0
  for (const [{ identity }, pid] of pids) {
    if (identity === undefined || identity.kind === 'sandbox') return 0
    if (first === 0) first = pid
  }
  return first
}
