import { illegalArgument, parsingError } from '../elasticsearch-error.ts'
import type { JsonObject } from '../mapping/json-object.ts'
import { readSearchBody } from '../search/request/read-body.ts'
import type { SearchRequest } from '../search/request/search-request.ts'
import { ARRIVAL, isArrival } from '../search/sort/parse-sort.ts'
import { EXPRESSION_PARAMETERS, resolveIndices } from './index-expression.ts'
import { type ApiAnswer, type ApiRequest, answer, type Route } from './route.ts'
import type { Contexts, SearchRoutesOptions } from './search-options.ts'
import { parseTimeValue } from './time-value.ts'

/** Points in time and scrolls: open, read on, close. */
export function contextRoutes(options: SearchRoutesOptions): Route[] {
  const { contexts, engine, indices } = options
  const next = (request: ApiRequest, body: Buffer) => nextPage(options, request, readSearchBody(body))
  const clear = (request: ApiRequest, body: Buffer) => clearScrolls(contexts, request, readSearchBody(body))
  return [
    {
      methods: ['POST'],
      path: '/{index}/_pit',
      parameters: [...EXPRESSION_PARAMETERS, 'keep_alive', 'preference', 'routing', 'allow_partial_search_results'],
      handle: (request) => {
        const found = resolveIndices(indices, request)
        const id = contexts.pits.open(engine.now(found), requireKeepAlive(request.parameters.get('keep_alive')))
        return answer({ id, _shards: { total: found.length, successful: found.length, skipped: 0, failed: 0 } })
      },
    },
    {
      methods: ['DELETE'],
      path: '/_pit',
      parameters: [],
      handle: (_request, body) => {
        const { id } = readSearchBody(body)
        if (typeof id !== 'string') throw parsingError('[id] of the point in time is missing')
        return closed(Number(contexts.pits.close(id)))
      },
    },
    { methods: ['GET', 'POST'], path: '/_search/scroll', parameters: ['scroll', 'scroll_id'], handle: next },
    { methods: ['GET', 'POST'], path: '/_search/scroll/{scroll_id}', parameters: ['scroll'], handle: next },
    { methods: ['DELETE'], path: '/_search/scroll', parameters: ['scroll_id'], handle: clear },
    { methods: ['DELETE'], path: '/_search/scroll/{scroll_id}', parameters: [], handle: clear },
  ]
}

/** The first page of a scroll, and the id to come back with. */
export async function firstPage(
  { contexts, engine, indices, queue }: SearchRoutesOptions,
  request: ApiRequest,
  search: SearchRequest,
  keep: string,
): Promise<ApiAnswer> {
  if (search.size === 0) throw illegalArgument('[size] cannot be [0] in a scroll context')
  if (search.from > 0) throw illegalArgument('using [from] is not allowed in a scroll context')
  const keepMs = requireKeepAlive(keep)
  const at = engine.now(resolveIndices(indices, request))
  const isPlaced = search.sort.some(isArrival)
  const first: SearchRequest = {
    ...search,
    trackTotalHits: search.trackTotalHits === undefined ? undefined : Number.POSITIVE_INFINITY,
    sort: isPlaced ? search.sort : [...search.sort, ARRIVAL],
    hiddenKeys: isPlaced ? 0 : 1,
  }
  const { text, total, lastKeys } = await queue.run(() => engine.searchPage(first, at, request.signal))
  const counted = first.trackTotalHits === undefined ? '' : `"total":{"value":${total},"relation":"eq"},`
  const id = contexts.scrolls.open({ at, request: after(first, lastKeys), total: counted }, keepMs)
  return answer(`{"_scroll_id":${JSON.stringify(id)},${text.slice(1)}`)
}

async function nextPage(
  { contexts, engine, queue }: SearchRoutesOptions,
  { parameters, path, signal }: ApiRequest,
  body: JsonObject,
): Promise<ApiAnswer> {
  const id: unknown = path.scroll_id ?? parameters.get('scroll_id') ?? body.scroll_id
  if (typeof id !== 'string') throw parsingError('[scroll_id] is missing')
  const keep = parameters.get('scroll') ?? (body.scroll === undefined ? undefined : String(body.scroll))
  const scroll = contexts.scrolls.use(id, parseTimeValue(keep, 'scroll'))
  const { text, lastKeys } = await queue.run(() => engine.searchPage(scroll.request, scroll.at, signal))
  scroll.request = after(scroll.request, lastKeys)
  const counted = text.replace('"hits":{"max_score"', () => `"hits":{${scroll.total}"max_score"`)
  return answer(`{"_scroll_id":${JSON.stringify(id)},${counted.slice(1)}`)
}

/** The page after the one whose last hit has these keys; without a hit, none comes any more. */
function after(request: SearchRequest, lastKeys: readonly unknown[] | undefined): SearchRequest {
  const { aggregations: _, ...rest } = request
  const searchAfter = lastKeys ?? request.searchAfter
  return { ...rest, aggregations: { nodes: new Map(), pipelines: [] }, searchAfter, trackTotalHits: undefined }
}

function clearScrolls({ scrolls }: Contexts, { path, parameters }: ApiRequest, body: JsonObject): ApiAnswer {
  const said: unknown = path.scroll_id ?? parameters.get('scroll_id') ?? body.scroll_id
  const ids: unknown[] = Array.isArray(said) ? said : String(said ?? '').split(',')
  if (ids.includes('_all')) return closed(scrolls.closeAll(), true)
  return closed(ids.filter((id) => scrolls.close(String(id))).length)
}

function closed(count: number, isAll = false): ApiAnswer {
  return answer({ succeeded: true, num_freed: count }, count === 0 && !isAll ? 404 : 200)
}

function requireKeepAlive(text: string | undefined): number {
  const keepMs = parseTimeValue(text, 'keep_alive')
  if (keepMs === undefined) throw illegalArgument('[keep_alive] is not set: say for how long, as in [1m]')
  return keepMs
}
