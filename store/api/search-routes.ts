import { ElasticsearchError, illegalArgument, parsingError, validationError } from '../elasticsearch-error.ts'
import type { JsonObject } from '../mapping/json-object.ts'
import { QueryLimits } from '../search/query/limits.ts'
import { parseQuery } from '../search/query/parse-query.ts'
import { MATCH_ALL, type Query } from '../search/query/query.ts'
import { parseSearch, parseUrlQuery, SEARCH_PARAMETERS } from '../search/request/parse-search.ts'
import { readSearchBody } from '../search/request/read-body.ts'
import type { SearchRequest } from '../search/request/search-request.ts'
import { firstPage } from './context-routes.ts'
import { EXPRESSION_PARAMETERS, resolveIndices } from './index-expression.ts'
import { type ApiRequest, answer, type Route } from './route.ts'
import type { SearchRoutesOptions } from './search-options.ts'

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
      parameters: [...SEARCH_PARAMETERS, ...EXPRESSION_PARAMETERS, ...CLUSTER_PARAMETERS, 'search_type', 'scroll'],
      handle: async (request, body) => {
        checkSearchType(request.parameters.get('search_type'))
        const search = parseSearch(readSearchBody(body), request.parameters)
        const scroll = request.parameters.get('scroll')
        if (search.pit !== undefined) return answer(await searchPit(options, request, search, search.pit))
        if (scroll !== undefined) return firstPage(options, request, search, scroll)
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
        const query = parseCountQuery(request.parameters, readSearchBody(body))
        const terminateAfter = Number(request.parameters.get('terminate_after') ?? 0)
        if (!(terminateAfter >= 0)) throw illegalArgument('[terminate_after] must be a number of zero or more')
        const found = resolveIndices(options.indices, request)
        return answer(await queue.run(() => engine.count(query, terminateAfter, found, request.signal)))
      },
    }),
    ...both('_validate/query', {
      parameters: [...EXPRESSION_PARAMETERS, 'q', 'df', 'default_operator', 'analyze_wildcard', 'lenient', 'explain'],
      handle: async (request, body) => {
        const found = resolveIndices(options.indices, request)
        const valid = await isValid(() => {
          const query = parseCountQuery(request.parameters, readSearchBody(body))
          return engine.count(query, 1, found, request.signal)
        })
        return answer({ _shards: { total: 1, successful: 1, failed: 0 }, valid })
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

/** A search at a point in time, whose id comes back with the answer. */
export async function searchPit(
  { contexts, engine, queue }: SearchRoutesOptions,
  { path, signal }: Pick<ApiRequest, 'path' | 'signal'>,
  search: SearchRequest,
  { id, keepMs }: NonNullable<SearchRequest['pit']>,
): Promise<string> {
  if (path.index !== undefined)
    throw validationError('[indices] cannot be used with point in time. Do not specify any index with point in time.')
  const at = contexts.pits.use(id, keepMs)
  const { text } = await queue.run(() => engine.searchPage(search, at, signal))
  return `{"pit_id":${JSON.stringify(id)},${text.slice(1)}`
}

function parseCountQuery(parameters: ReadonlyMap<string, string>, { query, ...others }: JsonObject): Query {
  for (const key of Object.keys(others)) throw parsingError(`request does not support [${key}]`)
  const limits = new QueryLimits()
  return parseUrlQuery(parameters, limits) ?? (query === undefined ? MATCH_ALL : parseQuery(query, limits))
}

async function isValid(run: () => Promise<unknown>): Promise<boolean> {
  try {
    await run()
    return true
  } catch (error) {
    if (error instanceof ElasticsearchError && error.status === 400) return false
    throw error
  }
}

export function checkSearchType(type: string | undefined): void {
  if (type !== undefined && type !== 'query_then_fetch' && type !== 'dfs_query_then_fetch')
    throw illegalArgument(`No search type for [${type}]`)
}
