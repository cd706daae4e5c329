import type { Clock } from '#lib/clock.ts'
import type { Oauth2Config } from '../../config/oauth2.ts'
import { readMembers } from './answer.ts'
import { readResponse } from './read-response.ts'
import { redact } from './redact.ts'
import type { HttpResponse } from './request.ts'
import { TransportFailure } from './transport-failure.ts'
import type { Wire } from './wire.ts'

export interface TokenSourceOptions {
  readonly config: Oauth2Config
  readonly userAgent: string
  readonly wire: Wire
  readonly readFile: (path: string) => Promise<string>
  readonly clock: Clock
}

export interface TokenSource {
  /** An `Authorization` header with a token that holds. Rejects with a TransportFailure when the server gives none. */
  authorization(signal: AbortSignal): Promise<string>
  /** The token is not taken any more, whatever was said of its end. */
  forget(): void
}

interface Token {
  readonly header: string
  /** What it was got with: another secret wants another token. */
  readonly secret: string
  readonly endsAtMs: number
}

/** A token is got anew before it ends: it has to get there. */
const MARGIN_MS = 10_000
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** Tokens by client credentials, or by an assertion that a key signs; kept while they hold. */
export function createTokenSource({ config, userAgent, wire, readFile, clock }: TokenSourceOptions): TokenSource {
  let token: Token | undefined
  // Servers take the credentials as a header or as parameters. Which, shows the first answer.
  let style: 'header' | 'parameters' | undefined

  const post = async (parameters: Record<string, string>, headers: Record<string, string>, signal: AbortSignal) => {
    const query = new URLSearchParams({ ...parameters, ...config.endpoint_params })
    query.sort()
    const own = { 'user-agent': userAgent, 'content-type': 'application/x-www-form-urlencoded', ...headers }
    const request = { url: config.token_url ?? '', method: 'POST', headers: own, body: query.toString() } as const
    return readResponse(await wire(request, {}, signal), clock)
  }

  const scope: Record<string, string> = config.scopes.length === 0 ? {} : { scope: config.scopes.join(' ') }

  const byCredentials = async (secret: string, signal: AbortSignal): Promise<HttpResponse> => {
    const id = config.client_id ?? ''
    const parameters = { grant_type: 'client_credentials', ...scope }
    const asHeader = async () => post(parameters, { authorization: basic(id, secret) }, signal)
    const asParameters = async () => post({ ...parameters, client_id: id, client_secret: secret }, {}, signal)
    if (style === 'parameters') return asParameters()
    const answer = await asHeader()
    const isRefused = answer.status >= 400 && answer.status < 500 && answer.status !== 429
    if (style === 'header' || !isRefused) {
      style = answer.status < 300 ? 'header' : style
      return answer
    }
    const second = await asParameters()
    style = second.status < 300 ? 'parameters' : undefined
    return second
  }

  const byAssertion = async (key: string, signal: AbortSignal): Promise<HttpResponse> => {
    const { signAssertion } = await import('./jwt-assertion.ts')
    return post({ grant_type: JWT_BEARER, assertion: signAssertion(config, key, clock.nowMs()), ...scope }, {}, signal)
  }

  return {
    async authorization(signal) {
      const isAssertion = config.grant_type === JWT_BEARER
      const [text, file] = isAssertion
        ? [config.client_certificate_key, config.client_certificate_key_file]
        : [config.client_secret, config.client_secret_file]
      const secret = file === undefined ? (text ?? '') : await readFile(file)
      const isValid = token !== undefined && token.secret === secret && clock.nowMs() < token.endsAtMs - MARGIN_MS
      if (!isValid) {
        const answer = await (isAssertion ? byAssertion(secret, signal) : byCredentials(secret, signal))
        token = readToken(answer, secret, clock.nowMs())
      }
      return token!.header
    },
    forget() {
      token = undefined
    },
  }
}

function readToken({ status, body }: HttpResponse, secret: string, nowMs: number): Token {
  const { access_token, token_type, expires_in, error, error_description } = readMembers(body)
  if (status >= 200 && status < 300 && typeof access_token === 'string' && access_token !== '') {
    const seconds = Number(expires_in)
    const endsAtMs = seconds > 0 ? nowMs + seconds * 1_000 : Number.POSITIVE_INFINITY
    return { header: `${typeOf(token_type)} ${access_token}`, secret, endsAtMs }
  }
  const said = [error, error_description].filter((part) => typeof part === 'string').join(': ')
  const shown = said === '' ? '' : `: ${JSON.stringify(redact(said.slice(0, 200), '', [secret]))}`
  const message = `oauth2: token_url answered ${status} without a token${shown}`
  if (status >= 500 || status === 429) {
    throw new TransportFailure(status === 429 ? 'rateLimited' : 'serverError', true, message)
  }
  throw new TransportFailure('authError', false, `${message}; check client_id, the secret and scopes of oauth2`)
}

/** Servers write `bearer` in any case; those who get the token may not. */
function typeOf(type: unknown): string {
  return typeof type !== 'string' || type === '' || /^bearer$/i.test(type) ? 'Bearer' : type
}

/** Both parts are encoded as in forms, by RFC 6749. */
function basic(id: string, secret: string): string {
  const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1)
  return `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64')}`
}
