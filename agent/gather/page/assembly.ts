import { HistogramLines } from '#lib/exposition/histogram-lines.ts'
import { SummaryLines } from '#lib/exposition/summary-lines.ts'
import { type EncodedLabels, encodeLabels } from '../labels.ts'
import type { RoundFamily } from './round-family.ts'

/** The lines of one histogram or summary of a target. */
export class Assembly {
  readonly key: number
  readonly #lines: HistogramLines | SummaryLines
  readonly #family: RoundFamily
  readonly #labels: EncodedLabels
  /** Labels without `le` and `quantile`, for lines that are sent as numbers. */
  readonly pairs: readonly (readonly [name: string, value: string])[]
  /** Its lines are no histogram or summary, and stay numbers for as long as it is known. */
  isBroken = false
  /** The round in which one of its lines came last. */
  round = -1
  /** Lines that are known of it. */
  lines = 0

  constructor(key: number, family: RoundFamily, pairs: readonly (readonly [name: string, value: string])[]) {
    const isHistogram = family.spec.type === 'histogram'
    this.key = key
    this.#family = family
    this.#lines = isHistogram ? new HistogramLines() : new SummaryLines()
    this.#labels = encodeLabels(pairs, isHistogram ? 'histogram' : 'number')
    this.pairs = pairs
  }

  /**
   * Makes a place for a line.
   *
   * @param edge its `le` or `quantile`
   * @returns undefined if it breaks the whole
   */
  add(suffix: string, edge: string | undefined): number | undefined {
    const slot = this.#lines.add(suffix as never, edge)
    if (slot === undefined) this.isBroken = true
    this.lines += 1
    return slot
  }

  put(slot: number, value: number, round: number): void {
    this.#lines.put(slot, value, round)
  }

  /** Writes what came in this round; false if it has to be written line by line. */
  write(round: number, timeMs: number | undefined): boolean {
    if (this.isBroken) return false
    const points = this.#family.in(round)
    const lines = this.#lines
    if (lines instanceof HistogramLines) {
      const histogram = lines.assemble(round)
      if (histogram !== undefined) points?.histogram(this.#labels, histogram, 0, timeMs)
      this.isBroken = histogram === undefined || points === undefined
    } else {
      const summary = lines.assemble(round)
      if (summary !== undefined) points?.summary(this.#labels, summary, 0, timeMs)
      this.isBroken = summary === undefined || points === undefined
    }
    return !this.isBroken
  }
}
