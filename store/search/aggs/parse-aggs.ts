import { illegalArgument, parsingError, validationError } from '../../elasticsearch-error.ts'
import { describe, isObject } from '../../mapping/json-object.ts'
import type { QueryLimits } from '../query/limits.ts'
import { type AggregationNode, type AggregationTree, NO_AGGREGATIONS } from './aggregator.ts'
import { parseCardinality } from './cardinality.ts'
import { parseFilter, parseFilters, parseMissing, parseNested } from './filters.ts'
import { parseGeoGrid } from './geo.ts'
import { parseStatsMetric, parseValueCount } from './metrics.ts'
import { parseDateHistogram, parseHistogram } from './parse-histogram.ts'
import { parsePercentiles } from './percentiles.ts'
import { PIPELINES } from './pipeline/parse-pipeline.ts'
import { inOrder, type NamedPipeline } from './pipeline/pipeline.ts'
import { parseDateRange, parseRange } from './range.ts'
import { parseRate } from './rate.ts'
import { parseTerms } from './terms.ts'
import { parseTopMetrics } from './top-metrics.ts'

export type { AggregationTree } from './aggregator.ts'

type Parse = (body: unknown, children: AggregationTree, limits: QueryLimits) => Omit<AggregationNode, 'meta'>

const BUCKETS: Readonly<Record<string, Parse>> = {
  terms: parseTerms,
  date_histogram: parseDateHistogram,
  histogram: parseHistogram,
  filter: parseFilter,
  filters: parseFilters,
  missing: parseMissing,
  range: parseRange,
  date_range: parseDateRange,
  nested: parseNested,
  geohash_grid: parseGeoGrid('geohash_grid'),
  geotile_grid: parseGeoGrid('geotile_grid'),
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
  rate: parseRate,
  top_metrics: parseTopMetrics,
}

/** Every aggregation there is, by kind. */
export const AGGREGATION_TYPES: Readonly<Record<string, readonly string[]>> = {
  buckets: Object.keys(BUCKETS).toSorted((a, b) => a.localeCompare(b)),
  metrics: Object.keys(METRICS).toSorted((a, b) => a.localeCompare(b)),
  'results of others': Object.keys(PIPELINES).toSorted((a, b) => a.localeCompare(b)),
}

/** The bucket aggregation around a list of aggregations. */
interface Surrounding {
  readonly type: string
  readonly minimumCount: unknown
}

/**
 * Reads `aggs`.
 *
 * @throws ElasticsearchError 400 that names what is wrong or not done by this store
 */
export function parseAggregations(value: unknown, limits: QueryLimits, around?: Surrounding): AggregationTree {
  if (value === undefined || value === null) return NO_AGGREGATIONS
  if (!isObject(value)) throw parsingError(`[aggregations] must be an object, not ${describe(value)}`)
  const nodes = new Map<string, AggregationNode>()
  const pipelines: NamedPipeline[] = []
  for (const [name, body] of Object.entries(value)) {
    if (/[[\]>]/.test(name) || name === '') {
      throw parsingError(
        `Invalid aggregation name [${name}]. Aggregation names can contain any character except '[', ']', and '>'`,
      )
    }
    limits.addClause()
    const parts = splitNode(name, body)
    const pipeline = Object.hasOwn(PIPELINES, parts.type) ? PIPELINES[parts.type] : undefined
    if (pipeline === undefined)
      nodes.set(
        name,
        limits.nested(() => parseNode(name, parts, limits)),
      )
    else pipelines.push(placed({ ...pipeline(parts.options)(name), name, type: parts.type, meta: parts.meta }, around))
  }
  return { nodes, pipelines: inOrder(pipelines, new Set(nodes.keys())) }
}

/** @throws ElasticsearchError for a pipeline that cannot stand where it does */
function placed(pipeline: NamedPipeline, around: Surrounding | undefined): NamedPipeline {
  const { name, type, parent, needsHistogram } = pipeline
  if (parent === undefined) return pipeline
  if (around === undefined)
    throw validationError(`${type} aggregation [${name}] must be declared inside of another aggregation`)
  if (needsHistogram !== true) return pipeline
  if (around.type !== 'histogram' && around.type !== 'date_histogram')
    throw validationError(
      `${type} aggregation [${name}] must have a histogram, date_histogram or auto_date_histogram as parent`,
    )
  if (Number(around.minimumCount ?? 0) !== 0)
    throw validationError(`parent histogram of ${type} aggregation [${name}] must have min_doc_count of 0`)
  return pipeline
}

interface NodeParts {
  readonly type: string
  readonly options: unknown
  readonly children: unknown
  readonly meta: unknown
}

function splitNode(name: string, body: unknown): NodeParts {
  if (!isObject(body))
    throw parsingError(`Aggregation definition for [${name}] must be an object, not ${describe(body)}`)
  const { aggs, aggregations, meta, ...types } = body
  if (aggs !== undefined && aggregations !== undefined)
    throw parsingError(`Found two sub aggregation definitions under [${name}]`)
  const [entry, ...others] = Object.entries(types)
  if (entry === undefined) throw parsingError(`Missing definition for aggregation [${name}]`)
  if (others.length > 0)
    throw parsingError(`Found two aggregation type definitions in [${name}]: [${entry[0]}] and [${others[0]![0]}]`)
  return { type: entry[0], options: entry[1], children: aggs ?? aggregations, meta }
}

function parseNode(name: string, { type, options, children: said, meta }: NodeParts, limits: QueryLimits) {
  const children = parseAggregations(said, limits, {
    type,
    minimumCount: isObject(options) ? options.min_doc_count : undefined,
  })
  const metric = Object.hasOwn(METRICS, type) ? METRICS[type] : undefined
  if (metric !== undefined && children.nodes.size + children.pipelines.length > 0) {
    throw illegalArgument(`Aggregator [${name}] of type [${type}] cannot accept sub-aggregations`)
  }
  const parse = metric ?? (Object.hasOwn(BUCKETS, type) ? BUCKETS[type] : undefined)
  if (parse === undefined) throw parsingError(`Unknown aggregation type [${type}]`)
  return { ...parse(options, children, limits), meta }
}
