import type { Service } from '#lib/lifecycle.ts'
import type { ContainerInstance } from '../discover/paths.ts'
import type { FoundRun, PodMetadata } from './pod-metadata.ts'

export type PodListener = (pod: PodMetadata) => void

/**
 * What is known of the pods of this node. Answers at once with what there is, which stays in use while whoever is asked
 * is away; what is not known comes in the background.
 */
export interface KnownPods extends Service {
  start(): Promise<void>
  stop(): Promise<void>
  /** Pods that are on the node. */
  readonly podCount: number
  /** Pods that have left it and are still known. */
  readonly departedCount: number
  /** How old what is known is, or undefined if nothing is. */
  readonly ageMs: number | undefined
  /** Those that are on the node. */
  pods(): Iterable<PodMetadata>
  /** The pod of a UID as it stands in the paths of its logs and groups; one that is not known is asked for. */
  findPodByUid(uid: string): PodMetadata | undefined
  /**
   * The run with this id of the runtime. One that is not known is asked for, so don't look for sandboxes, of which
   * Kubernetes does not tell.
   */
  findContainerById(id: string): FoundRun | undefined
  /** The pod of a container's run. If something of it is not known but will be, {@link subscribe} tells when it is. */
  lookupInstance(instance: ContainerInstance): PodMetadata | undefined
  /**
   * Tells of every pod that is new or changed: its labels may, and so do the runs of its containers. A listener must not
   * throw; it may look pods up.
   *
   * @returns what ends it
   */
  subscribe(listener: PodListener): () => void
}
