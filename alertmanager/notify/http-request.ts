import type { Clock } from '#lib/clock.ts'
import { messageOf, systemErrorCode } from '#lib/errors.ts'
import { type FailureReason, failure, type NotifyResult } from './receiver.ts'

export interface HttpRequest {
  readonly url: string
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface HttpResponse {
  readonly status: number
  /** The beginning of the body. */
  readonly body: string
}

/** Sends one request and reads its response. Rejects where there is none. */
export type HttpTransport = (request: HttpRequest, signal: AbortSignal) => Promise<HttpResponse>

export interface NotifyByHttpOptions {
  /** The integration, for messages. */
  readonly where: string
  /** Longest time of the request; 0 is no limit. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly clock: Clock
}

/** Sends a notification as one request. Any 2xx is success; 5xx and failures of the network may be tried again. */
export async function notifyByHttp(
  transport: HttpTransport,
  request: HttpRequest,
  { where, timeoutMs, signal, clock }: NotifyByHttpOptions,
): Promise<NotifyResult> {
  const timeout = new AbortController()
  const cancel = timeoutMs === 0 ? () => {} : clock.after(timeoutMs, () => timeout.abort())
  const limit = AbortSignal.any([signal, timeout.signal])
  try {
    const { status, body } = await transport(request, limit)
    if (status >= 200 && status < 300) return { ok: true }
    return failure(reasonOf(status), status >= 500, `${where}: answered ${status}${quoteBody(body)}${cureOf(status)}`)
  } catch (error) {
    if (limit.aborted) {
      const wasCanceled = signal.aborted && signal.reason !== 'contextDeadlineExceeded'
      return failure(wasCanceled ? 'contextCanceled' : 'contextDeadlineExceeded', true, `${where}: no answer in time`)
    }
    const code = systemErrorCode(error)
    return failure('other', !PERMANENT_CODES.has(code), `${where}: ${describe(error)}${CURES[code] ?? ''}`)
  } finally {
    cancel()
  }
}

/** Where a host has several addresses, Node reports all failures in one error without a text of its own. */
function describe(error: unknown): string {
  return messageOf(error instanceof AggregateError ? error.errors[0] : error)
}

function reasonOf(status: number): FailureReason {
  if (status === 401 || status === 403) return 'authError'
  if (status === 429) return 'rateLimited'
  if (status >= 500) return 'serverError'
  return status >= 400 ? 'clientError' : 'other'
}

function quoteBody(body: string): string {
  const text = body.trim()
  return text === '' ? '' : `: ${JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text)}`
}

function cureOf(status: number): string {
  if (status === 401 || status === 403) return '; check the credentials in http_config'
  if (status === 404 || status === 410) return '; check the url'
  if (status === 429) return '; the other side limits the rate, raise group_interval or repeat_interval'
  if (status >= 300 && status < 400) return '; it redirects, correct the url or set follow_redirects'
  return ''
}

/** Files that cannot be read do not become readable by asking again at once. */
const PERMANENT_CODES = new Set(['ENOENT', 'EACCES', 'EISDIR', 'ERR_INVALID_URL'])

const CURES: Readonly<Record<string, string>> = {
  ECONNREFUSED: '; nothing listens there, check host and port of the url',
  ENOTFOUND: '; check the host of the url and the DNS of this machine',
  EAI_AGAIN: '; the DNS of this machine does not answer',
  DEPTH_ZERO_SELF_SIGNED_CERT: '; set tls_config.ca_file to the authority that signed the certificate',
  SELF_SIGNED_CERT_IN_CHAIN: '; set tls_config.ca_file to the authority that signed the certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: '; set tls_config.ca_file to the authority that signed the certificate',
  ERR_TLS_CERT_ALTNAME_INVALID: '; set tls_config.server_name to a name that the certificate carries',
}
