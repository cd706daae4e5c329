import { FIXED64, LENGTH_DELIMITED, tag, VARINT, varintBytes, writeVarint } from '#lib/otlp/wire.ts'
import { int64Bytes, MAX_VARINT_BYTES, writeInt64, writeLongVarint } from '../varint.ts'
import { type Definitions, fieldBytes } from './definitions.ts'
import { seriesOf, writeSampleValue } from './sample-records.ts'
import type { Batch } from './slice.ts'

const SYMBOLS = tag(4, LENGTH_DELIMITED)
const TIMESERIES = tag(5, LENGTH_DELIMITED)
const LABELS_REFS = tag(1, LENGTH_DELIMITED)
const SAMPLES = tag(2, LENGTH_DELIMITED)
const METADATA = tag(5, LENGTH_DELIMITED)
/** Of a series without its labels, and of a number of a text. */
const MAX_SERIES_BYTES = 6 + 3 + 2 + 9 + 2 * (1 + MAX_VARINT_BYTES) + 2 + 2 + 2 * 6
const MAX_REF_BYTES = 5

/** Numbers of the texts of a segment in one request. */
class RequestSymbols {
  /** By text: the request in which it has a number, and the number. */
  #requests = new Uint32Array(1_024)
  #numbers = new Uint32Array(1_024)
  #request = 0
  #definitions: Definitions | undefined
  #count = 0
  /** In order of their numbers, but for the empty one: where they are. */
  readonly used: { definitions: Definitions; text: number }[] = []

  begin(): void {
    this.#definitions = undefined
    this.#count = 1
    this.used.length = 0
  }

  /** Texts of these definitions follow. */
  of(definitions: Definitions): void {
    if (this.#definitions === definitions) return
    // Another segment's: its texts have numbers of their own, even those that are the same.
    this.#definitions = definitions
    this.#request += 1
    if (this.#requests.length < definitions.textCount) {
      this.#requests = new Uint32Array(2 * definitions.textCount)
      this.#numbers = new Uint32Array(2 * definitions.textCount)
    }
  }

  numberOf(text: number): number {
    if (text === 0) return 0
    if (this.#requests[text] === this.#request) return this.#numbers[text]!
    this.#requests[text] = this.#request
    this.#numbers[text] = this.#count
    this.used.push({ definitions: this.#definitions!, text })
    return this.#count++
  }
}

/** Writes io.prometheus.write.v2.Request (remote write 2.0). */
export class EncoderV2 {
  readonly #symbols = new RequestSymbols()
  #series = Buffer.alloc(0)

  /**
   * @param makeTarget called once with the bytes that it takes
   * @returns what makeTarget returned, filled
   */
  encode({ ranges }: Batch, makeTarget: (bytes: number) => Buffer): Buffer {
    const symbols = this.#symbols
    symbols.begin()
    const seriesBytes = this.#encodeSeries(ranges)
    let symbolBytes = 2
    for (const { definitions, text } of symbols.used) symbolBytes += fieldBytes(definitions.textBytes(text))
    const target = makeTarget(symbolBytes + seriesBytes)
    target[0] = SYMBOLS
    target[1] = 0
    let to = 2
    for (const { definitions, text } of symbols.used) {
      const start = definitions.textStarts[text]!
      const end = definitions.textStarts[text + 1]!
      target[to++] = SYMBOLS
      to = writeVarint(target, to, end - start)
      for (let from = start; from < end; from++) target[to++] = definitions.text[from]!
    }
    this.#series.copy(target, to, 0, seriesBytes)
    return target
  }

  #encodeSeries(ranges: Batch['ranges']): number {
    this.#reserve(ranges)
    const target = this.#series
    const view = new DataView(target.buffer, target.byteOffset, target.length)
    const symbols = this.#symbols
    let to = 0
    for (const { slice, from, to: end } of ranges) {
      const { definitions, series, values, times } = slice
      symbols.of(definitions)
      const { refs } = definitions
      for (let index = from; index < end; index++) {
        const marked = series[index]!
        const number = seriesOf(marked)
        const first = definitions.labelsFrom(number)
        const last = definitions.labelsTo(number)
        let labels = 0
        for (let place = first; place < last; place++) labels += varintBytes(symbols.numberOf(refs[place]!))
        const help = symbols.numberOf(definitions.helpOf(number))
        const unit = symbols.numberOf(definitions.unitOf(number))
        const timeMs = times[index]!
        const startMs = definitions.startMs[number]!
        const sample = 9 + 1 + int64Bytes(timeMs) + (startMs === 0 ? 0 : 1 + int64Bytes(startMs))
        const metadata = 2 + 1 + varintBytes(help) + 1 + varintBytes(unit)
        target[to++] = TIMESERIES
        to = writeVarint(target, to, fieldBytes(labels) + 2 + sample + 2 + metadata)
        target[to++] = LABELS_REFS
        to = writeVarint(target, to, labels)
        for (let place = first; place < last; place++) to = writeVarint(target, to, symbols.numberOf(refs[place]!))
        target[to++] = SAMPLES
        target[to++] = sample
        target[to++] = tag(1, FIXED64)
        writeSampleValue(view, to, marked, values[index]!)
        to = (to + 8) | 0
        target[to++] = tag(2, VARINT)
        to = writeInt64(target, to, timeMs)
        if (startMs !== 0) {
          target[to++] = tag(3, VARINT)
          to = writeLongVarint(target, to, startMs)
        }
        target[to++] = METADATA
        target[to++] = metadata
        target[to++] = tag(1, VARINT)
        target[to++] = definitions.typeOf(number)
        target[to++] = tag(3, VARINT)
        to = writeVarint(target, to, help)
        target[to++] = tag(4, VARINT)
        to = writeVarint(target, to, unit)
      }
    }
    return to
  }

  #reserve(ranges: Batch['ranges']): void {
    let bytes = 0
    for (const { slice, from, to } of ranges) {
      const { definitions, series } = slice
      for (let index = from; index < to; index++) {
        const number = seriesOf(series[index]!)
        const labels = definitions.labelsTo(number) - definitions.labelsFrom(number)
        bytes += MAX_SERIES_BYTES + labels * MAX_REF_BYTES
      }
    }
    if (bytes > this.#series.length) this.#series = Buffer.allocUnsafeSlow(2 * bytes)
  }
}
