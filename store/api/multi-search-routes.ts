import { ElasticsearchError, illegalArgument, parsingError } from '../elasticsearch-error.ts'
import { printExact } from '../json/exact.ts'
import type { JsonObject } from '../mapping/json-object.ts'
import { parseSearch } from '../search/request/parse-search.ts'
import { readSearchBody } from '../search/request/read-body.ts'
import { EXPRESSION_PARAMETERS, resolveIndices } from './index-expression.ts'
import { type ApiRequest, answer, type Route } from './route.ts'
import type { SearchRoutesOptions } from './search-options.ts'
import { checkSearchType, searchPit } from './search-routes.ts'

const MAX_SEARCHES = 500
const HEADER_KEYS = [
  ...['index', 'search_type', 'preference', 'routing', 'request_cache', 'max_concurrent_shard_requests'],
  ...['allow_partial_search_results', 'ccs_minimize_roundtrips', ...EXPRESSION_PARAMETERS],
]
const NO_PARAMETERS: ReadonlyMap<string, string> = new Map()

/** One of the searches of a request, as it was sent. */
interface SearchItem {
  readonly header: Buffer
  readonly body: Buffer
}

/** `_msearch`: several searches in one request, each with an answer or an error of its own. */
export function multiSearchRoutes(options: SearchRoutesOptions): Route[] {
  return ['/_msearch', '/{index}/_msearch'].map((path) => ({
    methods: ['GET', 'POST'],
    path,
    parameters: [
      ...['max_concurrent_searches', 'max_concurrent_shard_requests', 'pre_filter_shard_size', 'search_type'],
      ...['ccs_minimize_roundtrips', 'allow_partial_search_results', ...EXPRESSION_PARAMETERS],
    ],
    handle: async (request, body) => {
      const startedAt = performance.now()
      const items = readItems(body)
      const responses: string[] = []
      for (const item of items) responses.push(await runItem(options, request, item))
      return answer(`{"took":${Math.round(performance.now() - startedAt)},"responses":[${responses.join(',')}]}`)
    },
  }))
}

/** Copies the lines: the body's memory is not ours while searches run. */
function readItems(body: Buffer): SearchItem[] {
  const lines: Buffer[] = []
  for (let at = 0; at < body.length; ) {
    const newline = body.indexOf(0x0a, at)
    const end = newline < 0 ? body.length : newline
    lines.push(Buffer.from(body.subarray(at, end)))
    at = end + 1
  }
  if (lines.length === 0)
    throw new ElasticsearchError(400, 'parse_exception', 'request body or source parameter is required')
  if (lines.length % 2 === 1)
    throw illegalArgument('[_msearch] must have a header line and a body line for each search')
  if (lines.length > 2 * MAX_SEARCHES) throw illegalArgument(`[_msearch] has more than [${MAX_SEARCHES}] searches`)
  return Array.from({ length: lines.length / 2 }, (_, place) => ({
    header: lines[2 * place]!,
    body: lines[2 * place + 1]!,
  }))
}

async function runItem(options: SearchRoutesOptions, request: ApiRequest, item: SearchItem): Promise<string> {
  try {
    const header = readSearchBody(item.header)
    const parameters = headerParameters(header, request.parameters)
    checkSearchType(parameters.get('search_type'))
    const search = parseSearch(readSearchBody(item.body), NO_PARAMETERS)
    const { indices, engine, queue } = options
    if (search.pit !== undefined) {
      const text = await searchPit(options, { path: {}, signal: request.signal }, search, search.pit)
      return `${text.slice(0, -1)},"status":200}`
    }
    const index = header.index === undefined ? request.path.index : expression(header.index)
    const found = resolveIndices(indices, { path: index === undefined ? {} : { index }, parameters })
    const text = await queue.run(() => engine.search(search, found, request.signal))
    return `${text.slice(0, -1)},"status":200}`
  } catch (error) {
    if (!(error instanceof ElasticsearchError)) throw error
    return printExact(error.toBody())
  }
}

function headerParameters(header: JsonObject, defaults: ReadonlyMap<string, string>): Map<string, string> {
  const parameters = new Map(defaults)
  for (const [key, value] of Object.entries(header)) {
    if (!HEADER_KEYS.includes(key)) throw illegalArgument(`key [${key}] is not supported in the metadata section`)
    if (key !== 'index' && value !== null) parameters.set(key, String(value))
  }
  return parameters
}

function expression(value: unknown): string {
  const names: unknown[] = Array.isArray(value) ? value : [value]
  return names
    .map((name) => {
      if (typeof name !== 'string') throw parsingError('[_msearch] [index] must be a name or a list of names')
      return name
    })
    .join(',')
}
