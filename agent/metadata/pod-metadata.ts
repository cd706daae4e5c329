/** The object that a pod's controller reference names. */
export interface PodOwner {
  readonly kind: string
  readonly name: string
}

/** How a run of a container ended. */
export interface Termination {
  /** `OOMKilled`, `Error`, `Completed` and so on; empty if it is not said. */
  readonly reason: string
  readonly exitCode: number | undefined
  /** Epoch milliseconds; Kubernetes tells whole seconds. */
  readonly finishedAtMs: number | undefined
}

/** A run of a container, as far as the kubelet still knows its id. */
export interface ContainerRun {
  /** As in the name of its log file. */
  readonly restartCount: number
  /** Without the runtime's scheme. */
  readonly id: string
  /** Epoch milliseconds, of whole seconds. */
  readonly startedAtMs: number | undefined
  /** Undefined while it runs, or if nothing is said of its end. */
  readonly termination: Termination | undefined
}

export interface ContainerMetadata {
  readonly name: string
  /** As the pod's spec has it. It is that of the latest run: Kubernetes keeps no other. */
  readonly image: string
  /** What the runtime made of it: `repository@digest`, or the image's id where it has no repository. */
  readonly imageId: string
  /** Latest first. */
  readonly runs: readonly ContainerRun[]
}

/** What is kept of a pod: little, because every pod of the node is held in memory. Never changed once made. */
export interface PodMetadata {
  /** As it stands in the paths of its logs. */
  readonly uid: string
  /** Other UIDs that may stand in a path: that of a static pod's manifest beside that of its mirror pod. */
  readonly otherUids: readonly string[]
  /** What the API server calls it; undefined for a static pod as its own kubelet reports it. */
  readonly apiUid: string | undefined
  /** Whether the kubelet runs it from a manifest of its own. */
  readonly isStatic: boolean
  readonly namespace: string
  readonly name: string
  readonly nodeName: string
  readonly podIp: string | undefined
  /** Whether it has no network of its own but the node's. */
  readonly isHostNetwork: boolean
  /** RFC 3339, as Kubernetes writes it. */
  readonly startTime: string | undefined
  /** In the order of their keys. */
  readonly labels: ReadonlyMap<string, string>
  /** Those that were asked for, in the order of their keys. */
  readonly annotations: ReadonlyMap<string, string>
  readonly owner: PodOwner | undefined
  /** Init, ordinary and ephemeral ones. */
  readonly containers: readonly ContainerMetadata[]
}

export function findContainer(pod: PodMetadata, name: string): ContainerMetadata | undefined {
  return pod.containers.find((container) => container.name === name)
}

/** A run that the runtime knows by an id, and whose it is. */
export interface FoundRun {
  readonly pod: PodMetadata
  readonly container: ContainerMetadata
  readonly run: ContainerRun
}

/** The runtime's id of a run, or undefined where it is not known yet or no more. */
export function containerIdOf(container: ContainerMetadata, restartCount: number): string | undefined {
  return container.runs.find((run) => run.restartCount === restartCount)?.id
}
