import type { IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import type { Clock } from '#lib/clock.ts'
import type { Files } from '#lib/files.ts'
import { Agent as HttpAgent, request as requestHttp } from '#lib/node-http.ts'
import { PROTOCOL_HEADERS, type Protocol } from '../protocol.ts'
import { type Answer, type Outcome, outcomeOf, outcomeOfError, statusClass } from './answer.ts'

export interface ClientOptions {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly basicAuth: { readonly username: string; readonly password: string; readonly passwordFile: string }
  readonly bearerToken: string
  readonly bearerTokenFile: string
  readonly caFile: string
  readonly insecureSkipVerify: boolean
  readonly timeoutMs: number
  readonly userAgent: string
  readonly files: Pick<Files, 'readFile'>
  readonly clock: Clock
  /** The code of each request: `2xx`, `timeout` and the like; how long it took. */
  readonly onRequest: (code: string, durationMs: number) => void
}

const KEPT_ANSWER_BYTES = 4_096
const IDLE_MS = 90_000

/** Sends requests of remote write. Files with credentials are read for each, so that they may be replaced. */
export class RemoteWriteClient {
  readonly #options: ClientOptions
  readonly #url: URL
  readonly #agent: HttpAgent
  #ca: string | undefined

  constructor(options: ClientOptions) {
    this.#options = options
    this.#url = new URL(options.url)
    const isSecure = this.#url.protocol === 'https:'
    this.#agent = new (isSecure ? HttpsAgent : HttpAgent)({ keepAlive: true, timeout: IDLE_MS })
  }

  /** Sends one request. Never rejects: whatever happens is an outcome. */
  async send(body: Buffer, protocol: Protocol, attempt: number, signal: AbortSignal): Promise<Outcome> {
    const { clock, onRequest } = this.#options
    const startMs = clock.monotonicMs()
    try {
      const answer = await this.#exchange(body, await this.#headers(protocol, attempt), signal)
      onRequest(answer.status === 429 ? '429' : statusClass(answer.status), clock.monotonicMs() - startMs)
      return outcomeOf(answer, protocol, clock.nowMs())
    } catch (error) {
      const outcome = outcomeOfError(error)
      if (outcome.kind === 'retry') onRequest(outcome.reason, clock.monotonicMs() - startMs)
      return outcome
    }
  }

  close(): void {
    this.#agent.destroy()
  }

  async #headers(protocol: Protocol, attempt: number): Promise<Record<string, string>> {
    const { headers, userAgent } = this.#options
    const credentials = await this.#credentials()
    return {
      'user-agent': userAgent,
      ...headers,
      ...(credentials === undefined ? {} : { authorization: credentials }),
      ...PROTOCOL_HEADERS[protocol],
      ...(attempt === 0 ? {} : { 'retry-attempt': String(attempt) }),
    }
  }

  async #credentials(): Promise<string | undefined> {
    const { bearerToken, bearerTokenFile, basicAuth } = this.#options
    const token = await this.#secretOf(bearerToken, bearerTokenFile)
    if (token !== '') return `Bearer ${token}`
    const { username, password, passwordFile } = basicAuth
    if (username === '') return undefined
    return `Basic ${Buffer.from(`${username}:${await this.#secretOf(password, passwordFile)}`).toString('base64')}`
  }

  async #secretOf(text: string, file: string): Promise<string> {
    return file === '' ? text : (await this.#options.files.readFile(file, 'utf8')).trim()
  }

  async #exchange(body: Buffer, headers: Record<string, string>, signal: AbortSignal): Promise<Answer> {
    const { clock, timeoutMs, caFile, insecureSkipVerify, files } = this.#options
    const isSecure = this.#url.protocol === 'https:'
    if (caFile !== '') this.#ca ??= await files.readFile(caFile, 'utf8')
    const tls = { ...(this.#ca === undefined ? {} : { ca: this.#ca }), rejectUnauthorized: !insecureSkipVerify }
    return await new Promise((resolve, reject) => {
      const options = {
        ...{ method: 'POST', agent: this.#agent, signal },
        headers: { ...headers, 'content-length': body.length },
        ...(isSecure ? tls : {}),
      }
      let hasAnswer = false
      const request = (isSecure ? requestHttps : requestHttp)(this.#url, options, (response) => {
        hasAnswer = true
        readAnswer(response).then(resolve, reject)
      })
      const timeout = () => {
        request.destroy(Object.assign(new Error(`no answer in ${timeoutMs} ms`), { code: 'TIMEOUT' }))
      }
      const cancel = clock.after(timeoutMs, timeout)
      request.on('error', reject)
      request.once('close', () => {
        cancel()
        if (!hasAnswer)
          reject(Object.assign(new Error('the connection ended without an answer'), { code: 'ECONNRESET' }))
      })
      request.end(body)
    })
  }
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (bytes < KEPT_ANSWER_BYTES) chunks.push(chunk)
    bytes += chunk.length
  }
  const { statusCode = 0, headers } = response
  return { status: statusCode, headers, body: Buffer.concat(chunks).subarray(0, KEPT_ANSWER_BYTES).toString() }
}
