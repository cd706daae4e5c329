import { compareUtf8 } from '#lib/labels.ts'
import type { Family } from './families.ts'
import { NONE } from './hash-index.ts'
import { parseLabels } from './label-text.ts'
import type { SeriesLimits } from './limits.ts'
import { PLAIN } from './parts.ts'
import { ENDED, SUMMED, USED } from './rows.ts'
import type {
  SampleObserver,
  SeriesDirectory,
  SeriesFamily,
  SeriesRefusal,
  SeriesSink,
  SeriesSource,
} from './series-sink.ts'
import { SeriesStore } from './series-store.ts'
import type { Source } from './sources.ts'

export interface SeriesTableOptions {
  readonly limits: SeriesLimits
  /** Series stay at least, and at most, so long when nothing comes of them. */
  readonly minStalenessMs: number
  readonly maxAgeMs: number
  readonly clock: { nowMs(): number; monotonicMs(): number }
}

/** How exactly it is known when something came. */
const TICK_MS = 100
/** A sample from further in the future is taken as of now: else its series would stand still until then. */
export const MAX_AHEAD_MS = 60_000
const REFUSALS: readonly SeriesRefusal[] = [
  ...(['series_limit', 'node_limit', 'tenant_limit', 'bytes_limit'] as const),
  ...(['invalid_labels', 'duplicate', 'type_conflict'] as const),
]

/** The last sample of each series of Prometheus, from wherever it came. */
export class SeriesTable implements SeriesSink, SeriesDirectory {
  readonly store: SeriesStore
  /** Samples that were refused. */
  readonly refused = new Map<SeriesRefusal, number>(REFUSALS.map((reason) => [reason, 0]))
  /** Series that were forgotten because nothing came of them any more. */
  expired = 0
  readonly #options: SeriesTableOptions
  readonly #observers: SampleObserver[] = []
  readonly #startMs: number

  constructor(options: SeriesTableOptions) {
    this.#options = options
    this.store = new SeriesStore(options.limits)
    this.#startMs = options.clock.monotonicMs()
  }

  get nowMs(): number {
    return this.#options.clock.nowMs()
  }

  get monotonicMs(): number {
    return this.#options.clock.monotonicMs()
  }

  /** Has all samples from now on go by an observer. */
  observe(observer: SampleObserver): void {
    this.#observers.push(observer)
  }

  put(
    of: SeriesSource,
    spec: SeriesFamily,
    name: string,
    labels: readonly string[],
    value: number,
    timeMs: number,
    startMs = 0,
  ): SeriesRefusal | undefined {
    const family = this.store.families.resolve(spec)
    if (typeof family === 'string') return this.refuse(family)
    const source = this.store.sources.open(of)
    const taken = this.limitTime(timeMs)
    source.hear(this.monotonicMs, taken)
    const row = this.#rowOf(source, family, name, labels)
    if (typeof row === 'string') return this.refuse(row)
    if (taken > this.store.rows.timeMs[row]!) this.write(row, value, taken, startMs, this.tick)
    return undefined
  }

  end(of: SeriesSource, spec: SeriesFamily, name: string, labels: readonly string[], timeMs: number): void {
    const { families, sources, rows } = this.store
    const family = families.byName(spec.name)
    const source = sources.find(of)
    if (family === undefined || source === undefined) return
    const row = this.#lookUp(family, name, labels)
    if (typeof row === 'string' || row === NONE || rows.source[row] !== source.id) return
    const taken = this.limitTime(timeMs)
    if (taken > rows.timeMs[row]!) this.endRow(row, taken)
  }

  removeSource(of: SeriesSource): void {
    const source = this.store.sources.find(of)
    if (source === undefined) return
    const { nowMs } = this
    for (const section of [...source.sections.values()]) {
      while (section.head !== NONE) this.forget(section.head, nowMs)
    }
    this.store.sources.drop(source)
  }

  labelsOf(row: number): readonly string[] {
    const { labelSets, parts, rows } = this.store
    const { suffix, label, text } = parts.get(rows.part[row]!)
    const labels = parseLabels(labelSets.view(rows.labels[row]!).toString())
    const all: [string, string][] = [['__name__', this.store.section(row).family.name + suffix]]
    for (let index = 0; index < labels.length; index += 2) all.push([labels[index]!, labels[index + 1]!])
    if (label !== '') all.push([label, text])
    return all.sort(([a], [b]) => compareUtf8(a, b)).flat()
  }

  familyOf(row: number): SeriesFamily {
    return this.store.section(row).family.spec
  }

  sourceOf(row: number): SeriesSource {
    return this.store.section(row).source.spec
  }

  startMsOf(row: number): number {
    return this.store.rows.startMs[row]!
  }

  /** The time at which something comes now. */
  get tick(): number {
    return 1 + Math.floor((this.monotonicMs - this.#startMs) / TICK_MS)
  }

  limitTime(timeMs: number): number {
    const { nowMs } = this
    return timeMs > nowMs + MAX_AHEAD_MS || !(timeMs > 0) ? nowMs : timeMs
  }

  refuse(reason: SeriesRefusal): SeriesRefusal {
    this.refused.set(reason, this.refused.get(reason)! + 1)
    return reason
  }

  /** Sets the sample of a series; the caller has seen that it is newer than what is there. */
  write(row: number, value: number, timeMs: number, startMs: number, tick: number): void {
    const { rows } = this.store
    rows.value[row] = value
    rows.timeMs[row] = timeMs
    rows.startMs[row] = startMs
    rows.seen[row] = tick
    if ((rows.flags[row]! & ENDED) !== 0) this.store.setEnded(row, false)
    for (const observer of this.#observers) observer.sample(row, value, timeMs)
  }

  /** Ends a series: it is hidden at once, and forgotten later. */
  endRow(row: number, timeMs: number): void {
    const { rows } = this.store
    rows.timeMs[row] = timeMs
    rows.seen[row] = this.tick
    if ((rows.flags[row]! & ENDED) !== 0) return
    this.store.setEnded(row, true)
    for (const observer of this.#observers) observer.ended(row, timeMs)
  }

  /** Ends a series, if it hasn't, and forgets it. */
  forget(row: number, timeMs: number): void {
    const hasEnded = (this.store.rows.flags[row]! & ENDED) !== 0
    // What never had a sample nobody has seen.
    const isKnown = this.store.rows.timeMs[row] !== Number.NEGATIVE_INFINITY
    for (const observer of isKnown ? this.#observers : []) {
      if (!hasEnded) observer.ended(row, timeMs)
      observer.forgotten(row)
    }
    this.store.remove(row)
  }

  /** Says for each source, by its number, since when nothing of a series must have come for it to be forgotten. */
  staleTicks(): Float64Array {
    const { minStalenessMs, maxAgeMs } = this.#options
    const { tick } = this
    const ticks: number[] = []
    for (const source of this.store.sources) {
      ticks[source.id] = tick - Math.ceil(source.patienceMs(minStalenessMs, maxAgeMs) / TICK_MS)
    }
    return Float64Array.from(ticks, (each) => each ?? Number.NEGATIVE_INFINITY)
  }

  /** Forgets what is stale of the rows from one on; returns the row to go on with, or 0 at the end. */
  expire(from: number, count: number, staleTicks: Float64Array): number {
    const { rows } = this.store
    const to = Math.min(rows.end, from + count)
    const { nowMs } = this
    const oldest = this.tick - Math.ceil(this.#options.maxAgeMs / TICK_MS)
    for (let row = from; row < to; row++) {
      const flags = rows.flags[row]!
      if ((flags & USED) === 0) continue
      const source = rows.source[row]!
      // What came to be since the look at the sources is not stale.
      const stale = source < staleTicks.length ? staleTicks[source]! : Number.NEGATIVE_INFINITY
      const limit = (flags & (SUMMED | ENDED)) === SUMMED && stale > oldest ? oldest : stale
      if (rows.seen[row]! > limit) continue
      if ((flags & ENDED) === 0) this.expired += 1
      this.forget(row, nowMs)
    }
    return to === rows.end ? 0 : to
  }

  /** Forgets sources that have no series and were not heard for the maximal age. */
  dropSources(): void {
    const oldestMs = this.monotonicMs - this.#options.maxAgeMs
    for (const source of this.store.sources) {
      if (source.series === 0 && source.heardMs < oldestMs) this.store.sources.drop(source)
    }
  }

  /** The row of a series for a sample of a source; it is made if it is not there. */
  rowFor(source: Source, family: Family, labelSet: number, part: number): number | SeriesRefusal {
    const { store } = this
    const row = store.find(family, labelSet, part)
    if (row === NONE) return store.add(source, family, labelSet, part)
    if (store.rows.source[row] === source.id) return row
    // A series that ended is free for another source.
    if ((store.rows.flags[row]! & ENDED) === 0) return 'duplicate'
    store.labelSets.hold(labelSet)
    store.parts.hold(part)
    this.forget(row, this.nowMs)
    const again = family.isGone ? store.families.resolve(family.spec) : family
    const added = typeof again === 'string' ? again : store.add(source, again, labelSet, part)
    store.labelSets.release(labelSet)
    store.parts.release(part)
    return added
  }

  #rowOf(source: Source, family: Family, name: string, labels: readonly string[]): number | SeriesRefusal {
    const part = this.#partOf(family, name, labels)
    if (typeof part === 'string') {
      this.store.families.drop(family)
      return part
    }
    const labelSet = this.store.intern(labels, this.store.parts.get(part).label)
    if (labelSet === NONE) {
      this.store.parts.drop(part)
      this.store.families.drop(family)
      return 'invalid_labels'
    }
    return this.rowFor(source, family, labelSet, part)
  }

  #lookUp(family: Family, name: string, labels: readonly string[]): number | SeriesRefusal {
    const part = this.#partOf(family, name, labels)
    if (typeof part === 'string') return part
    const labelSet = this.store.intern(labels, this.store.parts.get(part).label)
    const row = labelSet === NONE ? NONE : this.store.find(family, labelSet, part)
    if (labelSet !== NONE) this.store.dropUnused(labelSet)
    this.store.parts.drop(part)
    return row
  }

  /** Which of a family's samples a name means, with the bucket or quantile that the labels name. */
  #partOf(family: Family, name: string, labels: readonly string[]): number | 'invalid_labels' | 'type_conflict' {
    const { parts } = this.store
    const suffix = parts.suffixOf(name, family.name)
    if (suffix === undefined || !family.has(suffix)) return 'type_conflict'
    if (suffix === '_bucket') return parts.bucket(labelValue(labels, 'le')) ?? 'invalid_labels'
    if (suffix !== '') return parts.ofSuffix(suffix)
    return family.isGrouped ? (parts.quantile(labelValue(labels, 'quantile')) ?? 'invalid_labels') : PLAIN
  }
}

function labelValue(labels: readonly string[], name: string): string {
  for (let index = 0; index < labels.length; index += 2) if (labels[index] === name) return labels[index + 1]!
  return ''
}
