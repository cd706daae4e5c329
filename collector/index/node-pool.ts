import { Backoff } from '#lib/backoff.ts'
import type { Clock } from '#lib/clock.ts'

export interface NodePoolOptions<T> {
  /** By name; the name holds no credentials. */
  readonly nodes: readonly (readonly [name: string, node: T])[]
  readonly clock: Clock
  readonly onFailed: (name: string) => void
  readonly onBack: (name: string) => void
}

export interface PooledNode<T> {
  readonly name: string
  readonly node: T
  readonly backoff: Backoff
  /** Until when it is left out; 0 while it works. */
  deadUntilMs: number
}

/** A node that failed is left out this long at first, and longer with each further failure. */
const DEAD_MS = { initialMs: 2_000, maxMs: 60_000 } as const

/** The nodes of a cluster: requests take turns among those that work; one that failed is left out and tried again later. */
export class NodePool<T> {
  readonly #options: NodePoolOptions<T>
  readonly #nodes: readonly PooledNode<T>[]
  #next = 0

  constructor(options: NodePoolOptions<T>) {
    this.#options = options
    this.#nodes = options.nodes.map(([name, node]) => ({
      ...{ name, node, deadUntilMs: 0 },
      backoff: new Backoff({ ...DEAD_MS, random: () => 0 }),
    }))
  }

  /** In the order in which a request should try them. If none works, the one that is due first: somebody has to look. */
  candidates(): readonly PooledNode<T>[] {
    const nowMs = this.#options.clock.monotonicMs()
    const start = this.#next
    this.#next = (this.#next + 1) % this.#nodes.length
    const inTurn = [...this.#nodes.slice(start), ...this.#nodes.slice(0, start)]
    const usable = inTurn.filter(({ deadUntilMs }) => deadUntilMs <= nowMs)
    if (usable.length > 0) return usable
    return [inTurn.reduce((first, node) => (node.deadUntilMs < first.deadUntilMs ? node : first))]
  }

  failed(node: PooledNode<T>): void {
    if (node.deadUntilMs === 0) this.#options.onFailed(node.name)
    node.deadUntilMs = this.#options.clock.monotonicMs() + node.backoff.next()
  }

  worked(node: PooledNode<T>): void {
    if (node.deadUntilMs === 0) return
    node.deadUntilMs = 0
    node.backoff.reset()
    this.#options.onBack(node.name)
  }

  /** How many work, and how many do not. */
  counts(): { readonly alive: number; readonly dead: number } {
    const dead = this.#nodes.filter(({ deadUntilMs }) => deadUntilMs > 0).length
    return { alive: this.#nodes.length - dead, dead }
  }

  get all(): readonly PooledNode<T>[] {
    return this.#nodes
  }
}
