import type { Block } from '../../block/block.ts'
import type { Target } from '../evaluate/compile.ts'
import type { Value } from '../evaluate/field-values.ts'
import type { AggregationContext, AggregationNode, Aggregator, Pairs } from './aggregator.ts'
import { asNumber, FieldSource } from './field-source.ts'
import { failure, requireField, requireNumber, requireOptions } from './options.ts'

const DEFAULT_PERCENTS = [1, 5, 25, 50, 75, 95, 99]
const MAX_PERCENTS = 100

export function parsePercentiles(body: unknown): Omit<AggregationNode, 'meta'> {
  const options = requireOptions('percentiles', body, ['field', 'percents', 'keyed', 'tdigest', 'hdr', 'missing'])
  const field = requireField('percentiles', options)
  const { percents = DEFAULT_PERCENTS, keyed = true } = options
  if (!Array.isArray(percents) || percents.length === 0 || percents.length > MAX_PERCENTS) {
    throw failure(`[percentiles] [percents] must have 1 to ${MAX_PERCENTS} numbers`)
  }
  const numbers = percents.map((percent: unknown) => {
    const number = Number(percent)
    if (!(number >= 0 && number <= 100)) throw failure(`percent must be in [0,100], got [${String(percent)}]`)
    return number
  })
  if (typeof keyed !== 'boolean') throw failure('[percentiles] [keyed] must be true or false')
  const missing = options.missing === undefined ? undefined : requireNumber('percentiles', options.missing)
  return { build: (context) => new Percentiles({ field, percents: numbers, keyed, missing }, context) }
}

interface PercentilesOptions {
  readonly field: string
  readonly percents: readonly number[]
  readonly keyed: boolean
  readonly missing: Value | undefined
}

class Percentiles implements Aggregator {
  readonly #source: FieldSource
  readonly #isDate: boolean
  readonly #percents: readonly number[]
  readonly #keyed: boolean
  readonly #sketches: (Sketch | undefined)[] = []
  readonly #scratch: Value[] = []

  constructor({ field, percents, keyed, missing }: PercentilesOptions, context: AggregationContext) {
    this.#source = new FieldSource(field, context, missing).requireNumbers(field, 'percentiles')
    this.#isDate = this.#source.type?.family === 'date'
    this.#percents = percents
    this.#keyed = keyed
  }

  collect(block: Block, target: Target, { rows, owners, count }: Pairs): void {
    const values = this.#source.in(block, target)
    for (let pair = 0; pair < count; pair++) {
      this.#scratch.length = 0
      values.read(rows[pair]!, this.#scratch)
      const owner = owners[pair]!
      for (const value of this.#scratch) {
        const number = asNumber(value, this.#isDate)
        if (number === undefined) continue
        const sketch = this.#sketches[owner] ?? new Sketch()
        this.#sketches[owner] = sketch
        sketch.add(number)
      }
    }
  }

  metric(owner: number, name: string | undefined): number {
    return this.#sketches[owner]?.quantile(Number(name ?? 50) / 100) ?? Number.NaN
  }

  result(owner: number): Record<string, unknown> {
    const sketch = this.#sketches[owner]
    const entries = this.#percents.map((percent): [number, number | null] => [
      percent,
      sketch?.quantile(percent / 100) ?? null,
    ])
    if (!this.#keyed) return { values: entries.map(([key, value]) => ({ key, value })) }
    return {
      values: Object.fromEntries(
        entries.map(([key, value]) => [Number.isInteger(key) ? `${key}.0` : String(key), value]),
      ),
    }
  }
}

const MAX_EXACT = 2048
const GROWTH = 1.01
const SMALLEST = 1e-9

/** Quantiles: exact for up to 2048 values, then from counts per interval of one per cent. */
class Sketch {
  #values: number[] | undefined = []
  #isSorted = true
  readonly #counts = new Map<number, number>()
  #count = 0
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY

  add(value: number): void {
    this.#count += 1
    this.#min = Math.min(this.#min, value)
    this.#max = Math.max(this.#max, value)
    if (this.#values === undefined) {
      this.#countIn(value)
      return
    }
    this.#values.push(value)
    this.#isSorted = false
    if (this.#values.length <= MAX_EXACT) return
    const values = this.#values
    this.#values = undefined
    for (const known of values) this.#countIn(known)
  }

  quantile(share: number): number {
    const rank = share * (this.#count - 1)
    if (this.#values !== undefined) {
      if (!this.#isSorted) this.#values.sort((a, b) => a - b)
      this.#isSorted = true
      const low = this.#values[Math.floor(rank)]!
      const high = this.#values[Math.ceil(rank)]!
      return low + (high - low) * (rank - Math.floor(rank))
    }
    let before = 0
    for (const [interval, count] of [...this.#counts].sort(([a], [b]) => a - b)) {
      before += count
      if (before > rank) return Math.min(this.#max, Math.max(this.#min, middleOf(interval)))
    }
    return this.#max
  }

  #countIn(value: number): void {
    const interval = intervalOf(value)
    this.#counts.set(interval, (this.#counts.get(interval) ?? 0) + 1)
  }
}

/** Intervals grow by one per cent each, away from zero on both sides. */
function intervalOf(value: number): number {
  const size = Math.abs(value)
  if (size < SMALLEST) return 0
  const interval = Math.ceil(Math.log(size / SMALLEST) / Math.log(GROWTH)) + 1
  return value < 0 ? -interval : interval
}

function middleOf(interval: number): number {
  if (interval === 0) return 0
  const upper = SMALLEST * GROWTH ** (Math.abs(interval) - 1)
  return (Math.sign(interval) * 2 * upper) / (GROWTH + 1)
}
