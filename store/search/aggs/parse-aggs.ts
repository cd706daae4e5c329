import { illegalArgument, parsingError } from '../../elasticsearch-error.ts'
import { describe, isObject } from '../../mapping/json-object.ts'
import type { QueryLimits } from '../query/limits.ts'
import type { AggregationNode, AggregationTree } from './aggregator.ts'
import { parseCardinality } from './cardinality.ts'
import { parseFilter, parseFilters } from './filters.ts'
import { parseStatsMetric, parseValueCount } from './metrics.ts'
import { parseDateHistogram, parseHistogram } from './parse-histogram.ts'
import { parsePercentiles } from './percentiles.ts'
import { parseTerms } from './terms.ts'

export type { AggregationTree } from './aggregator.ts'

type Parse = (body: unknown, children: AggregationTree, limits: QueryLimits) => Omit<AggregationNode, 'meta'>

const BUCKETS: Readonly<Record<string, Parse>> = {
  terms: parseTerms,
  date_histogram: parseDateHistogram,
  histogram: parseHistogram,
  filter: parseFilter,
  filters: parseFilters,
}
const METRICS: Readonly<Record<string, Parse>> = {
  min: parseStatsMetric('min'),
  max: parseStatsMetric('max'),
  avg: parseStatsMetric('avg'),
  sum: parseStatsMetric('sum'),
  stats: parseStatsMetric('stats'),
  extended_stats: parseStatsMetric('extended_stats'),
  value_count: parseValueCount,
  cardinality: parseCardinality,
  percentiles: parsePercentiles,
}

/**
 * Reads `aggs`.
 *
 * @throws ElasticsearchError 400 that names what is wrong or not done by this store
 */
export function parseAggregations(value: unknown, limits: QueryLimits): AggregationTree {
  const tree = new Map<string, AggregationNode>()
  if (value === undefined || value === null) return tree
  if (!isObject(value)) throw parsingError(`[aggregations] must be an object, not ${describe(value)}`)
  for (const [name, body] of Object.entries(value)) {
    if (/[[\]>]/.test(name) || name === '') {
      throw illegalArgument(
        `Invalid aggregation name [${name}]. Aggregation names can contain any character except '[', ']', and '>'`,
      )
    }
    limits.addClause()
    tree.set(
      name,
      limits.nested(() => parseNode(name, body, limits)),
    )
  }
  return tree
}

function parseNode(name: string, body: unknown, limits: QueryLimits): AggregationNode {
  if (!isObject(body))
    throw parsingError(`Aggregation definition for [${name}] must be an object, not ${describe(body)}`)
  const { aggs, aggregations, meta, ...types } = body
  if (aggs !== undefined && aggregations !== undefined)
    throw parsingError(`Found two sub aggregation definitions under [${name}]`)
  const [entry, ...others] = Object.entries(types)
  if (entry === undefined) throw parsingError(`Missing definition for aggregation [${name}]`)
  if (others.length > 0)
    throw parsingError(`Found two aggregation type definitions in [${name}]: [${entry[0]}] and [${others[0]![0]}]`)
  const [type, options] = entry
  const children = parseAggregations(aggs ?? aggregations, limits)
  const metric = Object.hasOwn(METRICS, type) ? METRICS[type] : undefined
  if (metric !== undefined && children.size > 0) {
    throw illegalArgument(`Aggregator [${name}] of type [${type}] cannot accept sub-aggregations`)
  }
  const parse = metric ?? (Object.hasOwn(BUCKETS, type) ? BUCKETS[type] : undefined)
  if (parse === undefined) throw parsingError(`Unknown aggregation type [${type}]`)
  return { ...parse(options, children, limits), meta }
}
