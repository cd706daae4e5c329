import type { Agent, IncomingMessage } from 'node:http'
import type { Clock } from '#lib/clock.ts'
import type { Files } from '#lib/files.ts'
import { classifyFailure } from './classify-failure.ts'
import { KubeletError } from './kubelet-errors.ts'
import { WatchedFile } from './watched-file.ts'

/** Where the list of a node's pods comes from. */
export interface PodSource {
  /**
   * The JSON of a v1.PodList.
   *
   * @throws KubeletError
   */
  fetchPods(signal: AbortSignal): Promise<Buffer>
  close(): void
}

export interface KubeletClientOptions {
  /** `https://<address>:10250`, or `http://<address>:10255` of the read-only port; `/pods` is appended. */
  readonly url: string
  /** Bearer token; empty for none. It is never sent over plain http. */
  readonly tokenFile: string
  /** Certificates that are trusted; empty for those of the system. */
  readonly caFile: string
  /** Takes any certificate, so that whoever answers at the address gets the token. */
  readonly insecureSkipVerify: boolean
  /** Longest time from the request to the end of the answer. */
  readonly timeoutMs: number
  readonly clock: Clock
  readonly files: Pick<Files, 'readFile' | 'stat'>
  /** Longest answer; 64 MiB unless told. */
  readonly maxBytes?: number
}

// As in the OTLP client: importing these modules loads much that is not used.
const http = process.getBuiltinModule('node:http')
const https = process.getBuiltinModule('node:https')

const MAX_BYTES = 64 * 1024 ** 2
/** What RFC 6750 allows in a bearer token; anything else could end the header. */
const TOKEN = /^[\w.~+/-]+=*$/

interface Answer {
  readonly response: IncomingMessage
  readonly content: Buffer
}

/** Asks the kubelet of this node for its pods. Token and CA are read again when they change, and the token on a 401. */
export class KubeletClient implements PodSource {
  readonly #options: KubeletClientOptions
  readonly #url: URL
  readonly #token: WatchedFile | undefined
  readonly #ca: WatchedFile | undefined
  #agent: Agent | undefined
  /** What the agent was made with. */
  #trusted = ''

  constructor(options: KubeletClientOptions) {
    const { tokenFile, caFile, files } = options
    this.#options = options
    this.#url = new URL(`${options.url.replace(/\/+$/, '')}/pods`)
    const isSecure = this.#url.protocol === 'https:'
    const watched = (key: string, path: string) =>
      isSecure && path !== '' ? new WatchedFile({ key: `metadata.kubelet.${key}`, path, files }) : undefined
    this.#token = watched('token_file', tokenFile)
    this.#ca = options.insecureSkipVerify ? undefined : watched('ca_file', caFile)
  }

  async fetchPods(signal: AbortSignal): Promise<Buffer> {
    const token = await this.#readToken()
    const agent = await this.#currentAgent()
    const first = await this.#ask(agent, token, signal)
    if (first.response.statusCode !== 401) return this.#accept(first, token)
    // It may have been renewed within the same tick of the file's time.
    const renewed = await this.#readToken(true)
    return this.#accept(renewed === token ? first : await this.#ask(agent, renewed, signal), renewed)
  }

  close(): void {
    this.#agent?.destroy()
    this.#agent = undefined
  }

  async #readToken(force = false): Promise<string> {
    const token = (await this.#token?.read(force)) ?? ''
    if (token !== '' && !TOKEN.test(token)) throw this.#token!.unusable('it holds no bearer token')
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
    this.#agent =
      this.#url.protocol === 'https:'
        ? new https.Agent({ ...common, ...trust, rejectUnauthorized: !this.#options.insecureSkipVerify })
        : new http.Agent(common)
    this.#trusted = trusted
    return this.#agent
  }

  async #ask(agent: Agent, token: string, signal: AbortSignal): Promise<Answer> {
    const { clock, timeoutMs } = this.#options
    const abort = new AbortController()
    let isLate = false
    const cancel = clock.after(timeoutMs, () => {
      isLate = true
      abort.abort()
    })
    const stop = () => abort.abort()
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    try {
      const response = await this.#open(agent, token, abort.signal)
      return { response, content: await this.#readBody(response) }
    } catch (error) {
      if (error instanceof KubeletError) throw error
      if (isLate) throw new KubeletError('KUBELET_TIMEOUT', [this.#url.host, timeoutMs])
      throw classifyFailure(error, this.#url.host)
    } finally {
      cancel()
      signal.removeEventListener('abort', stop)
    }
  }

  /** A restarted kubelet ends the kept connection, which may be noticed only when it is used: then a new one is opened. */
  #open(agent: Agent, token: string, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const open = this.#url.protocol === 'https:' ? https.request : http.request
      const headers = { accept: 'application/json', ...(token === '' ? {} : { authorization: `Bearer ${token}` }) }
      const request = open(this.#url, { agent, signal, headers })
      let isAnswered = false
      request.once('response', (response) => {
        isAnswered = true
        resolve(response)
      })
      request.on('error', (error) => {
        if (isAnswered || signal.aborted || !request.reusedSocket) reject(error)
        else this.#open(agent, token, signal).then(resolve, reject)
      })
      request.end()
    })
  }

  async #readBody(response: IncomingMessage): Promise<Buffer> {
    const { maxBytes = MAX_BYTES } = this.#options
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
    throw new KubeletError('KUBELET_ANSWER_TOO_LARGE', [this.#url.host, maxBytes])
  }

  #accept({ response, content }: Answer, token: string): Buffer {
    const { host } = this.#url
    const status = response.statusCode ?? 0
    if (status === 200) return content
    if (status === 401) throw new KubeletError('KUBELET_UNAUTHORIZED', [host])
    if (status === 403) throw new KubeletError('KUBELET_FORBIDDEN', [host, refusedUser(content, token)])
    throw new KubeletError('KUBELET_STATUS', [host, status])
  }
}

/** Whom the kubelet refuses, in its words: `Forbidden (user=system:serviceaccount:…, verb=get, …)`. */
function refusedUser(content: Buffer, token: string): string {
  const user = /\(user=([\w:.@-]{1,256}), verb=/.exec(content.toString('latin1', 0, 4096))?.[1]
  return user === undefined || token.includes(user) ? 'us' : `user ${user}`
}
