import type { SeriesFamily } from '../../series/series-sink.ts'
import { SERIES_TYPES } from '../series-types.ts'
import { ByteSink } from './byte-sink.ts'

/** A series as it is sent. */
export interface DefinedSeries {
  /** With `__name__`, names and values in turn, sorted by name. */
  readonly labels: readonly string[]
  readonly family: SeriesFamily
  /** Epoch milliseconds, or 0. */
  readonly startMs: number
}

/**
 * Numbers the series and the texts of a segment, from 0, and writes what the numbers stand for: a payload has texts that
 * are new, then series that are new, as numbers of texts, each with the first number that it gives. Text 0 is the empty
 * one. `Definitions` reads it.
 */
export class DefinitionWriter {
  readonly #texts = new Map<string, number>([['', 0]])
  readonly #newTexts = new ByteSink()
  readonly #newSeries = new ByteSink()
  #newTextCount = 0
  #newSeriesCount = 0
  #seriesCount = 0

  /** Bytes that {@link take} would return, about. */
  get pendingBytes(): number {
    return this.#newTexts.length + this.#newSeries.length
  }

  /** @returns the number of the series */
  define({ labels, family, startMs }: DefinedSeries): number {
    const sink = this.#newSeries
    sink.varint(labels.length / 2)
    for (const text of labels) sink.varint(this.#numberOf(text))
    sink.varint(SERIES_TYPES.indexOf(family.type))
    for (const text of [family.name, family.help, family.unit]) sink.varint(this.#numberOf(text))
    sink.varint(Math.max(0, Math.trunc(startMs)))
    this.#newSeriesCount += 1
    return this.#seriesCount++
  }

  /** What was defined since the last time; undefined if that is nothing. */
  take(): Buffer | undefined {
    if (this.#newSeriesCount === 0) return undefined
    const head = new ByteSink()
    head.varint(this.#texts.size - this.#newTextCount)
    head.varint(this.#newTextCount)
    const parts = [head.take(), this.#newTexts.take()]
    head.varint(this.#seriesCount - this.#newSeriesCount)
    head.varint(this.#newSeriesCount)
    parts.push(head.take(), this.#newSeries.take())
    this.#newTextCount = 0
    this.#newSeriesCount = 0
    return Buffer.concat(parts)
  }

  #numberOf(text: string): number {
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    const number = this.#texts.size
    this.#texts.set(text, number)
    this.#newTexts.text(text)
    this.#newTextCount += 1
    return number
  }
}
