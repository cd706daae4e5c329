import type { Clock } from '#lib/clock.ts'
import { systemErrorCode } from '#lib/errors.ts'
import { type FailureReason, failure, type NotifyResult } from '../receiver.ts'
import { redact } from './redact.ts'
import { retryAfterMs } from './retry-after.ts'
import { describeFailure, TransportFailure } from './transport-failure.ts'

export interface HttpRequest {
  readonly url: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface HttpResponse {
  readonly status: number
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>
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
  /** What no message may hold, beside the URL. */
  readonly secrets?: readonly string[]
  /** Which answers may be another one a while later; by default 429 and from 500 on. */
  readonly isRetryable?: (status: number, body: string) => boolean
  /** The keys that hold what identifies us, for messages; by default those of `http_config`. */
  readonly credentials?: string
  /** Looks at an answer of 2xx, for services that say in it what went wrong. */
  readonly readAnswer?: (response: HttpResponse) => NotifyResult
}

/** Sends a notification as one request. Any 2xx is success; 429, 5xx and failures of the network may be tried again. */
export async function notifyByHttp(
  transport: HttpTransport,
  request: HttpRequest,
  options: NotifyByHttpOptions,
): Promise<NotifyResult> {
  const { where, timeoutMs, signal, clock, isRetryable = isOverload, readAnswer = () => ({ ok: true }) } = options
  const hide = (text: string) => redact(text, request.url, options.secrets ?? [])
  const timeout = new AbortController()
  const cancel = timeoutMs === 0 ? () => {} : clock.after(timeoutMs, () => timeout.abort())
  const limit = AbortSignal.any([signal, timeout.signal])
  try {
    const response = await transport(request, limit)
    const { status, body } = response
    if (status >= 200 && status < 300) return withoutSecrets(readAnswer(response), hide)
    const cure = cureOf(status, options.credentials)
    const message = `${where}: answered ${status}${quoteBody(hide(body))}${cure}`
    const refused = failure(reasonOf(status), isRetryable(status, body), message)
    const waitMs = retryAfterMs(response.headers['retry-after'], clock.nowMs())
    return waitMs === undefined ? refused : { ...refused, retryAfterMs: waitMs }
  } catch (error) {
    if (limit.aborted) {
      const wasCanceled = signal.aborted && signal.reason !== 'contextDeadlineExceeded'
      return failure(wasCanceled ? 'contextCanceled' : 'contextDeadlineExceeded', true, `${where}: no answer in time`)
    }
    if (error instanceof TransportFailure) {
      return failure(error.reason, error.retryable, `${where}: ${hide(error.message)}`)
    }
    const code = systemErrorCode(error)
    return failure('other', !PERMANENT_CODES.has(code), `${where}: ${hide(describeFailure(error))}${CURES[code] ?? ''}`)
  } finally {
    cancel()
  }
}

function isOverload(status: number): boolean {
  return status === 429 || status >= 500
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

function withoutSecrets(result: NotifyResult, hide: (text: string) => string): NotifyResult {
  return result.ok ? result : { ...result, message: hide(result.message) }
}

function cureOf(status: number, credentials = 'the credentials in http_config'): string {
  if (status === 401 || status === 403) return `; check ${credentials}`
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
