import { isUtf8 } from 'node:buffer'
import { ProtoReader } from '#lib/otlp/proto-reader.ts'
import { FIXED64, LENGTH_DELIMITED, VARINT } from '#lib/otlp/wire.ts'
import { Problems, PushRefusal } from './push-refusal.ts'
import type {
  PushedDistribution,
  PushedFamily,
  PushedMetric,
  PushedType,
  PushedValue,
  ReadFamilies,
} from './pushed-family.ts'

/** prometheus/client_model, io/prometheus/client/metrics.proto. */
const FAMILY = { name: 1, help: 2, type: 3, metric: 4 } as const
const METRIC = { label: 1, gauge: 2, counter: 3, summary: 4, untyped: 5, timestampMs: 6, histogram: 7 } as const
const LABEL = { name: 1, value: 2 } as const
const VALUE = 1
const DISTRIBUTION = { count: 1, sum: 2, part: 3, countFloat: 4 } as const
const TYPES: readonly PushedType[] = ['counter', 'gauge', 'summary', 'untyped', 'histogram']
const VALUE_TYPES: Readonly<Record<number, PushedType>> = {
  [METRIC.gauge]: 'gauge',
  [METRIC.counter]: 'counter',
  [METRIC.untyped]: 'untyped',
}

/** Why protobuf can't be read: Pushgateway's words. */
function cutOff(): PushRefusal {
  return new PushRefusal(400, 'malformed', 'unexpected EOF')
}

/**
 * Reads MetricFamily messages, each with its length before it. Of families of the same name the last counts. Native
 * histograms are taken as far as they have classic buckets: sum and count at the least.
 *
 * @throws PushRefusal
 */
export function readDelimitedFamilies(body: Buffer, maxSeries: number): ReadFamilies {
  const reading = new FamiliesReader(body, maxSeries)
  const lengths = new ProtoReader(body)
  for (let at = 0; at < body.length; ) {
    const { length, start } = readLength(lengths, at)
    if (start + length > body.length) throw cutOff()
    reading.readFamily(start, start + length)
    at = start + length
  }
  return reading.take()
}

/** A varint of at most four bytes: longer ones are more than any limit. */
function readLength({ bytes }: ProtoReader, from: number): { readonly length: number; readonly start: number } {
  let length = 0
  for (let index = 0; index < 4; index++) {
    const byte = bytes[from + index]
    if (byte === undefined) break
    length += (byte & 0x7f) * 128 ** index
    if (byte < 0x80) return { length, start: from + index + 1 }
  }
  throw cutOff()
}

type Content = Pick<PushedValue, 'value'> | Pick<PushedDistribution, 'count' | 'sum' | 'parts'>

class FamiliesReader {
  readonly #body: Buffer
  readonly #maxSeries: number
  readonly #families = new Map<string, PushedFamily>()
  readonly #problems = new Problems()
  #hasTimestamps = false
  #series = 0

  constructor(body: Buffer, maxSeries: number) {
    this.#body = body
    this.#maxSeries = maxSeries
  }

  take(): ReadFamilies {
    return { families: [...this.#families.values()], hasTimestamps: this.#hasTimestamps, problems: this.#problems }
  }

  readFamily(start: number, end: number): void {
    const reader = new ProtoReader(this.#body, start, end)
    let name = ''
    let help = ''
    let type: PushedType | undefined = 'counter'
    const metrics: (readonly [start: number, end: number])[] = []
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field === FAMILY.name) name = this.#text(reader, 'the name of a metric')
      else if (field === FAMILY.help) help = this.#text(reader, `the help of metric "${name}"`)
      else if (field === FAMILY.type && reader.wireType === VARINT) type = TYPES[reader.value]
      else if (field === FAMILY.metric && reader.wireType === LENGTH_DELIMITED) {
        this.#countSeries(1)
        metrics.push([reader.start, reader.stop])
      }
    }
    if (reader.failed) throw cutOff()
    if (metrics.length === 0) return
    if (type === undefined) {
      this.#problems.add(`metric "${name}" has a type that is not known here`)
      return
    }
    const known = type
    const read = metrics.flatMap(([from, to]) => this.#readMetric(name, known, from, to) ?? [])
    this.#families.set(name, { name, type, help, metrics: read })
  }

  #readMetric(name: string, type: PushedType, start: number, end: number): PushedMetric | undefined {
    const reader = new ProtoReader(this.#body, start, end)
    const labels: (readonly [string, string])[] = []
    let metric: { readonly type: PushedType; readonly content: Content } | undefined
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field === METRIC.timestampMs) this.#hasTimestamps = true
      if (reader.wireType !== LENGTH_DELIMITED) continue
      const { start: from, stop: to } = reader
      const valueType = VALUE_TYPES[field]
      if (field === METRIC.label) labels.push(this.#readLabel(name, from, to))
      else if (valueType !== undefined) metric = { type: valueType, content: { value: this.#readValue(from, to) } }
      else if (field === METRIC.summary || field === METRIC.histogram) {
        const isHistogram = field === METRIC.histogram
        const content = this.#readDistribution(from, to, isHistogram)
        metric = { type: isHistogram ? 'histogram' : 'summary', content }
      }
    }
    if (reader.failed) throw cutOff()
    labels.sort(([one], [other]) => (one < other ? -1 : 1))
    if (metric?.type !== type) {
      const words = labels.map(([label, value]) => `${label}=${JSON.stringify(value)}`).join(',')
      this.#problems.add(`collected metric "${name}" { ${words} } is not a ${type.toUpperCase()}`)
      return undefined
    }
    return { labels: labels.flat(), ...metric.content }
  }

  #readLabel(metric: string, start: number, end: number): readonly [string, string] {
    const reader = new ProtoReader(this.#body, start, end)
    let name = ''
    let value = ''
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field === LABEL.name) name = this.#text(reader, `a label name of metric "${metric}"`)
      else if (field === LABEL.value) value = this.#text(reader, `a label value of metric "${metric}"`)
    }
    if (reader.failed) throw cutOff()
    return [name, value]
  }

  #readValue(start: number, end: number): number {
    const reader = new ProtoReader(this.#body, start, end)
    let value = 0
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field === VALUE && reader.wireType === FIXED64) value = doubleOf(reader)
    }
    if (reader.failed) throw cutOff()
    return value
  }

  #readDistribution(start: number, end: number, isHistogram: boolean): Content {
    const reader = new ProtoReader(this.#body, start, end)
    let [count, sum] = [0, 0]
    const parts: (readonly [number, number])[] = []
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field === DISTRIBUTION.count && reader.wireType === VARINT) count = reader.value
      else if (field === DISTRIBUTION.sum && reader.wireType === FIXED64) sum = doubleOf(reader)
      else if (field === DISTRIBUTION.countFloat && reader.wireType === FIXED64 && isHistogram)
        count ||= doubleOf(reader)
      else if (field === DISTRIBUTION.part && reader.wireType === LENGTH_DELIMITED) {
        this.#countSeries(1)
        parts.push(this.#readPart(reader.start, reader.stop, isHistogram))
      }
    }
    if (reader.failed) throw cutOff()
    this.#countSeries(2)
    return { count, sum, parts: parts.sort(([one], [other]) => one - other).flat() }
  }

  /** A bucket (cumulative count, upper bound) or a quantile (quantile, value). */
  #readPart(start: number, end: number, isBucket: boolean): readonly [number, number] {
    const reader = new ProtoReader(this.#body, start, end)
    let [first, second] = [0, 0]
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      const value = reader.wireType === FIXED64 ? doubleOf(reader) : reader.value
      if (field === 1) first = value
      else if (field === 2) second = value
      else if (field === 4 && isBucket) first ||= value
    }
    if (reader.failed) throw cutOff()
    return isBucket ? [second, first] : [first, second]
  }

  #text(reader: ProtoReader, what: string): string {
    const view = reader.view()
    if (!isUtf8(view)) this.#problems.add(`${what} is not utf8: ${JSON.stringify(view.toString('latin1', 0, 64))}`)
    return view.toString('utf8')
  }

  #countSeries(count: number): void {
    this.#series += count
    if (this.#series > this.#maxSeries) {
      throw new PushRefusal(413, 'too_many_series', `the push has more than ${this.#maxSeries} series`)
    }
  }
}

function doubleOf({ bytes, at }: ProtoReader): number {
  return bytes.readDoubleLE(at - 8)
}
