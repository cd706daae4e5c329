import { illegalArgument, parsingError } from '../elasticsearch-error.ts'
import type { Index, Indices } from '../index/indices.ts'
import { QueryLimits } from '../search/query/limits.ts'
import { parseQuery } from '../search/query/parse-query.ts'
import { MATCH_ALL } from '../search/query/query.ts'
import { parseSearch, parseUrlQuery, SEARCH_PARAMETERS } from '../search/request/parse-search.ts'
import { readSearchBody } from '../search/request/read-body.ts'
import type { SearchEngine } from '../search/search-engine.ts'
import type { SearchQueue } from '../search/search-queue.ts'
import { type ApiRequest, answer, type Route } from './route.ts'
import { parseFlag } from './time-value.ts'

export interface SearchRoutesOptions {
  readonly indices: Indices
  readonly engine: SearchEngine
  readonly queue: SearchQueue
}

export const EXPRESSION_PARAMETERS = ['ignore_unavailable', 'allow_no_indices', 'expand_wildcards', 'ignore_throttled']
/** About shards and nodes, of which there is one. */
const CLUSTER_PARAMETERS = [
  ...['preference', 'routing', 'request_cache', 'batched_reduce_size', 'max_concurrent_shard_requests'],
  ...['pre_filter_shard_size', 'allow_partial_search_results', 'ccs_minimize_roundtrips'],
]

/** `_search`, `_count` and `_refresh`. */
export function searchRoutes(options: SearchRoutesOptions): Route[] {
  const { engine, queue } = options
  const both = (action: string, route: Omit<Route, 'path' | 'methods'>, methods = ['GET', 'POST']): Route[] =>
    [`/${action}`, `/{index}/${action}`].map((path) => ({ ...route, path, methods }))
  return [
    ...both('_search', {
      parameters: [...SEARCH_PARAMETERS, ...EXPRESSION_PARAMETERS, ...CLUSTER_PARAMETERS, 'search_type'],
      handle: async (request, body) => {
        checkSearchType(request.parameters.get('search_type'))
        const search = parseSearch(readSearchBody(body), request.parameters)
        const found = resolveIndices(options.indices, request)
        return answer(await queue.run(() => engine.search(search, found, request.signal)))
      },
    }),
    ...both('_count', {
      parameters: [
        ...['q', 'df', 'default_operator', 'analyze_wildcard', 'lenient', 'terminate_after'],
        ...[...EXPRESSION_PARAMETERS, 'preference', 'routing'],
      ],
      handle: async (request, body) => {
        const { query: said, ...others } = readSearchBody(body)
        for (const key of Object.keys(others)) throw parsingError(`request does not support [${key}]`)
        const limits = new QueryLimits()
        const query =
          parseUrlQuery(request.parameters, limits) ?? (said === undefined ? MATCH_ALL : parseQuery(said, limits))
        const terminateAfter = Number(request.parameters.get('terminate_after') ?? 0)
        if (!(terminateAfter >= 0)) throw illegalArgument('[terminate_after] must be a number of zero or more')
        const found = resolveIndices(options.indices, request)
        return answer(await queue.run(() => engine.count(query, terminateAfter, found, request.signal)))
      },
    }),
    // What is committed can be searched at once, so there is nothing to refresh.
    ...both('_refresh', {
      parameters: EXPRESSION_PARAMETERS,
      handle: (request) => {
        const total = resolveIndices(options.indices, request).length
        return answer({ _shards: { total, successful: total, failed: 0 } })
      },
    }),
  ]
}

export function checkSearchType(type: string | undefined): void {
  if (type !== undefined && type !== 'query_then_fetch' && type !== 'dfs_query_then_fetch')
    throw illegalArgument(`No search type for [${type}]`)
}

/** @throws ElasticsearchError index_not_found_exception */
export function resolveIndices(
  indices: Indices,
  { path, parameters }: Pick<ApiRequest, 'path' | 'parameters'>,
): readonly Index[] {
  return indices.resolve(path.index ?? '', {
    ignoreUnavailable: parseFlag(parameters.get('ignore_unavailable'), 'ignore_unavailable', false),
    allowNoIndices: parseFlag(parameters.get('allow_no_indices'), 'allow_no_indices', true),
  })
}
