import { type Clock, systemClock } from '#lib/clock.ts'
import type { HttpConfig } from '../../config/http.ts'
import { httpHeaders } from './headers.ts'
import type { TokenSource } from './oauth2.ts'
import type { Environment } from './proxy/choose-proxy.ts'
import { readResponse } from './read-response.ts'
import { redact } from './redact.ts'
import { mayShareSecrets, redirectOf } from './redirect.ts'
import type { HttpRequest, HttpResponse, HttpTransport } from './request.ts'
import { createWire, type WireHeaders } from './wire.ts'

export interface HttpTransportOptions {
  readonly config: HttpConfig
  readonly userAgent: string
  /** Reads a file that the configuration names; trimmed. */
  readonly readFile: (path: string) => Promise<string>
  readonly clock?: Clock
  /** Where `proxy_from_environment` looks. */
  readonly env?: Environment
}

const MAX_REDIRECTS = 10

/** Sends notifications as `http_config` says. Files named in the configuration are read anew each time. */
export function createHttpTransport(options: HttpTransportOptions): HttpTransport {
  const { config, userAgent, readFile, clock = systemClock, env = process.env } = options
  const wire = createWire({ config, env, readFile })
  const tokens = createTokenSource({ ...options, clock, env })
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
        return withoutSecrets(await readResponse(response, clock), secrets)
      }
      // Not read to its end: it may have none.
      response.destroy()
      current = next
    }
  }
}

/** Loaded where it is needed only. */
function createTokenSource({ config, userAgent, readFile, clock, env }: Required<HttpTransportOptions>) {
  const { oauth2 } = config
  if (oauth2 === undefined) return undefined
  const source = import('./oauth2.ts').then(({ createTokenSource: create }): TokenSource => {
    const wire = createWire({ config: oauth2, env, readFile })
    return create({ config: oauth2, userAgent, wire, readFile, clock })
  })
  source.catch(() => {})
  return source
}

/** Some servers tell in an error what they were sent. */
function withoutSecrets(response: HttpResponse, headers: WireHeaders): HttpResponse {
  if (response.status < 300) return response
  const values = Object.values(headers).flat()
  const secrets = values.flatMap((value) => [value, value.replace(/^\S+ /, '')])
  return { ...response, body: redact(response.body, '', secrets) }
}
