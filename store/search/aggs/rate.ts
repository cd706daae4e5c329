import type { Block } from '../../block/block.ts'
import { illegalArgument } from '../../elasticsearch-error.ts'
import type { CalendarUnit } from '../../time/rounding.ts'
import type { Target } from '../evaluate/compile.ts'
import type { Value } from '../evaluate/field-values.ts'
import type { AggregationContext, AggregationNode, Aggregator, AroundBucket, Pairs } from './aggregator.ts'
import { asNumber, FieldSource } from './field-source.ts'
import { failure, requireOptions } from './options.ts'

const DAY_MS = 86_400_000
const UNIT_MS: Readonly<Partial<Record<CalendarUnit, number>>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: DAY_MS,
  week: 7 * DAY_MS,
}
/** These have no fixed length, but months in them. */
const UNIT_MONTHS: Readonly<Partial<Record<CalendarUnit, number>>> = { month: 1, quarter: 3, year: 12 }
const NAMES: Readonly<Record<string, CalendarUnit>> = {
  ...{ second: 'second', '1s': 'second', minute: 'minute', '1m': 'minute', hour: 'hour', '1h': 'hour' },
  ...{ day: 'day', '1d': 'day', week: 'week', '1w': 'week', month: 'month', '1M': 'month' },
  ...{ quarter: 'quarter', '1q': 'quarter', year: 'year', '1y': 'year' },
}

/** Documents or values per unit of time, in the buckets of a date histogram. */
export function parseRate(body: unknown): Omit<AggregationNode, 'meta'> {
  const options = requireOptions('rate', body, ['field', 'unit', 'mode'])
  const { field, mode = 'sum' } = options
  if (field !== undefined && typeof field !== 'string') throw failure('[rate] [field] must be a name')
  if (mode !== 'sum' && mode !== 'value_count') throw failure(`Unsupported rate mode [${String(mode)}]`)
  const unit = options.unit === undefined ? undefined : NAMES[String(options.unit)]
  if (options.unit !== undefined && unit === undefined)
    throw illegalArgument(`Unsupported unit ${String(options.unit)}`)
  return { build: (context) => new Rate(field, mode === 'value_count', unit, context) }
}

class Rate implements Aggregator {
  readonly #source: FieldSource | undefined
  readonly #isDate: boolean
  readonly #countsValues: boolean
  readonly #unit: CalendarUnit | undefined
  readonly #sums: number[] = []
  readonly #scratch: Value[] = []

  constructor(
    field: string | undefined,
    countsValues: boolean,
    unit: CalendarUnit | undefined,
    context: AggregationContext,
  ) {
    const source = field === undefined ? undefined : new FieldSource(field, context)
    this.#source = countsValues ? source : source?.requireNumbers(field!, 'rate')
    this.#isDate = source?.type?.family === 'date'
    this.#countsValues = countsValues
    this.#unit = unit
  }

  collect(block: Block, target: Target, { rows, owners, count }: Pairs): void {
    if (this.#source === undefined) return
    const values = this.#source.in(block, target)
    for (let pair = 0; pair < count; pair++) {
      this.#scratch.length = 0
      values.read(rows[pair]!, this.#scratch)
      let sum = this.#sums[owners[pair]!] ?? 0
      for (const value of this.#scratch) sum += this.#countsValues ? 1 : (asNumber(value, this.#isDate) ?? 0)
      this.#sums[owners[pair]!] = sum
    }
  }

  /** @throws ElasticsearchError outside of a date histogram */
  result(owner: number, around?: AroundBucket): Record<string, unknown> {
    if (around?.interval === undefined)
      throw illegalArgument(
        'The rate aggregation can only be used inside a date histogram aggregation or composite aggregation',
      )
    const sum = this.#source === undefined ? around.count : (this.#sums[owner] ?? 0)
    return { value: sum / units(around.interval, this.#unit) }
  }
}

/** How many units an interval has; without a unit it is one itself. */
function units({ startMs, endMs }: { startMs: number; endMs: number }, unit: CalendarUnit | undefined): number {
  if (unit === undefined) return 1
  const unitMs = UNIT_MS[unit]
  if (unitMs !== undefined) return (endMs - startMs) / unitMs
  const [start, end] = [new Date(startMs), new Date(endMs)]
  const months = (end.getUTCFullYear() - start.getUTCFullYear()) * 12 + end.getUTCMonth() - start.getUTCMonth()
  if (months === 0)
    throw illegalArgument('Cannot use month-based rate unit with non-month based calendar interval histogram')
  return months / UNIT_MONTHS[unit]!
}
