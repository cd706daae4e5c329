import {
  HISTOGRAM_POINT,
  METRIC_DATA,
  NO_RECORDED_VALUE,
  NUMBER_POINT,
  POINT,
  QUANTILE,
  SUMMARY_POINT,
} from '#lib/otlp/metrics-fields.ts'
import { FIXED64, LENGTH_DELIMITED, tag, VARINT, varintBytes, writeVarint } from '#lib/otlp/wire.ts'
import type { FamilySpec } from './family-spec.ts'
import type { EncodedLabels } from './labels.ts'

/** Cumulative since its start. `bucketCounts` are those of single buckets, one more than there are bounds. */
export interface HistogramValue {
  readonly count: number
  readonly sum: number | undefined
  readonly bounds: readonly number[]
  readonly bucketCounts: readonly number[]
}

export interface SummaryValue {
  readonly count: number
  readonly sum: number
  readonly quantiles: readonly { readonly quantile: number; readonly value: number }[]
}

const POINT_TAG = tag(METRIC_DATA.dataPoints, LENGTH_DELIMITED)
const START_TAG = tag(POINT.startTimeUnixNano, FIXED64)
const TIME_TAG = tag(POINT.timeUnixNano, FIXED64)
const DOUBLE_TAG = tag(NUMBER_POINT.asDouble, FIXED64)
/** Room for tags, times, value, flags and lengths of a point. */
const POINT_OVERHEAD_BYTES = 64

/** The points of one metric in one round, written as they come. */
export class FamilyPoints {
  readonly spec: FamilySpec
  /** The round in which each series was last written. */
  readonly #seen = new Map<EncodedLabels, number>()
  #round = 0
  #timeMs = 0
  #bytes: Buffer = Buffer.alloc(256)
  #length = 0
  #points = 0
  /** Series among them. */
  #distinct = 0

  constructor(spec: FamilySpec) {
    this.spec = spec
  }

  /** Points written in this round. */
  get points(): number {
    return this.#points
  }

  /** Series that are remembered from the last round. */
  get size(): number {
    return this.#seen.size
  }

  /** The points of this round; valid until the next. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  begin(round: number, timeMs: number): void {
    this.#round = round
    this.#timeMs = timeMs
    this.#length = 0
    this.#points = 0
    this.#distinct = 0
  }

  /**
   * @param startMs since when a counter counts, epoch milliseconds, or 0
   * @param timeMs when the value was read, if not at the time of the round
   */
  number(labels: EncodedLabels, value: number, startMs = 0, timeMs = this.#timeMs): void {
    const at = this.#begin(labels, (startMs > 0 ? 27 : 18) + labels.length, startMs, timeMs)
    this.#bytes[at] = DOUBLE_TAG
    this.#bytes.writeDoubleLE(value, at + 1)
    this.#end(at + 9, labels)
  }

  /** @param labels encoded for histograms */
  histogram(labels: EncodedLabels, value: HistogramValue, startMs = 0, timeMs = this.#timeMs): void {
    const { bounds, bucketCounts, count, sum } = value
    const bounded = packedBytes(bounds.length) + packedBytes(bucketCounts.length)
    const body = (startMs > 0 ? 18 : 9) + 9 + (sum === undefined ? 0 : 9) + bounded + labels.length
    let at = this.#begin(labels, body, startMs, timeMs)
    const bytes = this.#bytes
    bytes[at++] = tag(HISTOGRAM_POINT.count, FIXED64)
    at = writeInteger(bytes, at, count)
    if (sum !== undefined) {
      bytes[at++] = tag(HISTOGRAM_POINT.sum, FIXED64)
      at = bytes.writeDoubleLE(sum, at)
    }
    at = beginPacked(bytes, at, HISTOGRAM_POINT.bucketCounts, bucketCounts.length)
    for (const bucket of bucketCounts) at = writeInteger(bytes, at, bucket)
    at = beginPacked(bytes, at, HISTOGRAM_POINT.explicitBounds, bounds.length)
    for (const bound of bounds) at = bytes.writeDoubleLE(bound, at)
    this.#end(at, labels)
  }

  summary(labels: EncodedLabels, value: SummaryValue, startMs = 0, timeMs = this.#timeMs): void {
    const { quantiles, count, sum } = value
    let at = this.#begin(labels, (startMs > 0 ? 18 : 9) + 18 + 20 * quantiles.length + labels.length, startMs, timeMs)
    const bytes = this.#bytes
    bytes[at++] = tag(SUMMARY_POINT.count, FIXED64)
    at = writeInteger(bytes, at, count)
    bytes[at++] = tag(SUMMARY_POINT.sum, FIXED64)
    at = bytes.writeDoubleLE(sum, at)
    for (const { quantile, value: at_ } of quantiles) {
      bytes[at++] = tag(SUMMARY_POINT.quantileValues, LENGTH_DELIMITED)
      bytes[at++] = 18
      bytes[at++] = tag(QUANTILE.quantile, FIXED64)
      at = bytes.writeDoubleLE(quantile, at)
      bytes[at++] = tag(QUANTILE.value, FIXED64)
      at = bytes.writeDoubleLE(at_, at)
    }
    this.#end(at, labels)
  }

  /** Says of each series that came before and not in this round that it has ended, and forgets it. */
  endVanished(): void {
    if (this.#seen.size === this.#distinct) return
    for (const [labels, round] of this.#seen) {
      if (round === this.#round) continue
      this.#seen.delete(labels)
      const isHistogram = this.spec.type === 'histogram'
      const at = this.#write(11 + labels.length, 0, this.#timeMs)
      this.#bytes[at] = tag(isHistogram ? HISTOGRAM_POINT.flags : NUMBER_POINT.flags, VARINT)
      this.#bytes[at + 1] = NO_RECORDED_VALUE
      this.#end(at + 2, labels)
    }
  }

  #begin(labels: EncodedLabels, bodyBytes: number, startMs: number, timeMs: number): number {
    // What a target has twice is written twice: the collector counts and refuses it.
    if (this.#seen.get(labels) !== this.#round) {
      this.#seen.set(labels, this.#round)
      this.#distinct += 1
    }
    return this.#write(bodyBytes, startMs, timeMs)
  }

  #write(bodyBytes: number, startMs: number, timeMs: number): number {
    const needed = this.#length + bodyBytes + POINT_OVERHEAD_BYTES
    if (needed > this.#bytes.length) this.#grow(needed)
    const bytes = this.#bytes
    let at = this.#length
    bytes[at++] = POINT_TAG
    at = writeVarint(bytes, at, bodyBytes)
    if (startMs > 0) {
      bytes[at] = START_TAG
      at = writeNanoseconds(bytes, at + 1, startMs)
    }
    bytes[at] = TIME_TAG
    return writeNanoseconds(bytes, at + 1, timeMs)
  }

  #end(at: number, labels: EncodedLabels): void {
    this.#bytes.set(labels, at)
    this.#length = at + labels.length
    this.#points += 1
  }

  #grow(needed: number): void {
    const larger = Buffer.alloc(Math.max(2 * this.#bytes.length, needed))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}

function packedBytes(count: number): number {
  return 1 + varintBytes(8 * count) + 8 * count
}

function beginPacked(bytes: Buffer, at: number, field: number, count: number): number {
  bytes[at] = tag(field, LENGTH_DELIMITED)
  return writeVarint(bytes, at + 1, 8 * count)
}

function writeInteger(bytes: Buffer, at: number, value: number): number {
  bytes.writeUInt32LE(value % 2 ** 32, at)
  return bytes.writeUInt32LE(Math.floor(value / 2 ** 32), at + 4)
}

/** Exact for whole milliseconds: a double can't hold today's nanoseconds. */
function writeNanoseconds(bytes: Buffer, at: number, epochMs: number): number {
  const upper = Math.floor(epochMs / 65_536) * 1_000_000
  const lower = (upper % 65_536) * 65_536 + Math.round((epochMs % 65_536) * 1_000_000)
  bytes.writeUInt32LE(lower % 2 ** 32, at)
  return bytes.writeUInt32LE(Math.floor(upper / 65_536) + Math.floor(lower / 2 ** 32), at + 4)
}
