import type { ContainerMetadata, PodMetadata } from '../../metadata/pod-metadata.ts'

/** What is known of a container's runs. */
interface Count {
  /** By the id of a run: kills that its group told of, or one if the run is said to have ended so. */
  readonly runs: Map<string, number>
  /** Of runs that are not remembered any more. */
  settled: number
  /** What the pod's group counted beyond what runs are known to have had. */
  extra: number
}

const MAX_RUNS = 16
const OOM_KILLED = 'OOMKilled'

/**
 * How often processes of a pod's containers were killed for want of memory, by container and over all its runs. A
 * container's group tells only while it is there, and mostly goes with the process that was killed; so the status of the
 * pod has a say, and with cgroup v2 the group of the pod, which counts along what happens below it.
 */
export class OomCounts {
  readonly #byContainer = new Map<string, Count>()

  /** Kills that the group of a run has counted so far. */
  observeRun(container: string, id: string, kills: number): void {
    if (kills > 0) this.#raise(container, id, kills)
  }

  /** What the status says of how runs ended. */
  observeStatus({ containers }: PodMetadata): void {
    for (const { name, runs } of containers) {
      for (const { id, termination } of runs) if (termination?.reason === OOM_KILLED) this.#raise(name, id, 1)
    }
  }

  /**
   * Kills in the whole pod. What no run is known to have had goes to the one container that had any, or the only one there
   * is. To be told after runs and status.
   */
  observePod(kills: number, containers: readonly ContainerMetadata[]): void {
    let left = kills
    for (const count of this.#byContainer.values()) left -= totalOf(count)
    if (left <= 0) return
    const [known, ...others] = this.#byContainer.keys()
    const only = containers.length === 1 ? containers[0]?.name : undefined
    const name = others.length > 0 ? undefined : (known ?? only)
    if (name !== undefined) this.#countOf(name).extra += left
  }

  totalOf(container: string): number {
    const count = this.#byContainer.get(container)
    return count === undefined ? 0 : totalOf(count)
  }

  #raise(container: string, id: string, kills: number): void {
    const count = this.#countOf(container)
    const known = count.runs.get(id) ?? 0
    if (kills <= known) return
    count.runs.set(id, kills)
    // The pod's group may have told of them before. Other containers' counts stay: a counter never goes back.
    count.extra = Math.max(0, count.extra - (kills - known))
    if (count.runs.size <= MAX_RUNS) return
    const [oldest, settled] = count.runs.entries().next().value!
    count.runs.delete(oldest)
    count.settled += settled
  }

  #countOf(container: string): Count {
    let count = this.#byContainer.get(container)
    if (count === undefined) {
      count = { runs: new Map(), settled: 0, extra: 0 }
      this.#byContainer.set(container, count)
    }
    return count
  }
}

function totalOf({ runs, settled, extra }: Count): number {
  let total = settled + extra
  for (const kills of runs.values()) total += kills
  return total
}
