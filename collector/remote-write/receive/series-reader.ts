import { formatGoFloat } from '#lib/go-float.ts'
import { ProtoReader } from '#lib/otlp/proto-reader.ts'
import { FIXED64, LENGTH_DELIMITED, VARINT } from '#lib/otlp/wire.ts'
import type { SeriesFamily } from '../../series/series-sink.ts'
import { familyNameOf } from './family-book.ts'
import { int64Of } from './int64.ts'
import { readHistogram } from './native-histogram.ts'
import type { SeriesIntake } from './series-intake.ts'
import type { SeriesLabels } from './series-labels.ts'
import type { WriteTally } from './write-tally.ts'

/** Numbers of the fields of a TimeSeries that the protocols number differently. */
export interface SeriesFields {
  readonly histograms: number
  /** Of the series, in drafts of 2.0; 0 where there is none. */
  readonly createdTimestamp: number
  /** Of a sample; 0 where there is none. */
  readonly startTimestamp: number
}

const SAMPLES = 2

/** Reads what a TimeSeries has besides labels, which are known by then. */
export class SeriesReader {
  readonly #fields: SeriesFields
  readonly #intake: SeriesIntake
  readonly #series: ProtoReader
  readonly #sample: ProtoReader
  readonly #bytes: Buffer

  constructor(bytes: Buffer, fields: SeriesFields, intake: SeriesIntake) {
    this.#bytes = bytes
    this.#fields = fields
    this.#intake = intake
    this.#series = new ProtoReader(bytes)
    this.#sample = new ProtoReader(bytes)
  }

  /**
   * Takes all samples of a series.
   *
   * @param family undefined if its labels are invalid: then its samples are refused
   * @returns false if it is malformed
   */
  read(
    start: number,
    stop: number,
    labels: SeriesLabels,
    family: SeriesFamily | undefined,
    tally: WriteTally,
  ): boolean {
    const reader = this.#series
    const fields = this.#fields
    const createdMs = fields.createdTimestamp === 0 ? 0 : this.#createdMs(start, stop)
    reader.reset(start, stop)
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (reader.wireType !== LENGTH_DELIMITED) continue
      if (field === SAMPLES) {
        if (family === undefined) tally.refuse('invalid_labels')
        else if (!this.#readSample(reader.start, reader.stop, labels, family, createdMs, tally)) return false
      } else if (field === fields.histograms) {
        if (family === undefined) tally.refuse('invalid_labels')
        else if (!this.#readHistogram(reader.start, reader.stop, labels, family, tally)) return false
      }
    }
    return !reader.failed
  }

  #createdMs(start: number, stop: number): number {
    const reader = this.#series
    reader.reset(start, stop)
    let createdMs = 0
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field === this.#fields.createdTimestamp && reader.wireType === VARINT) createdMs = int64Of(reader)
    }
    return createdMs
  }

  #readSample(
    start: number,
    stop: number,
    labels: SeriesLabels,
    family: SeriesFamily,
    createdMs: number,
    tally: WriteTally,
  ): boolean {
    const sample = this.#sample
    sample.reset(start, stop)
    let high = 0
    let low = 0
    let timeMs = 0
    let startMs = createdMs
    for (let field = sample.next(); field !== 0; field = sample.next()) {
      if (field === 1 && sample.wireType === FIXED64) {
        high = sample.high
        low = sample.low
      } else if (field === 2 && sample.wireType === VARINT) {
        timeMs = int64Of(sample)
      } else if (field === this.#fields.startTimestamp && sample.wireType === VARINT) {
        startMs = int64Of(sample)
      }
    }
    if (sample.failed) return false
    this.#intake.take(labels, family, high, low, timeMs, startMs, tally)
    return true
  }

  /** Takes a native histogram that is a classic one as that. */
  #readHistogram(start: number, stop: number, labels: SeriesLabels, told: SeriesFamily, tally: WriteTally): boolean {
    const reading = readHistogram(this.#bytes, start, stop)
    if (reading.kind === 'malformed') return false
    const { name } = labels
    const family: SeriesFamily = { ...told, name: familyNameOf(name, 'histogram'), type: 'histogram' }
    const intake = this.#intake
    if (reading.kind === 'stale') {
      for (const suffix of ['_sum', '_count']) {
        intake.endNamed(labels, family, name + suffix, reading.timeMs)
      }
      tally.histograms += 1
    } else if (reading.kind === 'exponential') {
      tally.refuse('native_histogram')
    } else {
      const { bounds, cumulative, count, sum, timeMs } = reading.histogram
      let isTaken = true
      for (const [index, bound] of bounds.entries()) {
        const all = withLabel(labels.labels, 'le', formatGoFloat(bound))
        isTaken &&= intake.put(labels, family, `${name}_bucket`, all, cumulative[index]!, timeMs, 0, tally)
      }
      isTaken &&= intake.put(labels, family, `${name}_sum`, labels.labels, sum, timeMs, 0, tally)
      isTaken &&= intake.put(labels, family, `${name}_count`, labels.labels, count, timeMs, 0, tally)
      if (isTaken) tally.histograms += 1
    }
    return true
  }
}

/** Sorted labels with one more. */
function withLabel(labels: readonly string[], name: string, value: string): string[] {
  let at = 0
  while (at < labels.length && labels[at]! < name) at += 2
  return [...labels.slice(0, at), name, value, ...labels.slice(at)]
}
