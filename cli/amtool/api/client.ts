import type { RequestOptions } from 'node:https'
import { messageOf, systemErrorCode } from '#lib/errors.ts'
import { request as requestHttp } from '#lib/node-http.ts'
import { COMPATIBLE_VERSION } from '../../../alertmanager/version.ts'
import { CommandError } from '../command-line/grammar.ts'
import { ApiError, type Operation } from './api-error.ts'
import type { Alert, PostableSilence, Silence, Status } from './shapes.ts'

/** What a request has besides itself: credentials and certificates. */
export type RequestExtras = (url: URL) => Promise<RequestOptions>

export interface ApiClientOptions {
  /** Where the server is, without `/api/v2`; may hold a user and a password. */
  readonly url: URL
  /** Longest time of all requests together. */
  readonly timeoutMs: number
  readonly extras: RequestExtras
  readonly followsRedirects: boolean
}

interface Answer {
  readonly status: number
  readonly text: string
}

/** Beyond this an answer is none of a router: everything is read into memory. */
const MAX_ANSWER_BYTES = 1_000_000_000
const MAX_REDIRECTS = 10

/** Asks a server over API v2. Errors are worded as those of clients that are generated in Go. */
export class ApiClient {
  readonly #options: ApiClientOptions
  readonly #signal: AbortSignal

  constructor(options: ApiClientOptions) {
    this.#options = options
    this.#signal = AbortSignal.timeout(Math.max(1, Math.min(options.timeoutMs, 2 ** 31 - 1)))
  }

  /** Says on standard error if the server is of another release than this client; stays silent if that is not known. */
  async checkVersion(): Promise<void> {
    const status = await this.status().catch(() => undefined)
    const theirs = status?.versionInfo?.version
    if (theirs === undefined || minorOf(theirs) === minorOf(COMPATIBLE_VERSION)) return
    process.stderr.write(
      `Warning: amtool version (${COMPATIBLE_VERSION}) and alertmanager version (${theirs}) are different.\n`,
    )
  }

  async status(): Promise<Status> {
    return (await this.ask({ method: 'GET', path: '/status', name: 'getStatus' })) as Status
  }

  async alerts(query: URLSearchParams): Promise<readonly Alert[]> {
    return (await this.ask({ method: 'GET', path: '/alerts', name: 'getAlerts', query })) as readonly Alert[]
  }

  async postAlerts(alerts: readonly object[]): Promise<void> {
    await this.ask({ method: 'POST', path: '/alerts', name: 'postAlerts', body: alerts })
  }

  async silences(query: URLSearchParams): Promise<readonly Silence[]> {
    return (await this.ask({ method: 'GET', path: '/silences', name: 'getSilences', query })) as readonly Silence[]
  }

  async silence(id: string): Promise<Silence> {
    return (await this.ask({ method: 'GET', path: '/silence/{silenceID}', name: 'getSilence', id })) as Silence
  }

  /** The ID under which it is kept, which is another one if what changed is more than its end. */
  async postSilence(body: PostableSilence): Promise<string> {
    const answer = await this.ask({ method: 'POST', path: '/silences', name: 'postSilences', body })
    return (answer as { readonly silenceID: string }).silenceID
  }

  async deleteSilence(id: string): Promise<void> {
    await this.ask({ method: 'DELETE', path: '/silence/{silenceID}', name: 'deleteSilence', id })
  }

  /** A request that the others do not cover, such as one to another API of the router. */
  async ask(operation: Operation): Promise<unknown> {
    const { method, prefix = '/api/v2', path, query, id, body } = operation
    const url = new URL(this.#options.url)
    const base = url.pathname.replace(/\/+$/, '')
    url.pathname = `${base}${prefix}${path.replace(/\{\w+\}/, () => encodeURIComponent(id ?? ''))}`
    url.search = query === undefined ? '' : goQuery(query)
    url.hash = ''
    const { status, text } = await this.#send(method, url, body)
    if (status < 200 || status > 299) throw new ApiError(operation, status, text)
    if (text.trim() === '') return undefined
    try {
      return JSON.parse(text) as unknown
    } catch (error) {
      throw new CommandError(
        `${method} ${shown(url)}: the answer is not JSON (${messageOf(error)}); is it the right URL?`,
      )
    }
  }

  async #send(method: string, url: URL, body: unknown, redirects = 0): Promise<Answer> {
    let current = url
    try {
      const request = url.protocol === 'https:' ? (await import('node:https')).request : requestHttp
      const mayShare = current.host === this.#options.url.host
      const extras = mayShare ? await this.#options.extras(url) : {}
      const json = body === undefined ? undefined : JSON.stringify(body)
      const credentials = mayShare && url.username !== '' ? { auth: credentialsOf(url) } : {}
      const { promise, resolve, reject } = Promise.withResolvers<Answer & { readonly location?: string | undefined }>()
      const headers = {
        accept: 'application/json',
        ...(json === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) }),
        ...(extras.headers as Readonly<Record<string, string>> | undefined),
      }
      const outgoing = request(
        url,
        { ...extras, ...credentials, method, headers, signal: this.#signal },
        (response) => {
          const chunks: Buffer[] = []
          let bytes = 0
          response.on('data', (chunk: Buffer) => {
            bytes += chunk.length
            chunks.push(chunk)
            if (bytes > MAX_ANSWER_BYTES) response.destroy(new Error('the answer is too large'))
          })
          response.on('error', reject)
          response.on('end', () => {
            resolve({
              status: response.statusCode ?? 0,
              text: Buffer.concat(chunks).toString(),
              location: response.headers.location,
            })
          })
        },
      )
      outgoing.on('error', reject)
      outgoing.end(json)
      const answer = await promise
      const isRedirect = [301, 302, 303, 307, 308].includes(answer.status) && this.#options.followsRedirects
      const next = isRedirect && answer.location !== undefined ? URL.parse(answer.location, url) : null
      if (next === null || redirects === MAX_REDIRECTS || !/^https?:$/.test(next.protocol)) return answer
      current = next
      const repeats = answer.status >= 307 || method === 'GET'
      return await this.#send(repeats ? method : 'GET', next, repeats ? body : undefined, redirects + 1)
    } catch (error) {
      if (error instanceof CommandError) throw error
      throw new CommandError(`${verbOf(method)} "${shown(url)}": ${this.#describe(error, current)}`)
    }
  }

  #describe(error: unknown, url: URL): string {
    if (this.#signal.aborted) return 'context deadline exceeded'
    const first: unknown = error instanceof AggregateError ? error.errors[0] : error
    const code = systemErrorCode(first)
    const address = (first as { readonly address?: string; readonly port?: number }) ?? {}
    const host = address.address?.includes(':') ? `[${address.address}]` : address.address
    if (code === 'ECONNREFUSED') return `dial tcp ${host}:${address.port}: connect: connection refused`
    if (code === 'ENOTFOUND') return `dial tcp: lookup ${url.hostname}: no such host`
    return messageOf(first)
  }
}

function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.')
}

function verbOf(method: string): string {
  return method[0] + method.slice(1).toLowerCase()
}

/** The URL without its password. */
function shown(url: URL): string {
  const without = new URL(url)
  if (without.password !== '') without.password = '***'
  return without.href
}

function credentialsOf({ username, password }: URL): string {
  return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
}

/** Sorted by name, as Go writes queries. */
function goQuery(query: URLSearchParams): string {
  const sorted = new URLSearchParams(query)
  sorted.sort()
  return sorted.toString()
}
