import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import type { HttpConfig } from '../config/http.ts'
import { httpHeaders } from './http-headers.ts'
import type { HttpRequest, HttpResponse, HttpTransport } from './http-request.ts'
import { tlsOptions } from './tls-options.ts'

export interface HttpTransportOptions {
  readonly config: HttpConfig
  readonly userAgent: string
  /** Reads a file that the configuration names; trimmed. */
  readonly readFile: (path: string) => Promise<string>
}

const MAX_REDIRECTS = 10
/** How long a connection waits for the next notification. */
const IDLE_MS = 90_000
/** How much of a response is kept, to be quoted in a message. */
const KEPT_BODY_BYTES = 4_096

/** HTTP/1.1 with connections that are kept for the next notification. Files named in the configuration are read anew each time. */
export function createHttpTransport({ config, userAgent, readFile }: HttpTransportOptions): HttpTransport {
  const agents = {
    'http:': new HttpAgent({ keepAlive: true, timeout: IDLE_MS }),
    'https:': new HttpsAgent({ keepAlive: true, timeout: IDLE_MS }),
  }

  const send = async (request: HttpRequest, withSecrets: boolean, signal: AbortSignal): Promise<IncomingMessage> => {
    const url = new URL(request.url)
    const secret = url.protocol === 'https:'
    const options = {
      method: request.method,
      agent: agents[secret ? 'https:' : 'http:'],
      headers: {
        'user-agent': userAgent,
        ...request.headers,
        ...(withSecrets ? await httpHeaders(config, url, readFile) : {}),
        'content-length': Buffer.byteLength(request.body),
      },
      signal,
      ...(secret && config.tls_config !== undefined ? await tlsOptions(config.tls_config, readFile) : {}),
    }
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const outgoing = secret ? requestHttps(url, options, resolve) : requestHttp(url, options, resolve)
    outgoing.on('error', reject)
    outgoing.end(request.body)
    return promise
  }

  return async (request, signal) => {
    let current = request
    for (let redirects = 0; ; redirects++) {
      const response = await send(current, mayShareSecrets(request.url, current.url), signal)
      const next = config.follow_redirects ? redirectOf(current, response) : undefined
      if (next === undefined || redirects === MAX_REDIRECTS) return await readResponse(response)
      response.resume()
      current = next
    }
  }
}

/** What identifies us to one host is not for another one, nor for the wire in clear. */
function mayShareSecrets(meant: string, actual: string): boolean {
  const [from, to] = [new URL(meant), new URL(actual)]
  return from.host === to.host && (from.protocol === to.protocol || to.protocol === 'https:')
}

/** 307 and 308 repeat the request; the older codes make it a GET without a body, as browsers and Go do. */
function redirectOf(request: HttpRequest, { statusCode = 0, headers }: IncomingMessage): HttpRequest | undefined {
  const location = headers.location === undefined ? null : URL.parse(headers.location, request.url)
  if (location === null || !/^https?:$/.test(location.protocol)) return undefined
  if (statusCode === 307 || statusCode === 308) return { ...request, url: location.href }
  if (![301, 302, 303].includes(statusCode)) return undefined
  return { url: location.href, method: 'GET', headers: {}, body: '' }
}

async function readResponse(response: IncomingMessage): Promise<HttpResponse> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    bytes += chunk.length
    // Leaving the loop closes the connection: a body without an end must not hold us.
    if (bytes >= KEPT_BODY_BYTES) break
  }
  const body = Buffer.concat(chunks).subarray(0, KEPT_BODY_BYTES).toString()
  return { status: response.statusCode ?? 0, body }
}
