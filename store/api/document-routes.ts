import { ElasticsearchError, parsingError } from '../elasticsearch-error.ts'
import type { Index } from '../index/indices.ts'
import { parseExact } from '../json/exact.ts'
import { isObject, type JsonObject } from '../mapping/json-object.ts'
import { parseSearch } from '../search/request/parse-search.ts'
import { readSearchBody } from '../search/request/read-body.ts'
import { resolveIndices } from './index-expression.ts'
import { type ApiAnswer, type ApiRequest, answer, type Route } from './route.ts'
import type { SearchRoutesOptions } from './search-options.ts'

const SOURCE_PARAMETERS = ['_source', '_source_includes', '_source_excludes']
const PARAMETERS = [...SOURCE_PARAMETERS, 'realtime', 'refresh', 'preference', 'routing', 'stored_fields']
const MAX_DOCUMENTS = 1000

/** Documents by their ids: one, its source alone, or several. */
export function documentRoutes(options: SearchRoutesOptions): Route[] {
  const read = async (request: ApiRequest) => {
    const { index = '', id = '' } = request.path
    return describe(index, id, (await find(options, request, [id]))[0])
  }
  return [
    {
      methods: ['GET', 'HEAD'],
      path: '/{index}/_doc/{id}',
      parameters: PARAMETERS,
      handle: async (request) => {
        const found = await read(request)
        return head(request, answer(found, found.found ? 200 : 404))
      },
    },
    {
      methods: ['GET', 'HEAD'],
      path: '/{index}/_source/{id}',
      parameters: PARAMETERS,
      handle: async (request) => {
        const { found, _source: source } = await read(request)
        if (!found) throw missing(request.path.index!, request.path.id!)
        return head(request, answer(isObject(source) ? source : {}))
      },
    },
    ...['/_mget', '/{index}/_mget'].map((path) => ({
      methods: ['GET', 'POST'],
      path,
      parameters: PARAMETERS,
      handle: async (request: ApiRequest, body: Buffer) => answer({ docs: await readSeveral(options, request, body) }),
    })),
  ]
}

function head({ method }: ApiRequest, { status, body }: ApiAnswer): ApiAnswer {
  return { status, body: method === 'HEAD' ? undefined : body }
}

interface FoundDocument extends JsonObject {
  readonly found: boolean
}

function describe(index: string, id: string, hit: JsonObject | undefined): FoundDocument {
  if (hit === undefined) return { _index: index, _id: id, found: false }
  const { _index, _id, _source, sort } = hit
  const [sequence]: unknown[] = Array.isArray(sort) ? sort : []
  const shown = { _index, _id, _version: 1, _seq_no: sequence, _primary_term: 1, found: true }
  return _source === undefined ? shown : { ...shown, _source }
}

/** The hits of documents with these ids, in no order. */
async function find(
  { engine, queue, indices }: SearchRoutesOptions,
  request: Pick<ApiRequest, 'path' | 'parameters' | 'signal'>,
  ids: readonly string[],
): Promise<JsonObject[]> {
  const found: readonly Index[] = resolveIndices(indices, { path: request.path, parameters: new Map() })
  const kept = new Map([...request.parameters].filter(([name]) => SOURCE_PARAMETERS.includes(name)))
  const search = parseSearch({ query: { ids: { values: ids } }, size: ids.length, sort: ['_doc'] }, kept)
  const reply = parseExact(await queue.run(() => engine.search(search, found, request.signal)))
  return (reply as { hits: { hits: JsonObject[] } }).hits.hits
}

async function readSeveral(
  options: SearchRoutesOptions,
  request: ApiRequest,
  body: Buffer,
): Promise<readonly JsonObject[]> {
  const wanted = parseWanted(readSearchBody(body), request.path.index)
  const docs: JsonObject[] = []
  for (const { index, id } of wanted) {
    try {
      const [hit] = await find(options, { ...request, path: { index } }, [id])
      docs.push(describe(index, id, hit))
    } catch (error) {
      if (!(error instanceof ElasticsearchError)) throw error
      docs.push({ _index: index, _id: id, error: error.toCause() })
    }
  }
  return docs
}

function parseWanted(body: JsonObject, index: string | undefined): { index: string; id: string }[] {
  const { ids, docs } = body
  const list: unknown[] = Array.isArray(ids) ? ids.map((id: unknown) => ({ _id: id })) : Array.isArray(docs) ? docs : []
  if (list.length === 0 || list.length > MAX_DOCUMENTS)
    throw parsingError(`[_mget] must have 1 to ${MAX_DOCUMENTS} documents in [docs] or [ids]`)
  return list.map((item) => {
    const named = isObject(item) ? (item._index ?? index) : undefined
    if (!isObject(item) || typeof item._id !== 'string' || typeof named !== 'string')
      throw parsingError('[_mget] each document needs an [_index] and an [_id]')
    return { index: named, id: item._id }
  })
}

function missing(index: string, id: string): ElasticsearchError {
  return new ElasticsearchError(404, 'resource_not_found_exception', `Document not found [${index}]/[${id}]`)
}
