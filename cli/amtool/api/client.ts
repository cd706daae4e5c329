import { messageOf, systemErrorCode } from '#lib/errors.ts'
import type { Requester } from '../../../alertmanager/notify/http/requester.ts'
import { COMPATIBLE_VERSION } from '../../../alertmanager/version.ts'
import { CommandError } from '../command-line/grammar.ts'
import { ApiError, type Operation } from './api-error.ts'
import type { Alert, PostableSilence, Silence, Status } from './shapes.ts'

export interface ApiClientOptions {
  /** Where the server is, without `/api/v2`; may hold a user and a password. */
  readonly url: URL
  /** Longest time of all requests together. */
  readonly timeoutMs: number
  readonly ask: Requester
}

interface Answer {
  readonly status: number
  readonly text: string
}

/** Beyond this an answer is none of a router: everything is read into memory. */
const MAX_ANSWER_BYTES = 1_000_000_000

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

  async #send(method: Operation['method'], url: URL, body: unknown): Promise<Answer> {
    try {
      const json = body === undefined ? '' : JSON.stringify(body)
      const headers = { accept: 'application/json', ...(json === '' ? {} : { 'content-type': 'application/json' }) }
      const { response } = await this.#options.ask({ url: url.href, method, headers, body: json }, this.#signal)
      return { status: response.statusCode ?? 0, text: await readText(response) }
    } catch (error) {
      throw new CommandError(`${verbOf(method)} "${shown(url)}": ${this.#describe(error, url)}`)
    }
  }

  #describe(error: unknown, url: URL): string {
    if (this.#signal.aborted) return 'context deadline exceeded'
    const first: unknown = error instanceof AggregateError ? error.errors[0] : error
    const code = systemErrorCode(first)
    const address = (first as { readonly address?: string; readonly port?: number; readonly hostname?: string }) ?? {}
    const host = address.address?.includes(':') ? `[${address.address}]` : address.address
    if (code === 'ECONNREFUSED') return `dial tcp ${host}:${address.port}: connect: connection refused`
    if (code === 'ENOTFOUND') return `dial tcp: lookup ${address.hostname ?? url.hostname}: no such host`
    return messageOf(first)
  }
}

async function readText(response: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response) {
    bytes += chunk.length
    // Leaving the loop closes the connection.
    if (bytes > MAX_ANSWER_BYTES) throw new Error('the answer is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
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

/** Sorted by name, as Go writes queries. */
function goQuery(query: URLSearchParams): string {
  const sorted = new URLSearchParams(query)
  sorted.sort()
  return sorted.toString()
}
