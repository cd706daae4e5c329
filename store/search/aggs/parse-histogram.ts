import { illegalArgument } from '../../elasticsearch-error.ts'
import { describe, isObject, type JsonObject, readBoolean } from '../../mapping/json-object.ts'
import { parseDateMath } from '../../time/date-math.ts'
import { floorDivide } from '../../time/format-date.ts'
import { parseDateFormats } from '../../time/parse-date.ts'
import { type CalendarUnit, floorToUnit, nextUnit } from '../../time/rounding.ts'
import { UTC, type Zone } from '../../time/zone.ts'
import { unknownFormat, zoneOf } from '../query/parse-range.ts'
import { formatDate } from '../sort/sort-value.ts'
import type { AggregationNode, AggregationTree } from './aggregator.ts'
import { type BucketOrder, parseOrder } from './bucket-order.ts'
import { type Bounds, HistogramAggregator, type Intervals, NO_BOUNDS } from './histogram.ts'
import { failure, requireField, requireNumber, requireOptions, wholeNumber } from './options.ts'

const BY_KEY: readonly BucketOrder[] = [{ path: '_key', descending: false }]
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const CALENDAR: Readonly<Record<string, CalendarUnit>> = {
  ...{ second: 'second', '1s': 'second', minute: 'minute', '1m': 'minute', hour: 'hour', '1h': 'hour' },
  ...{ day: 'day', '1d': 'day', week: 'week', '1w': 'week', month: 'month', '1M': 'month' },
  ...{ quarter: 'quarter', '1q': 'quarter', year: 'year', '1y': 'year' },
}

export function parseDateHistogram(body: unknown, children: AggregationTree): Omit<AggregationNode, 'meta'> {
  const options = requireOptions('date_histogram', body, [
    ...['field', 'fixed_interval', 'calendar_interval', 'min_doc_count', 'extended_bounds', 'hard_bounds'],
    ...['format', 'time_zone', 'offset', 'order', 'keyed', 'missing'],
  ])
  const field = requireField('date_histogram', options)
  const keyed = isKeyed('date_histogram', options)
  const zone = zoneOf('date_histogram', options.time_zone)
  const format = dateFormat(options.format)
  const intervals = dateIntervals(options, zone)
  const minimumCount = wholeNumber('date_histogram', options, 'min_doc_count', 0)
  const order = parseOrder(options.order, BY_KEY)
  return {
    build: (context) => {
      const bounds = (name: string) =>
        parseBounds(name, options[name], (value) => dateBound(value, format, zone, context.nowMs))
      const [extended, hard] = [bounds('extended_bounds'), bounds('hard_bounds')]
      const printKey = (key: number) => ({
        key_as_string: formatDate(BigInt(key) * 1_000_000n, format, false, zone),
        key,
      })
      return new HistogramAggregator(
        {
          field,
          isDate: true,
          intervals,
          minimumCount,
          order,
          extended,
          hard,
          printKey,
          isKeyed: keyed,
          missing: missingDate(options.missing, context.nowMs),
        },
        children,
        context,
      )
    },
  }
}

export function parseHistogram(body: unknown, children: AggregationTree): Omit<AggregationNode, 'meta'> {
  const options = requireOptions('histogram', body, [
    'field',
    'interval',
    'min_doc_count',
    'extended_bounds',
    'hard_bounds',
    'offset',
    'order',
    'keyed',
    'missing',
  ])
  const field = requireField('histogram', options)
  const keyed = isKeyed('histogram', options)
  const interval = Number(options.interval)
  const offset = Number(options.offset ?? 0)
  if (!(interval > 0) || !Number.isFinite(offset))
    throw options.interval === undefined
      ? illegalArgument('[interval] must be >0 for histogram aggregation')
      : failure('[histogram] failed to parse field [interval]: [interval] must be >0 for histogram aggregation')
  const intervals: Intervals = {
    startOf: (value) => Math.floor((value - offset) / interval) * interval + offset,
    next: (start) => (Math.round((start - offset) / interval) + 1) * interval + offset,
  }
  const bounds = (name: string) => parseBounds(name, options[name], Number)
  const [extended, hard] = [bounds('extended_bounds'), bounds('hard_bounds')]
  const minimumCount = wholeNumber('histogram', options, 'min_doc_count', 0)
  const order = parseOrder(options.order, BY_KEY)
  const printKey = (key: number) => ({ key })
  const missing = options.missing === undefined ? undefined : requireNumber('histogram', options.missing)
  return {
    build: (context) =>
      new HistogramAggregator(
        { field, isDate: false, intervals, minimumCount, order, extended, hard, printKey, isKeyed: keyed, missing },
        children,
        context,
      ),
  }
}

function isKeyed(type: string, { keyed = false }: JsonObject): boolean {
  const flag = readBoolean(keyed)
  if (flag === undefined) throw failure(`[${type}] [keyed] must be true or false`)
  return flag
}

function dateIntervals(
  { fixed_interval: fixed, calendar_interval: calendar, offset }: JsonObject,
  zone: Zone,
): Intervals {
  if (fixed === undefined && calendar === undefined)
    throw illegalArgument(
      'Invalid interval specified, must be non-null and non-empty: [fixed_interval] or [calendar_interval]',
    )
  if (fixed !== undefined && calendar !== undefined)
    throw failure('[date_histogram] must have one of [fixed_interval] and [calendar_interval], not both')
  const shift =
    offset === undefined
      ? 0
      : durationMs('offset', String(offset).replace(/^[+-]/, '')) * (String(offset).startsWith('-') ? -1 : 1)
  if (calendar !== undefined) {
    const unit = CALENDAR[String(calendar)]
    if (unit === undefined)
      throw failure(`The supplied interval [${String(calendar)}] could not be parsed as a calendar interval.`)
    return {
      startOf: (ms) => floorToUnit(ms - shift, unit, zone) + shift,
      next: (start) => nextUnit(start - shift, unit, zone) + shift,
    }
  }
  const interval = durationMs('fixed_interval', String(fixed))
  if (interval < 1) throw illegalArgument('Zero or negative time interval not supported')
  const startOf = (ms: number) => {
    const local = zone.offsetAt(ms) - shift
    return Math.floor((ms + local) / interval) * interval - local
  }
  return {
    startOf,
    next: (start) => {
      const next = startOf(start + interval)
      // Where clocks are set back an interval may come twice.
      return next > start ? next : start + interval
    },
  }
}

/** Milliseconds of a fixed interval such as `90s`, or of one of the calendar that always takes as long. */
export function intervalMs(name: string, text: string): number {
  const unit = CALENDAR[text]
  if (unit === undefined) return durationMs(name, text)
  return nextUnit(0, unit, UTC)
}

function durationMs(name: string, text: string): number {
  const match = /^(\d{1,12})(ms|s|m|h|d)$/.exec(text)
  if (match === null)
    throw failure(
      `failed to parse setting [date_histogram.${name}] with value [${text}] as a time value: unit is missing or unrecognized`,
    )
  return Number(match[1]) * UNIT_MS[match[2]!]!
}

function dateFormat(value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'string' || parseDateFormats(value) === undefined)
    throw illegalArgument(`[date_histogram] ${unknownFormat(String(value))}`)
  return value
}

function dateBound(value: unknown, format: string | undefined, zone: Zone, nowMs: number): number {
  if (typeof value === 'number') return value
  const formats = (format === undefined ? undefined : parseDateFormats(format)) ?? ['iso', 'epoch_millis']
  const ns = parseDateMath(String(value), { formats, zone, nowMs })
  return ns === undefined ? Number.NaN : Number(floorDivide(ns, 1_000_000n))
}

function parseBounds(name: string, value: unknown, read: (value: unknown) => number): Bounds {
  if (value === undefined || value === null) return NO_BOUNDS
  if (!isObject(value)) throw failure(`[${name}] must be an object, not ${describe(value)}`)
  for (const key of Object.keys(value))
    if (key !== 'min' && key !== 'max') throw failure(`[${name}] unknown field [${key}]`)
  const bound = (key: 'min' | 'max') => {
    const said = value[key]
    if (said === undefined || said === null) return undefined
    const number = read(said)
    if (!Number.isFinite(number)) throw illegalArgument(`[${name}] failed to parse [${key}] of [${String(said)}]`)
    return number
  }
  const bounds = { min: bound('min'), max: bound('max') }
  if (bounds.min !== undefined && bounds.max !== undefined && bounds.min > bounds.max)
    throw illegalArgument(`[${name}.min][${bounds.min}] cannot be greater than [${name}.max][${bounds.max}]`)
  return bounds
}

/** As nanoseconds, like all dates. */
function missingDate(value: unknown, nowMs: number): bigint | undefined {
  if (value === undefined) return undefined
  const ms = dateBound(value, undefined, UTC, nowMs)
  if (!Number.isFinite(ms)) throw failure(`[date_histogram] failed to parse [missing] of [${String(value)}]`)
  return BigInt(Math.trunc(ms)) * 1_000_000n
}
