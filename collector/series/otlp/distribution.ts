import {
  EXPONENTIAL_BUCKETS,
  EXPONENTIAL_POINT,
  HISTOGRAM_POINT,
  METRIC,
  QUANTILE,
  SUMMARY_POINT,
} from '#lib/otlp/metrics-fields.ts'
import { ProtoReader } from '#lib/otlp/proto-reader.ts'
import { rangesOf } from '#lib/otlp/ranges.ts'
import { FIXED64, LENGTH_DELIMITED } from '#lib/otlp/wire.ts'

interface Distribution {
  readonly count: number
  readonly sum: number | undefined
}

interface Histogram extends Distribution {
  readonly kind: 'histogram'
  /** Upper bounds, ascending; of the last bucket there is none. */
  readonly bounds: readonly number[]
  readonly bucketCounts: readonly number[]
}

/** Buckets from `offset` on; bucket `index` ends at `base ** (index + 1)`. */
interface ExponentialBuckets {
  readonly offset: number
  readonly bucketCounts: readonly number[]
}

export interface ExponentialHistogram extends Distribution {
  readonly kind: 'exponential_histogram'
  /** The base is `2 ** (2 ** -scale)`. */
  readonly scale: number
  readonly zeroCount: number
  readonly zeroThreshold: number
  readonly positive: ExponentialBuckets
  readonly negative: ExponentialBuckets
}

interface Summary extends Distribution {
  readonly kind: 'summary'
  readonly quantiles: readonly { readonly quantile: number; readonly value: number }[]
}

export type AnyDistribution = Histogram | ExponentialHistogram | Summary

/** More buckets than this no instrument has; OpenTelemetry's default is 160. */
const MAX_BUCKETS = 1_024
/** As OTLP has them. */
const MIN_SCALE = -10
const MAX_SCALE = 20
const NO_BUCKETS: ExponentialBuckets = { offset: 0, bucketCounts: [] }

/** Decodes the point of a histogram, exponential histogram or summary; undefined if it is malformed or too large. */
export function decodeDistribution(
  kind: number,
  bytes: Buffer,
  start: number,
  end: number,
): AnyDistribution | undefined {
  if (kind === METRIC.histogram) return decodeHistogram(bytes, start, end)
  return kind === METRIC.summary ? decodeSummary(bytes, start, end) : decodeExponential(bytes, start, end)
}

function decodeHistogram(bytes: Buffer, start: number, end: number): Histogram | undefined {
  const fields = new Fields(bytes, start, end)
  const bucketCounts = fields.packed(HISTOGRAM_POINT.bucketCounts, readInteger)
  const bounds = fields.packed(HISTOGRAM_POINT.explicitBounds, readDouble)
  if (bucketCounts === undefined || bounds === undefined) return undefined
  // Without buckets there are a count and a sum only.
  if (bucketCounts.length > 0 && bucketCounts.length !== bounds.length + 1) return undefined
  return {
    kind: 'histogram',
    count: fields.integer(HISTOGRAM_POINT.count),
    sum: fields.double(HISTOGRAM_POINT.sum),
    ...{ bounds, bucketCounts },
  }
}

function decodeExponential(bytes: Buffer, start: number, end: number): ExponentialHistogram | undefined {
  const fields = new Fields(bytes, start, end)
  const positive = decodeBuckets(bytes, fields.message(EXPONENTIAL_POINT.positive))
  const negative = decodeBuckets(bytes, fields.message(EXPONENTIAL_POINT.negative))
  if (positive === undefined || negative === undefined) return undefined
  const scale = fields.zigzag(EXPONENTIAL_POINT.scale)
  if (scale < MIN_SCALE || scale > MAX_SCALE) return undefined
  return {
    kind: 'exponential_histogram',
    count: fields.integer(EXPONENTIAL_POINT.count),
    sum: fields.double(EXPONENTIAL_POINT.sum),
    scale,
    zeroCount: fields.integer(EXPONENTIAL_POINT.zeroCount),
    zeroThreshold: fields.double(EXPONENTIAL_POINT.zeroThreshold) ?? 0,
    ...{ positive, negative },
  }
}

function decodeBuckets(bytes: Buffer, range: readonly [number, number] | undefined): ExponentialBuckets | undefined {
  if (range === undefined) return NO_BUCKETS
  const fields = new Fields(bytes, range[0], range[1])
  const bucketCounts: number[] = []
  const reader = new ProtoReader(bytes, range[0], range[1])
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field !== EXPONENTIAL_BUCKETS.bucketCounts) continue
    if (reader.wireType !== LENGTH_DELIMITED) bucketCounts.push(reader.value)
    else if (!readVarints(bytes, reader.start, reader.stop, bucketCounts)) return undefined
    if (bucketCounts.length > MAX_BUCKETS) return undefined
  }
  return reader.failed ? undefined : { offset: fields.zigzag(EXPONENTIAL_BUCKETS.offset), bucketCounts }
}

function readVarints(bytes: Buffer, start: number, end: number, into: number[]): boolean {
  for (let at = start; at < end; ) {
    let value = 0
    let scale = 1
    let byte: number
    do {
      if (at >= end || scale > 2 ** 63 || into.length > MAX_BUCKETS) return false
      byte = bytes[at++]!
      value += (byte & 0x7f) * scale
      scale *= 128
    } while (byte >= 0x80)
    into.push(value)
  }
  return true
}

function decodeSummary(bytes: Buffer, start: number, end: number): Summary | undefined {
  const fields = new Fields(bytes, start, end)
  const ranges = rangesOf(bytes, start, end, SUMMARY_POINT.quantileValues)
  if (ranges.length > 2 * MAX_BUCKETS) return undefined
  const quantiles = Array.from({ length: ranges.length / 2 }, (_, index) => {
    const value = new Fields(bytes, ranges[2 * index]!, ranges[2 * index + 1]!)
    return { quantile: value.double(QUANTILE.quantile) ?? 0, value: value.double(QUANTILE.value) ?? 0 }
  })
  return {
    kind: 'summary',
    count: fields.integer(SUMMARY_POINT.count),
    sum: fields.double(SUMMARY_POINT.sum) ?? 0,
    quantiles,
  }
}

/** Fields of a message, one at a time; it has been walked before, so that it is whole. */
class Fields {
  readonly #bytes: Buffer
  readonly #start: number
  readonly #end: number
  readonly #reader: ProtoReader

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes
    this.#start = start
    this.#end = end
    this.#reader = new ProtoReader(bytes)
  }

  integer(wanted: number): number {
    return this.#find(wanted, FIXED64) ? readInteger(this.#bytes, this.#reader.at - 8) : 0
  }

  double(wanted: number): number | undefined {
    return this.#find(wanted, FIXED64) ? readDouble(this.#bytes, this.#reader.at - 8) : undefined
  }

  zigzag(wanted: number): number {
    if (!this.#find(wanted, 0)) return 0
    const { low } = this.#reader
    return (low >>> 1) ^ -(low & 1)
  }

  message(wanted: number): readonly [number, number] | undefined {
    return this.#find(wanted, LENGTH_DELIMITED) ? [this.#reader.start, this.#reader.stop] : undefined
  }

  /** Numbers of eight bytes, packed or not; undefined if malformed or too many. */
  packed(wanted: number, read: (bytes: Buffer, at: number) => number): number[] | undefined {
    const reader = new ProtoReader(this.#bytes, this.#start, this.#end)
    const numbers: number[] = []
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field !== wanted) continue
      if (reader.wireType === FIXED64) numbers.push(read(this.#bytes, reader.at - 8))
      else {
        if (reader.wireType !== LENGTH_DELIMITED || (reader.stop - reader.start) % 8 !== 0) return undefined
        if (reader.stop - reader.start > 8 * MAX_BUCKETS) return undefined
        for (let at = reader.start; at < reader.stop; at += 8) numbers.push(read(this.#bytes, at))
      }
      if (numbers.length > MAX_BUCKETS) return undefined
    }
    return numbers
  }

  #find(wanted: number, wireType: number): boolean {
    this.#reader.reset(this.#start, this.#end)
    let isFound = false
    let at = 0
    for (let field = this.#reader.next(); field !== 0; field = this.#reader.next()) {
      if (field !== wanted || this.#reader.wireType !== wireType) continue
      isFound = true
      at = this.#reader.at
      break
    }
    this.#reader.at = at
    return isFound
  }
}

function readInteger(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32
}

function readDouble(bytes: Buffer, at: number): number {
  return bytes.readDoubleLE(at)
}
