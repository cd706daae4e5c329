import type { Service } from '#lib/lifecycle.ts'
import type { Cluster } from './cluster.ts'

/** The same part, begun once the cluster has settled; it counts as started meanwhile. */
export function startSettled(part: Service, cluster: Cluster): Service {
  if (!cluster.isEnabled) return part
  let isStopped = false
  return {
    name: part.name,
    start() {
      void cluster.settled().then(() => isStopped || part.start?.())
    },
    stop(deadline) {
      isStopped = true
      return part.stop?.(deadline)
    },
  }
}
