import type { Block } from '../../block/block.ts'
import type { FieldType } from '../../mapping/field-type.ts'
import { isObject } from '../../mapping/json-object.ts'
import type { Target } from '../evaluate/compile.ts'
import { compareValues, type Value } from '../evaluate/field-values.ts'
import { parseSort } from '../sort/parse-sort.ts'
import { formatDate } from '../sort/sort-value.ts'
import type { AggregationContext, AggregationNode, Aggregator, Pairs } from './aggregator.ts'
import { FieldSource } from './field-source.ts'
import { failure, requireOptions, wholeNumber } from './options.ts'

const MAX_SIZE = 10
const MAX_METRICS = 10

interface TopMetricsOptions {
  readonly metrics: readonly string[]
  readonly sortField: string
  readonly descending: boolean
  readonly size: number
}

interface TopRow {
  readonly key: Value
  readonly metrics: readonly (Value | undefined)[]
}

/** Values of the documents that come first in an order. */
export function parseTopMetrics(body: unknown): Omit<AggregationNode, 'meta'> {
  const options = requireOptions('top_metrics', body, ['metrics', 'sort', 'size'])
  const said: unknown[] = Array.isArray(options.metrics) ? options.metrics : [options.metrics]
  const metrics = said.map((metric) => {
    if (!isObject(metric) || typeof metric.field !== 'string')
      throw failure('[top_metrics] [metrics] must have a [field]')
    return metric.field
  })
  if (metrics.length > MAX_METRICS) throw failure(`[top_metrics] must not have more than [${MAX_METRICS}] metrics`)
  const [sort, ...others] = parseSort(options.sort)
  if (sort === undefined || others.length > 0) throw failure('[top_metrics] must have exactly one [sort]')
  const size = wholeNumber('top_metrics', options, 'size', 1, 1)
  if (size > MAX_SIZE) throw failure(`[top_metrics.size] must not be more than [${MAX_SIZE}] but was [${size}]`)
  const parsed = { metrics, sortField: sort.field, descending: sort.descending, size }
  return { build: (context) => new TopMetrics(parsed, context) }
}

class TopMetrics implements Aggregator {
  readonly #options: TopMetricsOptions
  readonly #sort: FieldSource
  readonly #metrics: readonly FieldSource[]
  readonly #top: (TopRow[] | undefined)[] = []

  constructor(options: TopMetricsOptions, context: AggregationContext) {
    this.#options = options
    this.#sort = new FieldSource(options.sortField, context)
    this.#metrics = options.metrics.map((field) => new FieldSource(field, context))
  }

  collect(block: Block, target: Target, { rows, owners, count }: Pairs): void {
    const { descending, size } = this.#options
    const keys = this.#sort.in(block, target)
    const metrics = this.#metrics.map((source) => source.in(block, target))
    const comesFirst = (a: Value, b: Value) => (descending ? compareValues(a, b) > 0 : compareValues(a, b) < 0)
    for (let pair = 0; pair < count; pair++) {
      const row = rows[pair]!
      const key = keys.extreme(row, descending)
      if (key === undefined) continue
      const top = this.#top[owners[pair]!] ?? []
      this.#top[owners[pair]!] = top
      if (top.length === size && !comesFirst(key, top[size - 1]!.key)) continue
      const place = top.findIndex((other) => comesFirst(key, other.key))
      const found = { key, metrics: metrics.map((values) => values.extreme(row, false)) }
      top.splice(place < 0 ? top.length : place, 0, found)
      if (top.length > size) top.pop()
    }
  }

  metric(owner: number, name: string | undefined): number {
    const place = name === undefined ? 0 : this.#options.metrics.indexOf(name)
    const value = this.#top[owner]?.[0]?.metrics[place]
    return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN
  }

  result(owner: number): Record<string, unknown> {
    return {
      top: (this.#top[owner] ?? []).map(({ key, metrics }) => ({
        sort: [printValue(key, this.#sort.type)],
        metrics: Object.fromEntries(
          metrics.map((value, place) => [
            this.#options.metrics[place],
            value === undefined ? null : printValue(value, this.#metrics[place]!.type),
          ]),
        ),
      })),
    }
  }
}

function printValue(value: Value, type: FieldType | undefined): unknown {
  if (type?.family === 'date' && typeof value === 'bigint')
    return formatDate(value, undefined, type.name === 'date_nanos')
  return type?.family === 'boolean' ? value === 1 : value
}
