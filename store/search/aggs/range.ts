import type { Block } from '../../block/block.ts'
import { isObject, type JsonObject, readBoolean } from '../../mapping/json-object.ts'
import { parseDateMath } from '../../time/date-math.ts'
import { floorDivide } from '../../time/format-date.ts'
import { parseDateFormats } from '../../time/parse-date.ts'
import type { Target } from '../evaluate/compile.ts'
import type { Value } from '../evaluate/field-values.ts'
import { unknownFormat, zoneOf } from '../query/parse-range.ts'
import { formatDate } from '../sort/sort-value.ts'
import type {
  AggregationContext,
  AggregationNode,
  AggregationTree,
  Aggregator,
  AroundBucket,
  Pairs,
} from './aggregator.ts'
import { asNumber, FieldSource } from './field-source.ts'
import { printDouble } from './java-double.ts'
import { failure, requireField, requireOptions } from './options.ts'
import { PairBuffer, SubAggregations } from './sub-aggregations.ts'

const MAX_RANGES = 200

/** The lower end belongs to a range, the upper one does not. */
interface Range {
  readonly key: string
  readonly from: number
  readonly to: number
}

interface RangeOptions {
  readonly type: 'range' | 'date_range'
  readonly field: string
  readonly ranges: readonly Range[]
  readonly isKeyed: boolean
  readonly print: (bound: number) => string
}

export function parseRange(body: unknown, children: AggregationTree): Omit<AggregationNode, 'meta'> {
  const options = requireOptions('range', body, ['field', 'ranges', 'keyed'])
  const print = printDouble
  const ranges = readRanges('range', options, print, (value) => (typeof value === 'number' ? value : Number(value)))
  return build(
    { type: 'range', field: requireField('range', options), ranges, ...keyed('range', options), print },
    children,
  )
}

export function parseDateRange(body: unknown, children: AggregationTree): Omit<AggregationNode, 'meta'> {
  const options = requireOptions('date_range', body, ['field', 'ranges', 'keyed', 'format', 'time_zone'])
  const { format } = options
  const formats = format === undefined ? undefined : parseDateFormats(String(format))
  if (format !== undefined && formats === undefined) throw failure(unknownFormat(String(format)))
  const zone = zoneOf('date_range', options.time_zone)
  const print = (bound: number) => formatDate(BigInt(bound) * 1_000_000n, format as string | undefined, false, zone)
  const field = requireField('date_range', options)
  return {
    build: (context) => {
      const ranges = readRanges('date_range', options, print, (value) => {
        if (typeof value === 'number') return value
        const reading = { formats: formats ?? (['iso', 'epoch_millis'] as const), zone, nowMs: context.nowMs }
        const ns = parseDateMath(String(value), reading)
        return ns === undefined ? Number.NaN : Number(floorDivide(ns, 1_000_000n))
      })
      return build({ type: 'date_range', field, ranges, ...keyed('date_range', options), print }, children).build(
        context,
      )
    },
  }
}

function build(options: RangeOptions, children: AggregationTree): Omit<AggregationNode, 'meta'> {
  return { build: (context) => new RangeAggregator(options, children, context) }
}

function keyed(type: string, { keyed: said = false }: JsonObject): { isKeyed: boolean } {
  const isKeyed = readBoolean(said)
  if (isKeyed === undefined) throw failure(`[${type}] [keyed] must be true or false`)
  return { isKeyed }
}

function readRanges(
  type: string,
  { ranges }: JsonObject,
  print: (bound: number) => string,
  read: (value: unknown) => number,
): Range[] {
  if (!Array.isArray(ranges) || ranges.length === 0 || ranges.length > MAX_RANGES)
    throw failure(`[${type}] must have 1 to ${MAX_RANGES} [ranges]`)
  const parsed = ranges.map((range: unknown): Range => {
    if (!isObject(range)) throw failure(`[${type}] [ranges] must have objects`)
    for (const key of Object.keys(range))
      if (!['key', 'from', 'to'].includes(key)) throw failure(`[${type}] [ranges] unknown field [${key}]`)
    const bound = (said: unknown, open: number) => (said === undefined || said === null ? open : read(said))
    const [from, to] = [bound(range.from, Number.NEGATIVE_INFINITY), bound(range.to, Number.POSITIVE_INFINITY)]
    if (Number.isNaN(from) || Number.isNaN(to)) throw failure(`[${type}] failed to parse a bound of [ranges]`)
    const show = (value: number) => (Number.isFinite(value) ? print(value) : '*')
    return { key: typeof range.key === 'string' ? range.key : `${show(from)}-${show(to)}`, from, to }
  })
  return parsed.sort((a, b) => compare(a.from, b.from) || compare(a.to, b.to))
}

function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** One bucket for each range; a document is in all that have one of its values. */
class RangeAggregator implements Aggregator {
  readonly #options: RangeOptions
  readonly #source: FieldSource
  readonly #isDate: boolean
  readonly #children: SubAggregations
  readonly #counts: number[] = []
  readonly #pairs = new PairBuffer()
  readonly #limit: AggregationContext['limit']

  constructor(options: RangeOptions, children: AggregationTree, context: AggregationContext) {
    this.#options = options
    this.#source = new FieldSource(options.field, context).requireNumbers(options.field, options.type)
    this.#isDate = this.#source.type?.family === 'date'
    this.#children = new SubAggregations(children, context)
    this.#limit = context.limit
  }

  collect(block: Block, target: Target, { rows, owners, count }: Pairs): void {
    const values = this.#source.in(block, target)
    const { ranges } = this.#options
    const scratch: Value[] = []
    this.#pairs.count = 0
    for (let pair = 0; pair < count; pair++) {
      scratch.length = 0
      values.read(rows[pair]!, scratch)
      if (scratch.length === 0) continue
      const numbers = scratch.map((value) => asNumber(value, this.#isDate) ?? Number.NaN)
      for (let place = 0; place < ranges.length; place++) {
        const { from, to } = ranges[place]!
        if (!numbers.some((number) => number >= from && number < to)) continue
        const bucket = owners[pair]! * ranges.length + place
        this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
        if (!this.#children.isEmpty) this.#pairs.add(rows[pair]!, bucket)
      }
    }
    if (!this.#children.isEmpty && this.#pairs.count > 0) this.#children.collect(block, target, this.#pairs)
  }

  result(owner: number, around?: AroundBucket): Record<string, unknown> {
    const { ranges, isKeyed, print, type } = this.#options
    this.#limit.show(ranges.length)
    const bound = (name: string, value: number) => {
      if (!Number.isFinite(value)) return {}
      return { [name]: value, ...(type === 'date_range' ? { [`${name}_as_string`]: print(value) } : {}) }
    }
    const buckets = ranges.map(({ key, from, to }, place) => {
      const bucket = owner < 0 ? -1 : owner * ranges.length + place
      const count = this.#counts[bucket] ?? 0
      return {
        ...(isKeyed ? {} : { key }),
        ...bound('from', from),
        ...bound('to', to),
        doc_count: count,
        ...this.#children.result(bucket, { count, interval: around?.interval }),
      }
    })
    const shown = this.#children.finish(buckets)
    return { buckets: isKeyed ? Object.fromEntries(shown.map((bucket, place) => [ranges[place]!.key, bucket])) : shown }
  }
}
