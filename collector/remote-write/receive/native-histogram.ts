import { ProtoReader } from '#lib/otlp/proto-reader.ts'
import { FIXED64, LENGTH_DELIMITED } from '#lib/otlp/wire.ts'
import { isStale } from '../value-bits.ts'
import { int64Of } from './int64.ts'

/** Schema of a histogram with buckets of its own, which is a classic one in another form. */
const CUSTOM_BUCKETS = -53
const MAX_BUCKETS = 4_096

/** A native histogram that is a classic one: how many are at or below each bound, the last of which is infinity. */
interface ClassicHistogram {
  readonly bounds: readonly number[]
  readonly cumulative: readonly number[]
  readonly count: number
  readonly sum: number
  readonly timeMs: number
}

export type HistogramReading =
  | { readonly kind: 'classic'; readonly histogram: ClassicHistogram }
  | { readonly kind: 'stale'; readonly timeMs: number }
  /** It has exponential buckets. */
  | { readonly kind: 'exponential' }
  | { readonly kind: 'malformed' }

/** Reads a Histogram message, which is the same in 1.0 and 2.0. */
export function readHistogram(bytes: Buffer, start: number, stop: number): HistogramReading {
  const reader = new ProtoReader(bytes, start, stop)
  const doubles = new DoubleReader(bytes)
  let count = 0
  let sum = 0
  let sumIsStale = false
  let schema = 0
  let timeMs = 0
  const spans: [offset: number, length: number][] = []
  const deltas: number[] = []
  const counts: number[] = []
  const bounds: number[] = []
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    const { wireType } = reader
    if (field === 1) count = reader.value
    else if (field === 2) count = toDouble(reader)
    else if (field === 3) {
      sum = toDouble(reader)
      sumIsStale = isStale(reader.high, reader.low)
    } else if (field === 4) schema = unfold(reader)
    else if (field === 11 && wireType === LENGTH_DELIMITED) spans.push(readSpan(bytes, reader))
    else if (field === 12) readFolded(bytes, reader, deltas)
    else if (field === 13) doubles.read(reader, counts)
    else if (field === 15) timeMs = int64Of(reader)
    else if (field === 16) doubles.read(reader, bounds)
    if (spans.length + deltas.length + counts.length + bounds.length > 4 * MAX_BUCKETS) return { kind: 'malformed' }
  }
  if (reader.failed) return { kind: 'malformed' }
  if (sumIsStale) return { kind: 'stale', timeMs }
  if (schema !== CUSTOM_BUCKETS) return { kind: 'exponential' }
  const cumulative = accumulate(spans, deltas, counts, bounds.length)
  if (cumulative === undefined) return { kind: 'malformed' }
  cumulative[bounds.length] = count
  return {
    kind: 'classic',
    histogram: { bounds: [...bounds, Number.POSITIVE_INFINITY], cumulative, count, sum, timeMs },
  }
}

/** How many are at or below each of so many bounds, of populated buckets: each span begins so far behind the one before. */
function accumulate(
  spans: readonly (readonly [number, number])[],
  deltas: readonly number[],
  counts: readonly number[],
  bounds: number,
): number[] | undefined {
  if (bounds > MAX_BUCKETS) return undefined
  const each = new Array<number>(bounds + 1).fill(0)
  let bucket = 0
  let index = 0
  let last = 0
  for (const [offset, length] of spans) {
    bucket += offset
    for (let left = length; left > 0; left--) {
      const value = counts.length > 0 ? counts[index] : last + (deltas[index] ?? Number.NaN)
      if (value === undefined || Number.isNaN(value) || bucket < 0 || bucket > bounds) return undefined
      each[bucket] = value
      last = value
      bucket += 1
      index += 1
    }
  }
  let sum = 0
  return each.map((value) => (sum += value))
}

function readSpan(bytes: Buffer, { start, stop }: ProtoReader): [number, number] {
  const span = new ProtoReader(bytes, start, stop)
  let offset = 0
  let length = 0
  for (let field = span.next(); field !== 0; field = span.next()) {
    if (field === 1) offset = unfold(span)
    else if (field === 2) length = span.value
  }
  return [offset, length]
}

/** Folded numbers, packed or not. */
function readFolded(bytes: Buffer, reader: ProtoReader, into: number[]): void {
  if (reader.wireType !== LENGTH_DELIMITED) {
    into.push(unfold(reader))
    return
  }
  let at = reader.start
  while (at < reader.stop && into.length <= MAX_BUCKETS) {
    let value = 0
    let factor = 1
    let byte = 0x80
    while (byte >= 0x80 && at < reader.stop) {
      byte = bytes[at++]!
      value += (byte & 0x7f) * factor
      factor *= 0x80
    }
    into.push(value % 2 === 0 ? value / 2 : -(value + 1) / 2)
  }
}

/** Undoes the folding of sint32 and sint64. */
function unfold({ value }: ProtoReader): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}

function toDouble({ low, high }: ProtoReader): number {
  return new Float64Array(Uint32Array.of(low, high).buffer)[0]!
}

class DoubleReader {
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** Doubles, packed or not. */
  read(reader: ProtoReader, into: number[]): void {
    if (reader.wireType === FIXED64) into.push(toDouble(reader))
    for (let at = reader.start; at + 8 <= reader.stop && into.length <= MAX_BUCKETS; at += 8) {
      into.push(this.#bytes.readDoubleLE(at))
    }
  }
}
