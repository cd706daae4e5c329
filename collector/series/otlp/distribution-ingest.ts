import { METRIC, NO_RECORDED_VALUE } from '#lib/otlp/metrics-fields.ts'
import type { PointReader } from '#lib/otlp/point-reader.ts'
import { NONE } from '../hash-index.ts'
import { ENDED, SUMMED, USED } from '../rows.ts'
import type { SeriesRefusal } from '../series-sink.ts'
import type { SeriesTable } from '../series-table.ts'
import type { Source } from '../sources.ts'
import { type AnyDistribution, decodeDistribution } from './distribution.ts'
import { ExponentialState } from './exponential.ts'
import { GroupValues } from './group-values.ts'
import { familyOf, type MetricEntry } from './metric-entries.ts'

/** The point of a histogram, exponential histogram or summary that is taken. */
interface DistributionPoint {
  readonly bytes: Buffer
  readonly points: PointReader
  readonly source: Source
  readonly entry: MetricEntry
  readonly kind: number
  readonly isDelta: boolean
  readonly labelSet: number
  readonly timeMs: number
  readonly request: number
  readonly tick: number
}

/** Makes histograms and summaries the rows that they are in Prometheus, all of which change at once. */
export class DistributionIngest {
  readonly #table: SeriesTable
  readonly #values: GroupValues
  #rows: number[] = []
  /** Of exponential histograms, by the row of their count. */
  readonly #states = new Map<number, ExponentialState>()
  #bytes = 0

  constructor(table: SeriesTable) {
    this.#table = table
    this.#values = new GroupValues(table.store.parts)
  }

  /** Returns the first row of what came, {@link NONE} if there was nothing and is nothing, or why it is refused. */
  take(point: DistributionPoint): number | SeriesRefusal | 'invalid_distribution' {
    const table = this.#table
    const { store } = table
    const { entry, labelSet, timeMs, points, source, request } = point
    const family = familyOf(entry, store.families)
    if (typeof family === 'string') return family
    const first = store.findGroup(family, labelSet)
    if (first !== NONE && store.rows.source[first] !== source.id) {
      if ((store.rows.flags[first]! & ENDED) === 0) return table.refuse('duplicate')
      this.#forgetGroup(first, labelSet)
      return this.take(point)
    }
    if (first !== NONE && timeMs <= store.rows.timeMs[first]!) {
      const isTwice = store.rows.request[first] === request && timeMs === store.rows.timeMs[first]
      return isTwice ? table.refuse('duplicate') : first
    }
    if ((points.flags & NO_RECORDED_VALUE) !== 0) {
      for (let row = first; row !== NONE && store.rows.labels[row] === labelSet; row = store.rows.next[row]!) {
        table.endRow(row, timeMs)
      }
      return first
    }
    const distribution = decodeDistribution(point.kind, point.bytes, points.start, points.end)
    if (distribution === undefined) return 'invalid_distribution'
    return this.#takeValues(point, distribution, first)
  }

  /** Forgets what is kept of exponential histograms that are gone. */
  sweep(): void {
    const { rows } = this.#table.store
    let bytes = 0
    for (const [row, state] of this.#states) {
      if ((rows.flags[row]! & (USED | ENDED)) === USED) bytes += state.bytes
      else this.#states.delete(row)
    }
    this.#table.store.otherBytes += bytes - this.#bytes
    this.#bytes = bytes
  }

  #takeValues(point: DistributionPoint, distribution: AnyDistribution, first: number) {
    const { isDelta, labelSet } = point
    const goesOn = isDelta && first !== NONE && this.#isSummed(first)
    let state: ExponentialState | undefined
    if (distribution.kind === 'exponential_histogram') {
      state = (isDelta && !goesOn ? undefined : this.#stateOf(first, labelSet)) ?? new ExponentialState(labelSet)
      state.write(state.take(distribution, isDelta), this.#values)
    } else if (!this.#values.fill(distribution)) return 'invalid_distribution'
    const isSame = this.#findRows(first, labelSet)
    const refusal = isSame ? undefined : this.#makeRows(point)
    if (refusal !== undefined) return this.#table.refuse(refusal)
    // The state of an exponential histogram has the sum already; and other bounds mean that counting begins again.
    this.#write(point, goesOn && isSame && state === undefined, goesOn && (isSame || state !== undefined))
    if (state !== undefined) this.#states.set(this.#rows.at(-1)!, state)
    return this.#table.store.findGroup(this.#table.store.section(this.#rows[0]!).family, labelSet)
  }

  #isSummed(row: number): boolean {
    return (this.#table.store.rows.flags[row]! & (SUMMED | ENDED)) === SUMMED
  }

  #stateOf(first: number, labelSet: number): ExponentialState | undefined {
    const { rows } = this.#table.store
    let last = first
    for (let row = first; row !== NONE && rows.labels[row] === labelSet; row = rows.next[row]!) last = row
    const state = this.#states.get(last)
    return state?.labelSet === labelSet ? state : undefined
  }

  /** Whether the rows from the first on are those of the values, one for one; they are then the rows to be written. */
  #findRows(first: number, labelSet: number): boolean {
    const { rows } = this.#table.store
    const values = this.#values
    this.#rows.length = values.size
    let row = first
    for (let index = 0; index < values.size; index++) {
      if (row === NONE || rows.labels[row] !== labelSet || !values.is(index, rows.part[row]!)) return false
      this.#rows[index] = row
      row = rows.next[row]!
    }
    return true
  }

  /** Finds or makes the rows of the values. If one is refused, none is made. */
  #makeRows({ entry, source, labelSet, timeMs, kind }: DistributionPoint): SeriesRefusal | undefined {
    const table = this.#table
    const { store } = table
    this.#rows.length = 0
    for (let index = 0; index < this.#values.size; index++) {
      const family = familyOf(entry, store.families)
      const row =
        typeof family === 'string'
          ? family
          : table.rowFor(source, family, labelSet, this.#values.partAt(index, kind === METRIC.summary))
      if (typeof row === 'number') {
        entry.section = store.section(row)
        this.#rows.push(row)
        continue
      }
      for (const made of this.#rows)
        if (store.rows.timeMs[made] === Number.NEGATIVE_INFINITY) table.forget(made, timeMs)
      return row
    }
    return undefined
  }

  #write(
    { points, isDelta, labelSet, timeMs, request, tick }: DistributionPoint,
    adds: boolean,
    goesOn: boolean,
  ): void {
    const table = this.#table
    const { rows } = table.store
    for (const [index, row] of this.#rows.entries()) {
      const value = this.#values.values[index]!
      const startMs = goesOn ? rows.startMs[this.#rows.at(-1)!]! : points.startMs
      rows.request[row] = request
      if (isDelta) rows.flags[row]! |= SUMMED
      table.write(row, adds ? rows.value[row]! + value : value, timeMs, startMs, tick)
    }
    // Bounds that the sender does not have any more.
    const { family } = table.store.section(this.#rows[0]!)
    let row = table.store.findGroup(family, labelSet)
    for (; row !== NONE && rows.labels[row] === labelSet; row = rows.next[row]!) {
      if (rows.request[row] !== request) table.endRow(row, timeMs)
    }
  }

  #forgetGroup(first: number, labelSet: number): void {
    const { rows } = this.#table.store
    for (let row = first; row !== NONE && rows.labels[row] === labelSet; ) {
      const next = rows.next[row]!
      this.#table.forget(row, this.#table.nowMs)
      row = next
    }
  }
}
