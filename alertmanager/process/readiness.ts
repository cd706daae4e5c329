import type { Cluster } from '../cluster/cluster.ts'

export interface ReadinessDeps {
  /** Parts that have not started, or that the process stops. */
  readonly notReady: () => readonly string[]
  readonly cluster: Pick<Cluster, 'status'>
  /** Whether `--dispatch.start-delay` is not over. */
  readonly isDispatchDelayed: () => boolean
}

/** Why alerts that come in now would not be told in time, for `/-/ready`; empty when they would. Upstream says ready always. */
export function whyNotReady({ notReady, cluster, isDispatchDelayed }: ReadinessDeps): readonly string[] {
  return [
    ...notReady(),
    ...(cluster.status === 'settling' ? ['the cluster is settling'] : []),
    ...(isDispatchDelayed() ? ['notifications wait for --dispatch.start-delay'] : []),
  ]
}
