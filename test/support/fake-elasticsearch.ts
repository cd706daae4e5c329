import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { matchesPattern } from '#lib/match/name-pattern.ts'
import { lastingPort } from './lasting-port.ts'
import { type BulkDocument, parseBulk } from './parse-bulk.ts'

export interface BulkRequest {
  /** Counts from 1. */
  readonly number: number
  readonly documents: readonly BulkDocument[]
  readonly bytes: number
  readonly url: string
}

/** What an item is answered instead of being indexed; `store` indexes it all the same. */
export interface ItemFault {
  readonly status: number
  readonly type?: string
  readonly reason?: string
  readonly failureStore?: string
  readonly store?: boolean
}

/** How a bulk request is answered. What does not say otherwise happens after the documents were indexed. */
export type BulkAnswer =
  | { readonly kind: 'items'; readonly fault: (document: BulkDocument, place: number) => ItemFault | undefined }
  /** Refused as a whole; nothing is indexed. */
  | {
      readonly kind: 'refuse'
      readonly status: number
      readonly body?: string
      readonly headers?: Readonly<Record<string, string>>
      /** Cut the connection behind the answer, as a proxy does. */
      readonly close?: boolean
    }
  /** Never answered; nothing is indexed. */
  | { readonly kind: 'hang' }
  /** The connection is cut before, or after, the documents were indexed. */
  | { readonly kind: 'reset'; readonly indexed: boolean }
  /** The answer ends in the middle. */
  | { readonly kind: 'truncate' }
  /** The answer begins after this time. */
  | { readonly kind: 'slow'; readonly firstByteMs: number }
  /** All is well, but nothing says that it is Elasticsearch. */
  | { readonly kind: 'no-product' }
  /** Something else is said than what happened. */
  | { readonly kind: 'lie'; readonly answer: (honest: { items: unknown[] }) => unknown }

const TYPE = 'application/json'

/** What a server calls itself, and what it does not know. */
export interface FakeProduct {
  readonly info: object
  readonly header?: string
  /** Media types that it refuses, and how. */
  readonly refuses: { readonly types: RegExp; readonly status: number; readonly error: string }
  /** Parameters of a bulk request that it does not know. */
  readonly unknownParameters: readonly string[]
  /** What a template must not have in it. */
  readonly unknownInTemplates: RegExp
}

const NOTHING = /(?!)/
const MEDIA_TYPE_ERROR = 'media_type_header_exception'

export const PRODUCTS = {
  'elasticsearch-8': {
    info: { cluster_uuid: 'a', version: { number: '8.19.21', build_flavor: 'default' } },
    header: 'Elasticsearch',
    refuses: { types: /compatible-with=9/, status: 400, error: MEDIA_TYPE_ERROR },
    unknownParameters: [],
    unknownInTemplates: NOTHING,
  },
  'elasticsearch-9': {
    info: { cluster_uuid: 'a', version: { number: '9.5.3', build_flavor: 'default' } },
    header: 'Elasticsearch',
    refuses: { types: /compatible-with=7/, status: 400, error: MEDIA_TYPE_ERROR },
    unknownParameters: [],
    unknownInTemplates: NOTHING,
  },
  serverless: {
    info: { cluster_uuid: 'a', version: { number: '8.11.0', build_flavor: 'serverless' } },
    header: 'Elasticsearch',
    refuses: { types: NOTHING, status: 400, error: '' },
    unknownParameters: [],
    unknownInTemplates: /refresh_interval|codec/,
  },
  opensearch: {
    info: { cluster_uuid: 'a', version: { number: '3.8.0', distribution: 'opensearch' } },
    refuses: { types: /vnd\.elasticsearch/, status: 406, error: '' },
    unknownParameters: ['require_data_stream', 'include_source_on_error'],
    unknownInTemplates: /lifecycle|"flattened"|ignore_dynamic_beyond_limit/,
  },
} as const satisfies Record<string, FakeProduct>

/**
 * As much of Elasticsearch as a shipper sees: index templates, data streams that need one, and `_bulk` with `create` and `index`.
 * It keeps every document by id, and can be told to fail in every way a cluster, a proxy or a network does.
 */
export class FakeElasticsearch {
  /** Documents by index and id: what a search would find. */
  readonly documents = new Map<string, string>()
  /** Ids that came again with another content, which would hide a lost record. */
  readonly conflicts: string[] = []
  readonly templates = new Map<string, unknown>()
  /** How many of the next attempts to put a template fail with 503. */
  failingTemplates = 0
  bulkRequests = 0
  product: FakeProduct = PRODUCTS['elasticsearch-8']
  /** Headers of the last bulk request. */
  lastHeaders: IncomingMessage['headers'] = {}
  /** Asked for each request that is no bulk request; undefined means that it is answered as usual. */
  onOther: (method: string, path: string) => { status: number; body: unknown } | undefined = () => undefined
  /** Asked for each bulk request; undefined means that all is well. */
  onBulk: (request: BulkRequest) => BulkAnswer | undefined = () => undefined
  readonly #server: Server = createServer((request, response) => void this.#handle(request, response))
  #port = 0

  /** Listens; a second call, after {@link stop}, takes the same port again. */
  async start(): Promise<string> {
    this.#port ||= await lastingPort()
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(this.#port, '127.0.0.1', resolve)
    })
    return this.url
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Stops listening and cuts all connections. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** The documents, parsed. */
  sources(): Record<string, unknown>[] {
    return [...this.documents.values()].map((line) => JSON.parse(line) as Record<string, unknown>)
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request).catch(() => undefined)
    if (body === undefined) return
    const { pathname } = new URL(request.url ?? '/', this.url)
    const { refuses, unknownInTemplates } = this.product
    if (refuses.types.test(`${request.headers.accept} ${request.headers['content-type']}`)) {
      const reason = 'the version of the media type is not supported'
      return this.#send(response, refuses.status, { error: { type: refuses.error, reason }, status: refuses.status })
    }
    const told = pathname === '/_bulk' ? undefined : this.onOther(request.method ?? '', pathname)
    if (told !== undefined) return this.#send(response, told.status, told.body)
    if (request.method === 'PUT' && pathname.startsWith('/_index_template/')) {
      if (this.failingTemplates > 0) {
        this.failingTemplates -= 1
        return this.#send(response, 503, { error: { type: 'unavailable', reason: 'no master' }, status: 503 })
      }
      if (unknownInTemplates.test(body.toString())) {
        const error = { type: 'parse_exception', reason: 'unknown key in the template' }
        return this.#send(response, 400, { error, status: 400 })
      }
      this.templates.set(pathname.slice(17), JSON.parse(body.toString()))
      return this.#send(response, 200, { acknowledged: true })
    }
    if (request.method === 'POST' && pathname === '/_bulk') return this.#bulk(request, body, response)
    this.#send(response, 200, this.product.info)
  }

  #bulk(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    this.bulkRequests += 1
    this.lastHeaders = request.headers
    const { searchParams } = new URL(request.url ?? '/', this.url)
    const unknown = this.product.unknownParameters.find((name) => searchParams.has(name))
    if (unknown !== undefined) {
      const error = { type: 'illegal_argument_exception', reason: `unrecognized parameter: [${unknown}]` }
      this.#send(response, 400, { error, status: 400 })
      return
    }
    const documents = parseBulk(body)
    const bulk = { number: this.bulkRequests, documents, bytes: body.length, url: request.url ?? '' }
    const answer = this.onBulk(bulk) ?? { kind: 'items', fault: () => undefined }
    if (answer.kind === 'refuse') refuse(response, answer)
    if (answer.kind === 'reset' && !answer.indexed) request.socket.resetAndDestroy()
    if (answer.kind === 'hang' || answer.kind === 'refuse' || (answer.kind === 'reset' && !answer.indexed)) return
    const fault = answer.kind === 'items' ? answer.fault : () => undefined
    const items = documents.map((document, place) => this.#write(document, fault(document, place)))
    const honest = { errors: items.some((item) => Object.values(item).some(({ status }) => status > 299)), items }
    if (answer.kind === 'reset') request.socket.resetAndDestroy()
    else if (answer.kind === 'truncate') truncate(response, honest)
    else if (answer.kind === 'slow') setTimeout(() => this.#send(response, 200, honest), answer.firstByteMs)
    else if (answer.kind === 'no-product') {
      response.writeHead(200, { 'content-type': TYPE }).end(JSON.stringify(honest))
    } else this.#send(response, 200, answer.kind === 'lie' ? answer.answer(honest) : honest)
  }

  #send(response: ServerResponse, status: number, body: unknown): void {
    send(response, status, body, this.product.header)
  }

  #write(document: BulkDocument, fault: ItemFault | undefined): Record<string, { readonly status: number }> {
    const { operation } = document
    if (fault !== undefined && fault.store !== true) return { [operation]: itemOf(fault) }
    if (document.requireDataStream !== false && !this.#hasTemplateFor(document.index)) {
      return { [operation]: itemOf({ status: 404, type: 'index_not_found_exception', reason: 'no such index' }) }
    }
    const key = `${document.index}/${document.id}`
    const known = this.documents.get(key)
    if (known !== undefined && operation === 'create') {
      if (contentOf(known) !== contentOf(document.line)) this.conflicts.push(key)
      return { create: itemOf({ status: 409, type: 'version_conflict_engine_exception', reason: 'exists' }) }
    }
    this.documents.set(key, document.line)
    return { [operation]: fault === undefined ? { status: known === undefined ? 201 : 200 } : itemOf(fault) }
  }

  #hasTemplateFor(index: string): boolean {
    for (const template of this.templates.values()) {
      const patterns = (template as { index_patterns: string[] }).index_patterns
      if (patterns.some((pattern) => matchesPattern(index, pattern))) return true
    }
    return false
  }
}

/** A document without the time at which someone read it, which is another for each reading. */
function contentOf(line: string): string {
  return line.replace(/"observed_timestamp":"[^"]*"/, '')
}

function itemOf({ status, type, reason, failureStore }: ItemFault) {
  return {
    status,
    ...(type === undefined ? {} : { error: { type, reason } }),
    ...(failureStore === undefined ? {} : { failure_store: failureStore }),
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
}

function send(response: ServerResponse, status: number, body: unknown, product: string | undefined): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const header = product === undefined ? {} : { 'x-elastic-product': product }
  response.writeHead(status, { 'content-type': TYPE, ...header }).end(text)
}

function refuse(response: ServerResponse, answer: Extract<BulkAnswer, { kind: 'refuse' }>): void {
  const { status, body, headers, close } = answer
  if (close === true) response.setHeader('connection', 'close')
  const text = body ?? JSON.stringify({ error: { type: `status_${status}`, reason: 'refused by the test' }, status })
  response.writeHead(status, { 'content-type': TYPE, 'x-elastic-product': 'Elasticsearch', ...headers }).end(text)
}

function truncate(response: ServerResponse, body: unknown): void {
  const text = JSON.stringify(body)
  response.writeHead(200, {
    'content-type': TYPE,
    'x-elastic-product': 'Elasticsearch',
    'content-length': Buffer.byteLength(text),
  })
  response.write(text.slice(0, text.length >> 1), () => response.socket?.destroy())
}
