import { illegalArgument } from '../elasticsearch-error.ts'
import type { Route } from './route.ts'

const ADDS_ONLY = 'this store only adds documents; they go with their day, by retention, or with their index'

/** Requests that users of Elasticsearch expect, by method and path, and why the store does not do them. */
const REFUSED: readonly (readonly [string, string, string])[] = [
  ['POST', '/{index}/_delete_by_query', ADDS_ONLY],
  ['POST', '/{index}/_update_by_query', ADDS_ONLY],
  ['POST', '/{index}/_update/{id}', ADDS_ONLY],
  ['DELETE', '/{index}/_doc/{id}', ADDS_ONLY],
  ['POST', '/_reindex', 'read with a point in time and write with _bulk'],
  ['PUT', '/{index}/_doc/{id}', 'send documents with _bulk, even if it is one'],
  ['POST', '/{index}/_doc', 'send documents with _bulk, even if it is one'],
  ['POST', '/{index}/_doc/{id}', 'send documents with _bulk, even if it is one'],
  ['PUT', '/{index}/_create/{id}', 'send documents with _bulk, even if it is one'],
  ['POST', '/{index}/_create/{id}', 'send documents with _bulk, even if it is one'],
  ['PUT', '/{index}', 'an index is made by its first document; put an index template for its mappings'],
  ['PUT', '/{index}/_mapping', 'mappings come from index templates; they apply to what is there already, too'],
  ['PUT', '/{index}/_settings', 'settings come from index templates'],
  ['POST', '/{index}/_rollover', 'a data stream has one index; retention removes days of it'],
  ['POST', '/_aliases', 'aliases come from index templates'],
  ['POST', '/_sql', 'ask with _search'],
  ['POST', '/_query', 'ask with _search'],
  ['POST', '/_async_search', 'ask with _search, which has a time limit of its own'],
]

/** Answers 400 and says what to do instead, where no answer at all would leave people guessing. */
export function refusedRoutes(): Route[] {
  return REFUSED.map(([method, path, instead]) => ({
    methods: [method],
    path,
    parameters: [
      ...['refresh', 'conflicts', 'wait_for_completion', 'op_type', 'pipeline', 'timeout', 'master_timeout', 'routing'],
      ...['slices', 'scroll_size', 'format', 'q', 'wait_for_active_shards', 'ignore_unavailable', 'allow_no_indices'],
    ],
    handle: () => {
      throw illegalArgument(`[${method} ${path}] is not supported: ${instead}`)
    },
  }))
}
