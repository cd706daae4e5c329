import { resourceTexts } from '../shape/attributes.ts'

/** Names of levels, and `unknown` for what has none. */
export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'unknown'] as const

/** What was counted of a container. */
export class ContainerCounts {
  /** Namespace, pod, container and node; empty where the records have none. */
  readonly names: readonly string[]
  /** Since when it counts, epoch milliseconds. */
  readonly startMs: number
  /** By level: records, and behind them bytes. */
  readonly counts = new Float64Array(2 * LEVELS.length)
  /** When something last came of it, epoch milliseconds. */
  countedMs: number
  /** Records of each level when they were last published, and when that was. */
  readonly published = new Float64Array(LEVELS.length)
  publishedMs = 0
  /** Labels of each level, once they are needed. */
  readonly labels: (readonly string[] | undefined)[] = []

  constructor(names: readonly string[], nowMs: number) {
    this.names = names
    this.startMs = nowMs
    this.countedMs = nowMs
  }
}

export interface ContainerTableOptions {
  readonly maxContainers: number
  readonly maxAgeMs: number
  readonly nowMs: () => number
}

export const CONTAINER_LABELS = ['namespace', 'pod', 'container', 'node'] as const
const ATTRIBUTES = ['k8s.namespace.name', 'k8s.pod.name', 'k8s.container.name', 'k8s.node.name']
const OTHER = '(other)'
/** A longer name is cut: no name in Kubernetes is. */
const LONGEST_NAME = 256
/** Resources that are known by their bytes; beyond, all are forgotten and soon known again. */
const MAX_KEY_BYTES = 8 * 1024 ** 2

/** The containers of which something came lately. */
export class ContainerTable {
  readonly #options: ContainerTableOptions
  readonly #containers = new Map<string, ContainerCounts>()
  readonly #byResource = new Map<string, ContainerCounts>()
  #keyBytes = 0
  #others: ContainerCounts | undefined
  /** Resources of requests for which there was no room. */
  limited = 0

  constructor(options: ContainerTableOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#containers.size
  }

  get all(): Iterable<ContainerCounts> {
    return this.#others === undefined ? this.#containers.values() : [...this.#containers.values(), this.#others]
  }

  get nowMs(): number {
    return this.#options.nowMs()
  }

  /** The counts of a resource, by its bytes in a request; they are the same again and again. */
  of(request: Buffer, start: number, end: number): ContainerCounts {
    const key = request.toString('latin1', start, end)
    const known = this.#byResource.get(key)
    if (known !== undefined) return known
    const counts = this.#find(request, start, end)
    if (counts === this.#others) return counts
    this.#keyBytes += key.length
    if (this.#keyBytes > MAX_KEY_BYTES) {
      this.#byResource.clear()
      this.#keyBytes = key.length
    }
    this.#byResource.set(key, counts)
    return counts
  }

  /** Forgets containers of which nothing came for the maximal age, and returns them. */
  expire(): readonly ContainerCounts[] {
    const oldestMs = this.nowMs - this.#options.maxAgeMs
    const expired: ContainerCounts[] = []
    for (const [key, counts] of this.#containers) {
      if (counts.countedMs >= oldestMs) continue
      this.#containers.delete(key)
      expired.push(counts)
    }
    if (expired.length > 0) {
      this.#byResource.clear()
      this.#keyBytes = 0
    }
    return expired
  }

  #find(request: Buffer, start: number, end: number): ContainerCounts {
    const { maxContainers } = this.#options
    const texts = resourceTexts(request, start, end)
    const names = ATTRIBUTES.map((name) => (texts.get(name) ?? '').slice(0, LONGEST_NAME).toWellFormed())
    const key = names.join('\0')
    const known = this.#containers.get(key)
    if (known !== undefined) return known
    if (this.#containers.size >= maxContainers) {
      this.limited += 1
      this.#others ??= new ContainerCounts(
        CONTAINER_LABELS.map(() => OTHER),
        this.nowMs,
      )
      return this.#others
    }
    const counts = new ContainerCounts(names, this.nowMs)
    this.#containers.set(key, counts)
    return counts
  }
}
