import type { Block } from '../../block/block.ts'
import { parseNumber } from '../../mapping/field-type.ts'
import { formatMillis } from '../../time/format-date.ts'
import type { Target } from '../evaluate/compile.ts'
import type { Value } from '../evaluate/field-values.ts'
import type { AggregationContext, AggregationNode, Aggregator, Pairs } from './aggregator.ts'
import { asNumber, FieldSource } from './field-source.ts'
import { requireField, requireOptions, wholeNumber } from './options.ts'
import { printStats, Stats } from './stats.ts'

type StatsKind = 'min' | 'max' | 'avg' | 'sum' | 'stats' | 'extended_stats'

/** Metrics that follow from the count, sum, extremes and squares of numbers. */
export function parseStatsMetric(kind: StatsKind) {
  return (body: unknown): Omit<AggregationNode, 'meta'> => {
    const keys = ['field', 'missing', ...(kind === 'extended_stats' ? ['sigma'] : [])]
    const options = requireOptions(kind, body, keys)
    const field = requireField(kind, options)
    const sigma = Number(options.sigma ?? 2)
    const missing = options.missing === undefined ? undefined : parseNumber(String(options.missing))
    return { build: (context) => new StatsAggregator({ kind, field, sigma, missing }, context) }
  }
}

interface StatsOptions {
  readonly kind: StatsKind
  readonly field: string
  readonly sigma: number
  readonly missing: Value | undefined
}

class StatsAggregator implements Aggregator {
  readonly #options: StatsOptions
  readonly #source: FieldSource
  readonly #isDate: boolean
  readonly #stats: (Stats | undefined)[] = []
  readonly #scratch: Value[] = []

  constructor(options: StatsOptions, context: AggregationContext) {
    this.#options = options
    this.#source = new FieldSource(options.field, context, options.missing).requireNumbers(options.field, options.kind)
    this.#isDate = this.#source.type?.family === 'date'
  }

  collect(block: Block, target: Target, { rows, owners, count }: Pairs): void {
    const values = this.#source.in(block, target)
    const scratch = this.#scratch
    for (let pair = 0; pair < count; pair++) {
      scratch.length = 0
      values.read(rows[pair]!, scratch)
      for (let place = 0; place < scratch.length; place++) {
        const number = asNumber(scratch[place]!, this.#isDate)
        if (number === undefined) continue
        const owner = owners[pair]!
        const stats = this.#stats[owner] ?? new Stats()
        this.#stats[owner] = stats
        stats.add(number)
      }
    }
  }

  metric(owner: number, name: string | undefined): number {
    const { kind, sigma } = this.#options
    const printed = printStats(this.#stats[owner] ?? new Stats(), sigma)
    const key = name === undefined || name === 'value' ? kind : name
    const value = printed[key]
    return typeof value === 'number' ? value : Number.NaN
  }

  result(owner: number): Record<string, unknown> {
    const { kind, sigma } = this.#options
    const printed = printStats(this.#stats[owner] ?? new Stats(), sigma)
    const { seenType } = this.#source
    if (kind === 'extended_stats') return printed
    if (kind === 'stats') {
      const { count, min, max, avg, sum } = printed
      const stats = { count, min, max, avg, sum }
      if (!this.#isDate || count === 0) return stats
      const texts = Object.entries({ min, max, avg, sum }).map(([name, value]) => [
        `${name}_as_string`,
        printTime(value),
      ])
      return { ...stats, ...Object.fromEntries(texts) }
    }
    const value = printed[kind]
    if (typeof value !== 'number') return { value }
    if (seenType?.family === 'boolean') return { value, value_as_string: value === 0 ? 'false' : 'true' }
    return this.#isDate && kind !== 'sum' ? { value, value_as_string: printTime(value) } : { value }
  }
}

function printTime(ms: unknown): string {
  return formatMillis(BigInt(Math.floor(Number(ms))))
}

export function parseValueCount(body: unknown): Omit<AggregationNode, 'meta'> {
  const options = requireOptions('value_count', body, ['field', 'missing'])
  const field = requireField('value_count', options)
  return { build: (context) => new ValueCount(field, options.missing, context) }
}

class ValueCount implements Aggregator {
  readonly #source: FieldSource
  readonly #counts: number[] = []
  readonly #scratch: Value[] = []

  constructor(field: string, missing: unknown, context: AggregationContext) {
    this.#source = new FieldSource(field, context, missing === undefined ? undefined : String(missing))
  }

  collect(block: Block, target: Target, { rows, owners, count }: Pairs): void {
    const values = this.#source.in(block, target)
    for (let pair = 0; pair < count; pair++) {
      this.#scratch.length = 0
      values.read(rows[pair]!, this.#scratch)
      const owner = owners[pair]!
      this.#counts[owner] = (this.#counts[owner] ?? 0) + this.#scratch.length
    }
  }

  metric(owner: number): number {
    return this.#counts[owner] ?? 0
  }

  result(owner: number): Record<string, unknown> {
    return { value: this.metric(owner) }
  }
}

/** Options of `cardinality`; what is counted exactly does not follow them. */
export function cardinalityField(body: unknown): { field: string; missing: string | undefined } {
  const options = requireOptions('cardinality', body, ['field', 'precision_threshold', 'execution_hint', 'missing'])
  wholeNumber('cardinality', options, 'precision_threshold', 3000)
  const missing = options.missing === undefined ? undefined : String(options.missing)
  return { field: requireField('cardinality', options), missing }
}
