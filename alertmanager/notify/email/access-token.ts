import type { Clock } from '#lib/clock.ts'
import type { Xoauth2Config } from '../../config/receivers/xoauth2.ts'
import type { HttpTransport } from '../http/request.ts'
import type { ReadFile } from '../integration.ts'
import { readSecret, type SecretSource, secretAt } from '../secret-source.ts'

export interface AccessTokenOptions {
  readonly config: Xoauth2Config
  readonly http: HttpTransport
  readonly readFile: ReadFile
  readonly clock: Clock
}

/** A token is not used in the last minute of its life. */
const MARGIN_MS = 60_000
const TIMEOUT_MS = 30_000

/** Gives access tokens: those of a file, or such as a server issues, each as long as it lives. */
export function createAccessTokenSource({ config, http, readFile, clock }: AccessTokenOptions): () => Promise<string> {
  const { access_token_file, token_url = '' } = config
  if (access_token_file !== undefined) {
    const source: SecretSource = { key: 'access_token', text: undefined, file: access_token_file }
    return () => readSecret(source, readFile)
  }
  let token = ''
  let endsAtMs = 0
  return async () => {
    if (clock.nowMs() < endsAtMs) return token
    const response = await http(
      {
        url: token_url,
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body: String(await form(config, readFile)),
      },
      AbortSignal.timeout(TIMEOUT_MS),
    )
    const issued = readIssued(response.status, response.body)
    token = issued.token
    endsAtMs = clock.nowMs() + issued.lifeMs - MARGIN_MS
    return token
  }
}

async function form(config: Xoauth2Config, readFile: ReadFile): Promise<URLSearchParams> {
  const { client_id = '', scopes } = config
  const renews = config.refresh_token !== undefined || config.refresh_token_file !== undefined
  const parameters = new URLSearchParams({ grant_type: renews ? 'refresh_token' : 'client_credentials', client_id })
  if (renews) parameters.set('refresh_token', await readSecret(secretAt(config, 'refresh_token'), readFile))
  if (config.client_secret !== undefined || config.client_secret_file !== undefined) {
    parameters.set('client_secret', await readSecret(secretAt(config, 'client_secret'), readFile))
  }
  if (scopes.length > 0) parameters.set('scope', scopes.join(' '))
  return parameters
}

function readIssued(status: number, body: string): { readonly token: string; readonly lifeMs: number } {
  const answer = parseObject(body)
  const { access_token, expires_in, error } = answer
  if (status === 200 && typeof access_token === 'string' && access_token !== '') {
    return { token: access_token, lifeMs: Number(expires_in ?? 0) * 1_000 || 0 }
  }
  // The description may repeat what was sent; the error is a word of the standard.
  const reason = typeof error === 'string' ? `: ${error.slice(0, 100)}` : ''
  throw new Error(`token_url answered ${status}${reason}`)
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
