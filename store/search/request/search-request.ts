import type { AggregationTree } from '../aggs/parse-aggs.ts'
import type { HighlightSpec } from '../fetch/parse-highlight.ts'
import type { Query } from '../query/query.ts'
import type { SortSpec } from '../sort/parse-sort.ts'
import type { FieldFormat } from './field-format.ts'
import type { SourceFilter } from './source-filter.ts'

/** What a search asks for. */
export interface SearchRequest {
  readonly query: Query
  readonly from: number
  readonly size: number
  readonly sort: readonly SortSpec[]
  /** As it was sent; what it means depends on the fields' types. */
  readonly searchAfter: readonly unknown[] | undefined
  readonly source: SourceFilter
  readonly fields: readonly FieldFormat[]
  readonly highlight: HighlightSpec | undefined
  /** Up to how many hits are counted; undefined if the number is not wanted. */
  readonly trackTotalHits: number | undefined
  readonly withVersion: boolean
  readonly aggregations: AggregationTree
  readonly timeoutMs: number | undefined
  /** The point in time that is searched, and how long it is kept from now on. */
  readonly pit: { readonly id: string; readonly keepMs: number | undefined } | undefined
  /** So many keys at the end of the order are not shown. */
  readonly hiddenKeys: number
  /** The search stops after so many hits; zero for never. */
  readonly terminateAfter: number
}

/** Hits that a search may page over, and that it counts unless told. */
export const MAX_RESULT_WINDOW = 10_000
