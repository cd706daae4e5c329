import type { SeriesFamily, SeriesSink, SeriesSource } from '../../series/series-sink.ts'
import { isStale } from '../value-bits.ts'
import { type FamilyBook, untyped } from './family-book.ts'
import type { SeriesLabels } from './series-labels.ts'
import type { WriteTally } from './write-tally.ts'

export interface SeriesIntakeOptions {
  readonly sink: SeriesSink
  readonly families: FamilyBook
  readonly nowMs: () => number
}

/** As Prometheus has it. */
const MAX_AHEAD_MS = 600_000
const MAX_SOURCES = 10_000

/** Puts the samples of one series after the other into the table. */
export class SeriesIntake {
  readonly #options: SeriesIntakeOptions
  readonly #sources = new Map<string, SeriesSource>()
  #last: SeriesSource | undefined
  #nowMs: number
  readonly #bits = new Uint32Array(2)
  readonly #value = new Float64Array(this.#bits.buffer)

  constructor(options: SeriesIntakeOptions) {
    this.#options = options
    this.#nowMs = options.nowMs()
  }

  /** The families of what comes. */
  get families(): FamilyBook {
    return this.#options.families
  }

  /** Some samples follow that come now. */
  beginTurn(): void {
    this.#nowMs = this.#options.nowMs()
  }

  familyOf({ name, hasLe, hasQuantile }: SeriesLabels): SeriesFamily {
    return this.#options.families.familyOf(name, hasLe, hasQuantile, this.#nowMs)
  }

  /** Takes a sample by the bits of its value, so that a staleness marker is known. */
  take(
    series: SeriesLabels,
    family: SeriesFamily,
    high: number,
    low: number,
    timeMs: number,
    startMs: number,
    tally: WriteTally,
  ): void {
    if (isStale(high, low)) {
      this.end(series, family, timeMs)
      tally.samples += 1
      return
    }
    this.#bits[0] = low
    this.#bits[1] = high
    if (this.put(series, family, series.name, series.labels, this.#value[0]!, timeMs, startMs, tally))
      tally.samples += 1
  }

  /** Takes a value of a series that may be another than what came. @returns whether it was taken */
  put(
    series: SeriesLabels,
    family: SeriesFamily,
    name: string,
    labels: readonly string[],
    value: number,
    timeMs: number,
    startMs: number,
    tally: WriteTally,
  ): boolean {
    const { sink, families } = this.#options
    const now = this.#nowMs
    if (timeMs > now + MAX_AHEAD_MS) {
      tally.refuse('too_far_in_future')
      return false
    }
    const source = this.#sourceOf(series)
    let refusal = sink.put(source, family, name, labels, value, timeMs, startMs)
    if (refusal === 'type_conflict' && family.type !== 'untyped') {
      refusal = sink.put(source, families.makePlain(name, now), name, labels, value, timeMs, startMs)
    }
    if (refusal !== undefined) tally.refuse(refusal)
    return refusal === undefined
  }

  /** The series has ended, whatever it was taken for. */
  end(series: SeriesLabels, family: SeriesFamily, timeMs: number): void {
    this.endNamed(series, family, series.name, timeMs)
  }

  /** The series with the same labels and another name has ended. */
  endNamed(series: SeriesLabels, family: SeriesFamily, name: string, timeMs: number): void {
    const { sink } = this.#options
    const source = this.#sourceOf(series)
    const { labels } = series
    sink.end(source, family, name, labels, timeMs)
    if (family.type !== 'untyped') sink.end(source, untyped(name), name, labels, timeMs)
  }

  #sourceOf({ job, instance, node }: SeriesLabels): SeriesSource {
    const last = this.#last
    // What comes together is mostly of one source, and no text is made for it.
    if (last !== undefined && last.job === job && last.instance === instance && last.node === node) return last
    const key = `${job}\n${instance}\n${node}`
    const known = this.#sources.get(key)
    if (known !== undefined) {
      this.#last = known
      return known
    }
    if (this.#sources.size >= MAX_SOURCES) this.#sources.clear()
    const source: SeriesSource = { transport: 'remote_write', job, instance, node, isKept: false }
    this.#sources.set(key, source)
    this.#last = source
    return source
  }
}
