import type { Agent, IncomingMessage } from 'node:http'
import type { Clock } from '#lib/clock.ts'
import type { Files } from '#lib/files.ts'
import { isBearerToken } from '../credentials/bearer-token.ts'
import { WatchedFile } from '../credentials/watched-file.ts'
import { classifyFailure } from './classify-failure.ts'
import { Deadline } from './deadline.ts'
import { MetadataError, type Peer } from './metadata-error.ts'
import { statusError } from './status-error.ts'

export interface BearerClientOptions {
  readonly peer: Peer
  /** The section of the configuration that says how it is asked, for messages. */
  readonly section: string
  /** Base URL; paths are appended. */
  readonly url: string
  /** Bearer token; empty for none. It is never sent over plain http. */
  readonly tokenFile: string
  /** Certificates that are trusted; empty for those of the system. */
  readonly caFile: string
  /** Takes any certificate, so that whoever answers at the address gets the token. */
  readonly insecureSkipVerify: boolean
  /** Longest time from the request to the end of the answer, or to the begin of a stream. */
  readonly timeoutMs: number
  readonly clock: Clock
  readonly files: Pick<Files, 'readFile' | 'stat'>
}

// As in the OTLP client: importing these modules loads much that is not used.
const http = process.getBuiltinModule('node:http')
const https = process.getBuiltinModule('node:https')

/** Of an answer that is not the one asked for. */
const MAX_REFUSAL_BYTES = 64 * 1024

/**
 * GET requests with a bearer token, over TLS with a CA of one's own, on one kept connection. Token and CA are read again
 * when they change, and the token on a 401. All failures are {@link MetadataError}s.
 */
export class BearerClient {
  readonly #options: BearerClientOptions
  readonly #base: URL
  readonly #token: WatchedFile | undefined
  readonly #ca: WatchedFile | undefined
  #agent: Agent | undefined
  /** What the agent was made with. */
  #trusted = ''

  constructor(options: BearerClientOptions) {
    const { peer, section, tokenFile, caFile, files } = options
    this.#options = options
    this.#base = new URL(options.url)
    const watched = (key: string, path: string) => {
      const fail = (at: string, reason: string, cause: unknown) =>
        new MetadataError(`${peer}_FILE_UNREADABLE`, [`${section}.${key}`, at, reason], { cause })
      return this.#isSecure && path !== '' ? new WatchedFile({ path, files, fail }) : undefined
    }
    this.#token = watched('token_file', tokenFile)
    this.#ca = options.insecureSkipVerify ? undefined : watched('ca_file', caFile)
  }

  get host(): string {
    return this.#base.host
  }

  /** The whole answer, of `maxBytes` at the most. */
  async fetch(path: string, signal: AbortSignal, maxBytes: number): Promise<Buffer> {
    const { clock, timeoutMs } = this.#options
    const deadline = new Deadline(clock, signal)
    try {
      deadline.set(timeoutMs)
      return await this.#readBody(await this.#answer(path, deadline), maxBytes)
    } catch (error) {
      throw this.#failure(error, deadline)
    } finally {
      deadline.end()
    }
  }

  /** An answer piece by piece, as it comes. One that is silent for `idleMs` ends. */
  async *stream(path: string, signal: AbortSignal, idleMs: number): AsyncGenerator<Buffer, void, undefined> {
    const { clock, timeoutMs } = this.#options
    const deadline = new Deadline(clock, signal)
    let isStreaming = false
    try {
      deadline.set(timeoutMs)
      const response = await this.#answer(path, deadline)
      isStreaming = true
      deadline.set(idleMs)
      for await (const chunk of response as AsyncIterable<Buffer>) {
        yield chunk
        deadline.set(idleMs)
      }
    } catch (error) {
      if (isStreaming && deadline.lateAfterMs !== undefined) return
      throw this.#failure(error, deadline)
    } finally {
      deadline.end()
    }
  }

  close(): void {
    this.#agent?.destroy()
    this.#agent = undefined
  }

  get #isSecure(): boolean {
    return this.#base.protocol === 'https:'
  }

  #failure(error: unknown, { lateAfterMs }: Deadline): MetadataError {
    const { peer } = this.#options
    if (error instanceof MetadataError) return error
    if (lateAfterMs !== undefined) return new MetadataError(`${peer}_TIMEOUT`, [this.host, lateAfterMs])
    return classifyFailure(error, peer, this.host)
  }

  /** The answer, its body unread. Anything but a 200 is thrown. */
  async #answer(path: string, deadline: Deadline): Promise<IncomingMessage> {
    const url = new URL(this.#base)
    const [pathname = '', search = ''] = path.split('?')
    url.pathname = `${url.pathname.replace(/\/+$/, '')}${pathname}`
    url.search = search
    const token = await this.#readToken()
    const agent = await this.#currentAgent()
    const first = await this.#open(url, agent, token, deadline.signal)
    if (first.statusCode !== 401) return this.#accept(first, token)
    // It may have been renewed within the same tick of the file's time.
    const renewed = await this.#readToken(true)
    if (renewed === token) return this.#accept(first, token)
    await this.#readBody(first, MAX_REFUSAL_BYTES)
    return this.#accept(await this.#open(url, agent, renewed, deadline.signal), renewed)
  }

  async #accept(response: IncomingMessage, token: string): Promise<IncomingMessage> {
    if (response.statusCode === 200) return response
    const content = await this.#readBody(response, MAX_REFUSAL_BYTES)
    throw statusError(this.#options.peer, this.host, response, content, token)
  }

  async #readToken(force = false): Promise<string> {
    const token = (await this.#token?.read(force)) ?? ''
    if (token !== '' && !isBearerToken(token)) throw this.#token!.unusable('it holds no bearer token')
    return token
  }

  /** One connection is kept; other certificates to trust mean another one. */
  async #currentAgent(): Promise<Agent> {
    const trusted = (await this.#ca?.read()) ?? ''
    if (this.#agent !== undefined && trusted === this.#trusted) return this.#agent
    if (trusted !== '' && !trusted.includes('-----BEGIN CERTIFICATE-----')) {
      throw this.#ca!.unusable('it holds no certificate in PEM')
    }
    this.#agent?.destroy()
    const common = { keepAlive: true, maxSockets: 1 }
    const trust = trusted === '' ? {} : { ca: trusted }
    this.#agent = this.#isSecure
      ? new https.Agent({ ...common, ...trust, rejectUnauthorized: !this.#options.insecureSkipVerify })
      : new http.Agent(common)
    this.#trusted = trusted
    return this.#agent
  }

  /** A restarted peer ends the kept connection, which may be noticed only when it is used: then a new one is opened. */
  #open(url: URL, agent: Agent, token: string, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const open = this.#isSecure ? https.request : http.request
      const headers = { accept: 'application/json', ...(token === '' ? {} : { authorization: `Bearer ${token}` }) }
      const request = open(url, { agent, signal, headers })
      let isAnswered = false
      request.once('response', (response) => {
        isAnswered = true
        resolve(response)
      })
      request.on('error', (error) => {
        if (isAnswered || signal.aborted || !request.reusedSocket) reject(error)
        else this.#open(url, agent, token, signal).then(resolve, reject)
      })
      request.end()
    })
  }

  async #readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
    const chunks: Buffer[] = []
    let length = Number(response.headers['content-length'] ?? 0)
    if (length <= maxBytes) {
      length = 0
      for await (const chunk of response as AsyncIterable<Buffer>) {
        length += chunk.length
        if (length > maxBytes) break
        chunks.push(chunk)
      }
    }
    if (length <= maxBytes) return Buffer.concat(chunks)
    response.destroy()
    throw new MetadataError(`${this.#options.peer}_ANSWER_TOO_LARGE`, [this.host, maxBytes])
  }
}
