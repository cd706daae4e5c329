import { Client, errors } from '@elastic/elasticsearch'
import { Transport, type TransportOptions } from '@elastic/transport'
import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import type { Answer } from './answer.ts'
import { AnswerSerializer } from './answer-serializer.ts'
import type { IndexEvents } from './events.ts'
import { NodePool } from './node-pool.ts'

export interface ElasticsearchOptions {
  /** URLs of the nodes. */
  readonly nodes: readonly string[]
  /** `id:key` in base64, as Elasticsearch hands it out; empty for none. */
  readonly apiKey: string
  readonly bearerToken: string
  readonly username: string
  readonly password: string
  /** SHA-256 fingerprint of the CA that signed the server's certificate; empty for the system's CAs. */
  readonly caFingerprint: string
  /** CAs in PEM that are trusted in place of the system's; empty for these. */
  readonly ca: string
  readonly requestTimeoutMs: number
  readonly clock: Clock
  readonly events: Pick<IndexEvents, 'nodeFailed' | 'nodeBack'>
}

export interface ElasticsearchRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'HEAD'
  readonly path: string
  readonly querystring?: Readonly<Record<string, string>>
  /** A JSON body. */
  readonly body?: object
  /** Lines that are sent as they are. */
  readonly lines?: Buffer
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
}

/** Asks Elasticsearch, or the embedded store. What a test puts in its place. */
export interface Elasticsearch {
  /** Never rejects: whatever happens is an answer. */
  request(request: ElasticsearchRequest): Promise<Answer>
  close(): Promise<void>
}

export interface PooledElasticsearch extends Elasticsearch {
  /** How many nodes work, and how many do not. */
  nodeCounts(): { readonly alive: number; readonly dead: number }
}

/**
 * Plain media types, which every version understands. The client's own ask for answers in the form of its major
 * version, which Elasticsearch 8 refuses (400 media_type_header_exception) and OpenSearch does not know (406).
 */
const JSON_TYPE = 'application/json'
const LINES_TYPE = 'application/x-ndjson'

/**
 * The client's own checks each answer for a header that OpenSearch does not send and proxies remove, when the server has
 * done the work already. An answer to a bulk request is believed for what it says of each document.
 */
class UncheckedTransport extends Transport {
  constructor({ productCheck: _, ...options }: TransportOptions) {
    super(options)
  }
}

/**
 * The official client, one for each node, used for its connections and protocol only. Its own retries are off, because
 * they know nothing of single documents and wait for nothing; a timeout is always set, because it has none by default and
 * a hung server would hold a request for ever. Other nodes than those that are configured are never looked for.
 *
 * A request that does not reach a node goes to the next one at once: all requests of ours may be sent twice.
 */
export function createElasticsearch(options: ElasticsearchOptions): PooledElasticsearch {
  const { events } = options
  const pool = new NodePool<Client>({
    nodes: options.nodes.map((node) => [new URL(node).host, createClient(node, options)] as const),
    clock: options.clock,
    onFailed: (node) => events.nodeFailed({}, { node }),
    onBack: (node) => events.nodeBack({}, { node }),
  })
  return {
    async request(request) {
      let answer: Answer | undefined
      for (const node of pool.candidates()) {
        answer = await send(node.node, request)
        if (request.signal?.aborted) break
        if (answer.kind !== 'unreachable') {
          pool.worked(node)
          break
        }
        pool.failed(node)
        // The time for it is spent.
        if (answer.reason === 'timeout') break
      }
      return answer!
    },
    async close() {
      await Promise.all(pool.all.map(({ node }) => node.close()))
    },
    nodeCounts: () => pool.counts(),
  }
}

function createClient(node: string, options: ElasticsearchOptions): Client {
  const auth = authOf(options)
  return new Client({
    node,
    maxRetries: 0,
    requestTimeout: options.requestTimeoutMs,
    compression: false,
    sniffOnStart: false,
    Serializer: AnswerSerializer,
    Transport: UncheckedTransport,
    enableMetaHeader: false,
    // Only an error's message is used. Redacting the rest walks a request's body byte by byte: seconds for a few MiB.
    redaction: { type: 'off' },
    // Answers are read field by field and never merged into anything.
    disablePrototypePoisoningProtection: true,
    maxResponseSize: 256 * 1024 ** 2,
    ...(auth === undefined ? {} : { auth }),
    ...tlsOf(node, options),
  })
}

/** By the fingerprint a CA is trusted that the system does not know; then it is the client that looks at it. */
function tlsOf(node: string, { ca, caFingerprint }: ElasticsearchOptions) {
  if (node.startsWith('http:')) return {}
  const byFingerprint = caFingerprint === '' ? {} : { caFingerprint }
  return { ...byFingerprint, tls: ca === '' ? { rejectUnauthorized: caFingerprint === '' } : { ca } }
}

function authOf({ apiKey, bearerToken, username, password }: ElasticsearchOptions) {
  if (apiKey !== '') return { apiKey }
  if (bearerToken !== '') return { bearer: bearerToken }
  return username === '' ? undefined : { username, password }
}

async function send(client: Client, request: ElasticsearchRequest): Promise<Answer> {
  const { method, path, querystring, body, lines, headers, signal, timeoutMs } = request
  try {
    const result = await client.transport.request(
      {
        method,
        path,
        ...(querystring === undefined ? {} : { querystring }),
        ...(body === undefined ? {} : { body }),
        ...(lines === undefined ? {} : { bulkBody: lines }),
      },
      {
        meta: true,
        maxRetries: 0,
        headers: { accept: JSON_TYPE, 'content-type': lines === undefined ? JSON_TYPE : LINES_TYPE, ...headers },
        ...(signal === undefined ? {} : { signal }),
        ...(timeoutMs === undefined ? {} : { requestTimeout: timeoutMs }),
      },
    )
    return { kind: 'ok', status: result.statusCode ?? 200, body: result.body, ...told(result.headers) }
  } catch (error) {
    return toAnswer(error)
  }
}

function toAnswer(error: unknown): Answer {
  if (error instanceof errors.ResponseError) {
    const retryAfter = Number(error.headers?.['retry-after'] ?? 0)
    return {
      kind: 'error',
      status: error.statusCode ?? 0,
      type: errorOf(error.body)?.type ?? '',
      message: reasonOf(error.body) ?? error.message,
      retryAfterMs: Number.isFinite(retryAfter) ? Math.min(retryAfter, 300) * 1_000 : 0,
      ...told(error.headers ?? {}),
    }
  }
  const reason = error instanceof errors.TimeoutError ? 'timeout' : 'connection'
  const message = messageOf(error)
  return { kind: 'unreachable', reason, message, mayBeTaken: reason !== 'connection' || !NEVER_SENT.test(message) }
}

/** What the headers of an answer tell of the server. */
function told(headers: Readonly<Record<string, unknown>>): { product?: string; dateMs?: number } {
  const product = headers['x-elastic-product']
  const dateMs = Date.parse(String(headers.date))
  return {
    ...(typeof product === 'string' ? { product } : {}),
    ...(Number.isNaN(dateMs) ? {} : { dateMs }),
  }
}

/** No connection came about. */
const NEVER_SENT = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|connect timeout|certificate|fingerprint/i

interface ErrorBody {
  readonly type?: string
  readonly reason?: string
}

function errorOf(body: unknown): ErrorBody | undefined {
  const error = (body as { error?: ErrorBody | string } | undefined | null)?.error
  return typeof error === 'string' ? { reason: error } : (error ?? undefined)
}

/** The reason in an error answer, without the document that may be quoted in it. */
function reasonOf(body: unknown): string | undefined {
  const error = errorOf(body)
  if (error === undefined) return undefined
  const reason = String(error.reason ?? '').slice(0, 300)
  return error.type === undefined ? reason : `${error.type}: ${reason}`
}
