import type { Family, Section } from './families.ts'
import type { SeriesSource } from './series-sink.ts'

/** What a source takes as objects. */
export const SOURCE_BYTES = 1_200
/** Samples that are nearer to each other in time are of one round. */
const ROUND_MS = 1_000
/** The longest of so many intervals counts, so that one that is late does not make its source look gone. */
const INTERVALS = 4
/** Two intervals, and a little for what is on its way. */
const PATIENCE = 2.1

/** How many series a node has. */
interface NodeCount {
  readonly name: string
  series: number
  sources: number
}

/** Who sends series, with what is known of it. */
export class Source {
  readonly id: number
  readonly spec: SeriesSource
  readonly node: NodeCount | undefined
  readonly sections = new Map<Family, Section>()
  series = 0
  /** When it was heard last; monotonic milliseconds. */
  heardMs = 0
  /** Time of the samples of its last round, epoch milliseconds. */
  roundTimeMs = 0
  /** Why it says that its target is not up. */
  lastError = ''
  isGone = false
  readonly #intervals: number[] = []

  constructor(id: number, spec: SeriesSource, node: NodeCount | undefined) {
    this.id = id
    this.spec = spec
    this.node = node
  }

  /** How long between its rounds, milliseconds; undefined until there were two. */
  get intervalMs(): number | undefined {
    return this.#intervals.length === 0 ? undefined : Math.max(...this.#intervals)
  }

  /** @param timeMs of a sample that came */
  hear(monotonicMs: number, timeMs: number): void {
    this.heardMs = monotonicMs
    const gapMs = timeMs - this.roundTimeMs
    if (gapMs >= 0 && gapMs < ROUND_MS) return
    if (gapMs > 0 && this.roundTimeMs > 0) {
      this.#intervals.push(gapMs)
      if (this.#intervals.length > INTERVALS) this.#intervals.shift()
    }
    this.roundTimeMs = timeMs
  }

  /** For how long its series stay when nothing comes of them, milliseconds. */
  patienceMs(minMs: number, maxMs: number): number {
    if (this.spec.isKept) return Number.POSITIVE_INFINITY
    const { intervalMs } = this
    return intervalMs === undefined ? maxMs : Math.min(maxMs, Math.max(minMs, PATIENCE * intervalMs))
  }
}

/** All sources. */
export class Sources {
  readonly #byKey = new Map<string, Source>()
  readonly #bySpec = new WeakMap<SeriesSource, Source>()
  readonly #byId: (Source | undefined)[] = []
  readonly #free: number[] = []
  readonly #nodes = new Map<string, NodeCount>()

  get size(): number {
    return this.#byKey.size
  }

  [Symbol.iterator](): Iterator<Source> {
    return this.#byKey.values()
  }

  byId(id: number): Source {
    return this.#byId[id]!
  }

  find(spec: SeriesSource): Source | undefined {
    const known = this.#bySpec.get(spec)
    if (known !== undefined && !known.isGone) return known
    const source = this.#byKey.get(keyOf(spec))
    if (source !== undefined) this.#bySpec.set(spec, source)
    return source
  }

  open(spec: SeriesSource): Source {
    const known = this.find(spec)
    if (known !== undefined) return known
    const id = this.#free.pop() ?? this.#byId.length
    const source = new Source(id, { ...spec }, this.#nodeOf(spec.node))
    this.#byId[id] = source
    this.#byKey.set(keyOf(spec), source)
    this.#bySpec.set(spec, source)
    return source
  }

  /** Forgets a source that has no series. */
  drop(source: Source): void {
    if (source.isGone) return
    source.isGone = true
    this.#byKey.delete(keyOf(source.spec))
    this.#byId[source.id] = undefined
    this.#free.push(source.id)
    const { node } = source
    if (node === undefined) return
    node.sources -= 1
    if (node.sources === 0) this.#nodes.delete(node.name)
  }

  #nodeOf(name: string): NodeCount | undefined {
    if (name === '') return undefined
    const known = this.#nodes.get(name)
    const node = known ?? { name, series: 0, sources: 0 }
    if (known === undefined) this.#nodes.set(name, node)
    node.sources += 1
    return node
  }
}

function keyOf({ transport, job, instance, node }: SeriesSource): string {
  return JSON.stringify([transport, job, instance, node])
}
