import type { ExpositionFamily, SampleSink } from '#lib/exposition/sample-sink.ts'
import { encodeLabels } from '../labels.ts'
import type { Assembly } from './assembly.ts'
import { LEFT_OUT, type Line } from './line.ts'
import { LineMaker, type LineMakerOptions } from './line-maker.ts'

export interface PageSeriesOptions extends LineMakerOptions {
  /** Whether the times of samples are taken in place of that of the scrape. */
  readonly honorTimestamps: boolean
}

export interface PageCounts {
  /** Samples of series that stood more than once. */
  readonly duplicates: number
  /** Samples of a name that a metric of another kind has, or that is one of the scrape's own. */
  readonly conflicts: number
}

/** Beyond so many spellings of the same series all are forgotten: a page that has others each time must not grow. */
const MAX_SPELLINGS = 1_000

/**
 * The series of a target as its pages have them, page after page: each is looked at once, and known by its bytes from then
 * on. Nothing reaches the target's metrics before the page is whole ({@link commit}). Of a series that stands twice the
 * first sample counts, as in Prometheus.
 */
export class PageSeries implements SampleSink {
  readonly #maker: LineMaker
  readonly #honorTimestamps: boolean
  readonly #lines = new Map<string, Line>()
  readonly #touched: Line[] = []
  #family: ExpositionFamily | undefined
  #round = 0
  #duplicates = 0
  #spellings = 0

  constructor({ honorTimestamps, ...options }: PageSeriesOptions) {
    this.#maker = new LineMaker(options)
    this.#honorTimestamps = honorTimestamps
  }

  /** Series that are remembered. */
  get size(): number {
    return this.#lines.size
  }

  /** A page begins. */
  begin(): void {
    this.#round += 1
    this.#duplicates = 0
    this.#maker.conflicts = 0
    this.#touched.length = 0
  }

  family(family: ExpositionFamily): void {
    this.#family = family
  }

  known(series: string, value: number, timestampMs: number | undefined): boolean {
    const line = this.#lines.get(series)
    if (line === undefined) return false
    this.#take(line, value, timestampMs)
    return true
  }

  sample(
    name: string,
    labels: readonly string[],
    value: number,
    timestampMs: number | undefined,
    series: string,
  ): void {
    const line = this.#maker.make(this.#family!, name, labels)
    if (line.round >= 0) this.#spellings += 1
    this.#lines.set(series, line)
    this.#take(line, value, timestampMs)
  }

  /** The page was whole: its values are written, in the round that the target's metrics are in. */
  commit(): PageCounts {
    const whole: Assembly[] = []
    let conflicts = this.#maker.conflicts
    for (const line of this.#touched) {
      line.isCommitted = true
      const { assembly } = line
      if (assembly === undefined) conflicts += this.#write(line)
      else {
        if (line.slot !== LEFT_OUT) assembly.put(line.slot, line.value, this.#round)
        if (assembly.round !== this.#round) whole.push(assembly)
        assembly.round = this.#round
      }
    }
    if (whole.length > 0) conflicts += this.#writeWhole(whole)
    // What was not on this page is forgotten; should it come again, it is looked at again.
    if (this.#lines.size > this.#touched.length) this.#forget((line) => line.round !== this.#round)
    return { duplicates: this.#duplicates, conflicts }
  }

  /** The page was not whole: nothing of it counts, nor is what it brought remembered. */
  discard(): void {
    this.#forget((line) => !line.isCommitted)
  }

  #take(line: Line, value: number, timestampMs: number | undefined): void {
    if (line.round === this.#round) {
      this.#duplicates += 1
      return
    }
    line.round = this.#round
    line.value = value
    line.timestampMs = timestampMs
    this.#touched.push(line)
  }

  /** @returns 1 if there is no place for it */
  #write({ family, labels, value, timestampMs }: Line): number {
    if (family === undefined || labels === undefined) return 0
    const points = family.in(this.#round)
    points?.number(labels, value, 0, this.#honorTimestamps ? timestampMs : undefined)
    return points === undefined ? 1 : 0
  }

  /** Histograms and summaries; those that are none line by line, without a type. */
  #writeWhole(whole: readonly Assembly[]): number {
    const times = this.#timesOfWhole()
    const broken = new Set(whole.filter((assembly) => !assembly.write(this.#round, times.get(assembly))))
    let conflicts = 0
    if (broken.size === 0) return conflicts
    for (const line of this.#touched) {
      const { assembly, name, edge } = line
      if (assembly === undefined || !broken.has(assembly)) continue
      line.family ??= this.#maker.untypedFamily(name)
      line.labels ??= encodeLabels(edge === undefined ? assembly.pairs : [...assembly.pairs, edge])
      conflicts += this.#write(line)
    }
    return conflicts
  }

  #timesOfWhole(): ReadonlyMap<Assembly, number> {
    const times = new Map<Assembly, number>()
    if (!this.#honorTimestamps) return times
    for (const { assembly, timestampMs } of this.#touched) {
      if (assembly !== undefined && timestampMs !== undefined) times.set(assembly, timestampMs)
    }
    return times
  }

  #forget(isGone: (line: Line) => boolean): void {
    if (this.#spellings > MAX_SPELLINGS) {
      this.#lines.clear()
      this.#spellings = 0
    }
    for (const [series, line] of this.#lines) if (isGone(line)) this.#lines.delete(series)
    this.#maker.forget(isGone)
  }
}
