import type { ContractCase } from '../contract-case.ts'
import { API } from './api.ts'
import { BOOL } from './bool.ts'
import { BUCKETS } from './buckets.ts'
import { DATE_HISTOGRAM } from './date-histogram.ts'
import { ERRORS } from './errors.ts'
import { FIELDS } from './fields.ts'
import { GRAFANA } from './grafana.ts'
import { LEAF_QUERIES } from './leaf-queries.ts'
import { METRICS } from './metrics.ts'
import { QUERY_STRING } from './query-string.ts'
import { SORT_AND_PAGING } from './sort-and-paging.ts'
import { SUB_AGGREGATIONS } from './sub-aggregations.ts'
import { TERMS } from './terms.ts'

/** Every case, by what it is about. */
export const CASES: Readonly<Record<string, readonly ContractCase[]>> = {
  'query string': QUERY_STRING,
  'leaf queries': LEAF_QUERIES,
  bool: BOOL,
  'sort and paging': SORT_AND_PAGING,
  fields: FIELDS,
  date_histogram: DATE_HISTOGRAM,
  terms: TERMS,
  metrics: METRICS,
  'other buckets': BUCKETS,
  'sub-aggregations and pipelines': SUB_AGGREGATIONS,
  Grafana: GRAFANA,
  errors: ERRORS,
  'other requests': API,
}
