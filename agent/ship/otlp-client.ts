import type { Agent, IncomingMessage } from 'node:http'
import { messageOf, systemErrorCode } from '#lib/errors.ts'
import { decodePartialSuccess, decodeStatusMessage } from '#lib/otlp/responses.ts'

export type Encoding = 'zstd' | 'gzip' | 'identity'

/** What a collector made of a request. */
export type Outcome =
  /** It is responsible for the records now, but for those it rejects. */
  | { readonly kind: 'accepted'; readonly rejectedRecords: number; readonly message: string }
  /** The same request may succeed later. */
  | { readonly kind: 'retry'; readonly reason: string; readonly message: string; readonly afterMs: number }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'encoding-refused' }
  /** It will never take this request. */
  | { readonly kind: 'refused'; readonly message: string }

/** What the shipper sends with. */
export interface RequestSender {
  /** Sends one request. Never rejects: whatever happens is an outcome. */
  send(body: Buffer, encoding: Encoding, signal: AbortSignal): Promise<Outcome>
  close(): void
}

export interface OtlpClientOptions {
  /** Base URLs; `/v1/logs` is appended. The next one is used when one fails. */
  readonly endpoints: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
}

// An import statement would read every export of the module, and one of them is a getter that loads a second HTTP
// client and a WebSocket: 5 MiB that stay resident.
const http = process.getBuiltinModule('node:http')

const MAX_RESPONSE_BYTES = 64 * 1024
const LONGEST_RETRY_AFTER_MS = 5 * 60_000

interface Endpoint {
  readonly url: URL
  readonly agent: Agent
  readonly request: typeof http.request
}

/** Sends OTLP/HTTP protobuf requests. Follows the specification's rules on what may be tried again. */
export class OtlpClient implements RequestSender {
  readonly #options: OtlpClientOptions
  readonly #endpoints: readonly Endpoint[]
  #current = 0

  constructor(options: OtlpClientOptions) {
    this.#options = options
    this.#endpoints = options.endpoints.map(createEndpoint)
  }

  async send(body: Buffer, encoding: Encoding, signal: AbortSignal): Promise<Outcome> {
    const endpoint = this.#endpoints[this.#current]!
    try {
      const response = await this.#post(endpoint, body, encoding, signal)
      const content = await this.#readBody(response)
      const outcome = classify(response, content, encoding)
      if (outcome.kind === 'retry') this.#failOver(endpoint)
      return outcome
    } catch (error) {
      this.#failOver(endpoint)
      const reason = systemErrorCode(error) || 'connection'
      return { kind: 'retry', reason: reason.toLowerCase(), message: messageOf(error), afterMs: 0 }
    }
  }

  close(): void {
    for (const { agent } of this.#endpoints) agent.destroy()
  }

  /** Several requests fail together when an endpoint does; only the first of them moves on. */
  #failOver(failed: Endpoint): void {
    if (this.#endpoints[this.#current] !== failed) return
    this.#current = (this.#current + 1) % this.#endpoints.length
  }

  #post(endpoint: Endpoint, body: Buffer, encoding: Encoding, signal: AbortSignal): Promise<IncomingMessage> {
    const { url, agent, request: open } = endpoint
    return new Promise((resolve, reject) => {
      const request = open(url, {
        method: 'POST',
        agent,
        signal,
        headers: {
          ...this.#options.headers,
          'content-type': 'application/x-protobuf',
          'content-length': body.length,
          ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
        },
      })
      request.setTimeout(this.#options.timeoutMs, () => request.destroy(this.#timeoutError()))
      request.once('response', resolve)
      request.once('error', reject)
      request.end(body)
    })
  }

  /** Reads an answer. The timeout of the socket is one of silence, and a peer may send a byte now and then for ever. */
  async #readBody(response: IncomingMessage): Promise<Buffer> {
    const timer = setTimeout(() => response.destroy(this.#timeoutError()), this.#options.timeoutMs)
    timer.unref()
    try {
      const chunks: Buffer[] = []
      let length = 0
      for await (const chunk of response as AsyncIterable<Buffer>) {
        length += chunk.length
        if (length <= MAX_RESPONSE_BYTES) chunks.push(chunk)
      }
      return Buffer.concat(chunks)
    } finally {
      clearTimeout(timer)
    }
  }

  #timeoutError(): Error {
    return Object.assign(new Error(`no answer in ${this.#options.timeoutMs} ms`), { code: 'TIMEOUT' })
  }
}

function createEndpoint(base: string): Endpoint {
  const url = new URL(`${base.replace(/\/+$/, '')}/v1/logs`)
  const { Agent, request } = url.protocol === 'https:' ? process.getBuiltinModule('node:https') : http
  return { url, request, agent: new Agent({ keepAlive: true }) }
}

function classify(response: IncomingMessage, content: Buffer, encoding: Encoding): Outcome {
  const status = response.statusCode ?? 0
  if (status >= 200 && status < 300) {
    const { rejected, message } = decodePartialSuccess(content)
    return { kind: 'accepted', rejectedRecords: rejected, message }
  }
  if (status === 413) return { kind: 'too-large' }
  // The OpenTelemetry collector answers 400 to an encoding that it does not know, others 415.
  const message = decodeStatusMessage(content) || `status ${status}`
  if (encoding === 'zstd' && (status === 415 || (status === 400 && /encoding|compress/i.test(message)))) {
    return { kind: 'encoding-refused' }
  }
  if (status === 400 || status === 415) return { kind: 'refused', message }
  // Beyond what the specification calls retryable, these are mended by someone, and the lines are still on disk.
  return { kind: 'retry', reason: `http_${status}`, message, afterMs: retryAfterMs(response.headers['retry-after']) }
}

function retryAfterMs(header: string | undefined): number {
  if (header === undefined) return 0
  const delayMs = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now()
  return Number.isFinite(delayMs) ? Math.min(Math.max(0, delayMs), LONGEST_RETRY_AFTER_MS) : 0
}
