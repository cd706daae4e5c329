import type { IncomingMessage } from 'node:http'
import type { Clock } from '#lib/clock.ts'
import type { HttpConfig } from '../../config/http.ts'
import { httpHeaders } from './headers.ts'
import type { TokenSource } from './oauth2.ts'
import type { Environment } from './proxy/choose-proxy.ts'
import { mayShareSecrets, redirectOf } from './redirect.ts'
import type { HttpRequest } from './request.ts'
import { createWire, type WireHeaders } from './wire.ts'

export interface RequesterOptions {
  readonly config: HttpConfig
  readonly userAgent: string
  /** Reads a file that the configuration names; trimmed. */
  readonly readFile: (path: string) => Promise<string>
  readonly clock: Clock
  /** Where `proxy_from_environment` looks. */
  readonly env: Environment
}

interface Requested {
  /** Its head; the body is still to be read. */
  readonly response: IncomingMessage
  /** The headers that identified us, and others that the configuration adds. */
  readonly secrets: WireHeaders
}

/** Sends one request, and those that redirects ask for. Rejects where nothing answers. */
export type Requester = (request: HttpRequest, signal: AbortSignal) => Promise<Requested>

const MAX_REDIRECTS = 10

/** Requests as `http_config` says. Files named in the configuration are read anew each time. */
export function createRequester(options: RequesterOptions): Requester {
  const { config, userAgent, readFile, env } = options
  const wire = createWire({ config, env, readFile })
  const tokens = createTokenSource(options)
  const agent = { 'user-agent': userAgent }

  const secretHeaders = async (request: HttpRequest, signal: AbortSignal): Promise<WireHeaders> => {
    const headers = await httpHeaders(config, new URL(request.url), readFile)
    return tokens === undefined ? headers : { ...headers, authorization: await (await tokens).authorization(signal) }
  }

  return async (request, signal) => {
    const secrets = await secretHeaders(request, signal)
    let current = request
    for (let redirects = 0; ; redirects++) {
      const isOurs = mayShareSecrets(request.url, current.url)
      const response = await wire(current, isOurs ? { ...agent, ...secrets } : agent, signal)
      const next = config.follow_redirects ? redirectOf(current, response) : undefined
      if (next === undefined || redirects === MAX_REDIRECTS) {
        if (response.statusCode === 401) (await tokens)?.forget()
        return { response, secrets }
      }
      // Not read to its end: it may have none.
      response.destroy()
      current = next
    }
  }
}

/** Loaded where it is needed only. */
function createTokenSource({ config, userAgent, readFile, clock, env }: RequesterOptions) {
  const { oauth2 } = config
  if (oauth2 === undefined) return undefined
  const source = import('./oauth2.ts').then(({ createTokenSource: create }): TokenSource => {
    const wire = createWire({ config: oauth2, env, readFile })
    return create({ config: oauth2, userAgent, wire, readFile, clock })
  })
  source.catch(() => {})
  return source
}
