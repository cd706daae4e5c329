import { fieldOf } from './fields.ts'
import type { ValuesRequest } from './parameters.ts'
import { searchQuery } from './search-query.ts'
import type { Searcher } from './searcher.ts'

export interface ListedValue {
  readonly value: string
  /** Records that have it. */
  readonly count: number
}

/** The values of a field in the records of a filter, the most frequent ones, in the order of the alphabet. */
export async function listValues(
  searcher: Searcher,
  { filter, field, limit }: ValuesRequest,
  signal: AbortSignal,
): Promise<readonly ListedValue[]> {
  const aggs = { values: { terms: { field: fieldOf(field), size: limit } } }
  const answer = await searcher.search({ size: 0, query: searchQuery(filter), aggs }, signal)
  return (answer.aggregations.values?.buckets ?? [])
    .map(({ key, doc_count: count }) => ({ value: String(key), count }))
    .sort((a, b) => (a.value < b.value ? -1 : 1))
}
