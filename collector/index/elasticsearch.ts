import { Client, errors } from '@elastic/elasticsearch'
import { Transport, type TransportOptions } from '@elastic/transport'
import { messageOf } from '#lib/errors.ts'
import { AnswerSerializer } from './answer-serializer.ts'

export interface ElasticsearchOptions {
  /** URLs of the nodes. */
  readonly nodes: readonly string[]
  /** `id:key` in base64, as Elasticsearch hands it out; empty for none. */
  readonly apiKey: string
  readonly username: string
  readonly password: string
  /** SHA-256 fingerprint of the CA that signed the server's certificate; empty for the system's CAs. */
  readonly caFingerprint: string
  readonly requestTimeoutMs: number
}

/** What became of a request. */
export type Answer =
  | { readonly kind: 'ok'; readonly status: number; readonly body: unknown }
  /** The server answered with an error; `type` is Elasticsearch's name for it, empty if something else answered. */
  | {
      readonly kind: 'error'
      readonly status: number
      readonly type: string
      readonly message: string
      readonly retryAfterMs: number
    }
  /** There was no answer; the server may have done what was asked all the same, unless it was never asked. */
  | {
      readonly kind: 'unreachable'
      readonly reason: 'timeout' | 'connection'
      readonly message: string
      readonly mayBeTaken?: boolean
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

/**
 * Plain media types, which every version understands. The client's own ask for answers in the form of its major
 * version, which Elasticsearch 8 refuses (400 media_type_header_exception).
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
 * The official client, used for its connection pool and protocol only. Its own retries are off, because they know
 * nothing of single documents and wait for nothing; a timeout is always set, because it has none by default and a hung
 * server would hold a request for ever.
 */
export function createElasticsearch(options: ElasticsearchOptions): Elasticsearch {
  const auth =
    options.apiKey !== ''
      ? { apiKey: options.apiKey }
      : options.username !== ''
        ? { username: options.username, password: options.password }
        : undefined
  const client = new Client({
    nodes: [...options.nodes],
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
    ...(options.caFingerprint === '' ? {} : { caFingerprint: options.caFingerprint }),
  })
  return {
    async request({ method, path, querystring, body, lines, headers, signal, timeoutMs }) {
      try {
        const result = await client.transport.request(
          {
            method,
            path,
            ...(querystring === undefined ? {} : { querystring }),
            ...(body === undefined ? {} : { body }),
            ...(lines === undefined ? {} : { bulkBody: lines as unknown as string }),
          },
          {
            meta: true,
            maxRetries: 0,
            headers: { accept: JSON_TYPE, 'content-type': lines === undefined ? JSON_TYPE : LINES_TYPE, ...headers },
            ...(signal === undefined ? {} : { signal }),
            ...(timeoutMs === undefined ? {} : { requestTimeout: timeoutMs }),
          },
        )
        return { kind: 'ok', status: result.statusCode ?? 200, body: result.body }
      } catch (error) {
        return toAnswer(error)
      }
    },
    close: () => client.close(),
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
    }
  }
  const reason = error instanceof errors.TimeoutError ? 'timeout' : 'connection'
  const message = messageOf(error)
  return { kind: 'unreachable', reason, message, mayBeTaken: reason !== 'connection' || !NEVER_SENT.test(message) }
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
