import type { Clock } from '#lib/clock.ts'
import type { KnownPods } from '../../metadata/known-pods.ts'
import type { ContainerMetadata, ContainerRun, PodMetadata } from '../../metadata/pod-metadata.ts'
import type { Group, GroupIdentity, Pairs } from './group.ts'
import type { PodGroup } from './pod-group.ts'
import type { SyncFiles } from './sync-files.ts'

export interface IdentifierOptions {
  /** Undefined if nobody is asked. */
  readonly pods: Pick<KnownPods, 'findPodByUid' | 'findContainerById' | 'ageMs'> | undefined
  readonly files: SyncFiles
  readonly clock: Clock
  /** The tree that is walked. */
  readonly directory: string
  readonly sandboxImage: string
  /** Labels that all series get. */
  readonly labels: Pairs
}

/** So long it is waited for what Kubernetes tells of a group before its series come without. */
const UNKNOWN_MS = 60_000
/** The status of a pod has a container's id about a second after the container began. */
const STATUS_DELAY_MS = 3_000
/** Programs that hold the network of a pod: of containerd and Docker, and of CRI-O. */
const SANDBOX_PROGRAMS: ReadonlySet<string> = new Set(['pause', 'pod'])

/** Tells what groups are: containers by the ids in the status of their pod; the one that is there before them is the sandbox. */
export class Identifier {
  readonly #options: IdentifierOptions

  constructor(options: IdentifierOptions) {
    this.#options = options
  }

  /** Finds out what is known of a pod, and says what its group and members are, as far as that is known by now. */
  identify(pod: PodGroup, nowMs: number): void {
    const found = this.#findPod(pod)
    if (found !== undefined) pod.pod = found
    const isOverdue = this.#options.pods === undefined || nowMs - pod.group.firstSeenMs >= UNKNOWN_MS
    if (pod.pod === undefined && !isOverdue) return
    if (pod.group.identity === undefined || isUnnamed(pod.group, pod.pod)) {
      pod.group.identify(this.#identity('pod', pod.group, pod.pod, undefined, podStart(pod.pod)))
    }
    const unknown: Group[] = []
    for (const member of pod.members.values()) {
      if (member.identity !== undefined && !isUnnamed(member, pod.pod)) continue
      const known = findRun(pod.pod, member.containerId)
      if (known === undefined) unknown.push(member)
      else member.identify(this.#identity('container', member, pod.pod, known[0], known[1].startedAtMs))
    }
    for (const member of unknown) this.#identifyUnknown(pod, member, nowMs)
  }

  /** A group above the pods. */
  identifySlice(slice: Group): void {
    slice.identify(this.#identity('slice', slice, undefined, undefined, undefined))
  }

  /** A UID that a pod only says of itself counts if one of its containers is there. */
  #findPod({ uid, members }: PodGroup): PodMetadata | undefined {
    const found = this.#options.pods?.findPodByUid(uid)
    if (found === undefined || found.uid === uid) return found
    const ids = new Set([...members.values()].map(({ containerId }) => containerId))
    return found.containers.some(({ runs }) => runs.some(({ id }) => ids.has(id))) ? found : undefined
  }

  #identifyUnknown(pod: PodGroup, member: Group, nowMs: number): void {
    if (this.#isSandbox(pod, member, nowMs)) {
      member.identify(this.#identity('sandbox', member, pod.pod, undefined, podStart(pod.pod)))
    } else if (pod.pod === undefined) {
      member.identify(this.#identity('container', member, undefined, undefined, undefined))
    } else this.#options.pods?.findContainerById(member.containerId)
  }

  /** Kubernetes does not tell of it. It is there before any container, and runs for as long as the pod. */
  #isSandbox(pod: PodGroup, member: Group, nowMs: number): boolean {
    for (const other of pod.members.values()) {
      if (other !== member && !mayBeBefore(member, other)) return false
    }
    if (SANDBOX_PROGRAMS.has(member.process?.name ?? '')) return true
    const { ageMs } = this.#options.pods ?? {}
    // It may be a container that the status does not have yet.
    return pod.pod !== undefined && ageMs !== undefined && nowMs - ageMs >= member.firstSeenMs + STATUS_DELAY_MS
  }

  #identity(
    kind: GroupIdentity['kind'],
    group: Group,
    pod: PodMetadata | undefined,
    container: ContainerMetadata | undefined,
    startMs: number | undefined,
  ): GroupIdentity {
    const image = kind === 'sandbox' ? this.#options.sandboxImage : (container?.image ?? '')
    const pairs = [
      ['container', container?.name ?? ''],
      ['id', group.path || '/'],
      ['image', image],
      ['name', group.containerId],
      ['namespace', pod?.namespace ?? ''],
      ['pod', pod?.name ?? ''],
      ...this.#options.labels,
    ] as const
    // A container's own word goes first: its first process may have made others and ended.
    const processMs = group.process?.startMs
    const known = kind === 'container' ? (startMs ?? processMs) : (processMs ?? startMs)
    return { kind, pairs, startMs: known ?? this.#directoryMs(group) }
  }

  /** When its directory was changed last, or looked at first: file systems of groups don't keep more. */
  #directoryMs({ path }: Group): number {
    try {
      return this.#options.files.statSync(this.#options.directory + path).mtimeMs
    } catch {
      return this.#options.clock.nowMs()
    }
  }
}

function podStart(pod: PodMetadata | undefined): number | undefined {
  return pod?.startTime === undefined ? undefined : Date.parse(pod.startTime)
}

function findRun(pod: PodMetadata | undefined, id: string): readonly [ContainerMetadata, ContainerRun] | undefined {
  for (const container of pod?.containers ?? []) {
    const run = container.runs.find((candidate) => candidate.id === id)
    if (run !== undefined) return [container, run]
  }
  return undefined
}

/** What was not known when its series began is known now. */
function isUnnamed({ identity }: Group, pod: PodMetadata | undefined): boolean {
  return pod !== undefined && identity?.pairs.some(([name, value]) => name === 'pod' && value === '') === true
}

/** Whether one may be the sandbox of the other, by when their processes began or else by when they were seen. */
function mayBeBefore(one: Group, other: Group): boolean {
  if (other.identity?.kind === 'sandbox') return false
  if (one.process !== undefined && other.process !== undefined) return one.process.startMs <= other.process.startMs
  return other.identity?.kind === 'container' || one.firstSeenMs < other.firstSeenMs
}
