import { messageOf, systemErrorCode } from '#lib/errors.ts'
import type { Protocol } from '../protocol.ts'

/** What became of a request. */
export type Outcome =
  /** Of a request of 2.0, the other side says how many samples it wrote. */
  | { readonly kind: 'taken'; readonly written: number | undefined }
  /** It may be taken later, but not before `afterMs`. */
  | { readonly kind: 'retry'; readonly reason: string; readonly message: string; readonly afterMs: number }
  | { readonly kind: 'unknown_protocol' }
  | { readonly kind: 'too_large'; readonly message: string }
  /** It will never be taken. */
  | { readonly kind: 'refused'; readonly message: string }

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Its beginning. */
  readonly body: string
}

/** Nobody is asked to wait for longer, whatever an answer says. */
const LONGEST_RETRY_AFTER_MS = 600_000
const QUOTED_CHARACTERS = 200

/**
 * What an answer means: 5xx and 429 are tried again, which is what the protocols ask for, redirects too, because somebody
 * has to mend the URL; all else is final.
 */
export function outcomeOf(answer: Answer, protocol: Protocol, nowMs: number): Outcome {
  const { status, headers } = answer
  const message = `answered ${status}${quote(answer.body)}`
  if (status >= 200 && status < 300) {
    const written = headers['x-prometheus-remote-write-samples-written']
    if (protocol === '1.0') return { kind: 'taken', written: undefined }
    // Who knows 2.0 says so. Who does not has read a message in which there is nothing that it knows.
    return written === undefined ? { kind: 'unknown_protocol' } : { kind: 'taken', written: Number(written) }
  }
  if (status === 415 && protocol === '2.0') return { kind: 'unknown_protocol' }
  if (status === 413) return { kind: 'too_large', message }
  if (status === 429 || status >= 500 || status < 400) {
    const afterMs = retryAfterMs(headers['retry-after'], nowMs)
    return { kind: 'retry', reason: status === 429 ? 'rate_limited' : statusClass(status), message, afterMs }
  }
  return { kind: 'refused', message }
}

/** What a failure without an answer means. */
export function outcomeOfError(error: unknown): Outcome {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  const reason = systemErrorCode(first) === 'TIMEOUT' ? 'timeout' : 'connection'
  return { kind: 'retry', reason, message: messageOf(first), afterMs: 0 }
}

/** `2xx` and the like, so that there are few. */
export function statusClass(status: number): string {
  return `${Math.floor(status / 100)}xx`
}

/** Seconds or a date (RFC 9110, 10.2.3). */
function retryAfterMs(header: string | string[] | undefined, nowMs: number): number {
  if (typeof header !== 'string') return 0
  const afterMs = /^\d+$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - nowMs
  return Number.isFinite(afterMs) ? Math.min(LONGEST_RETRY_AFTER_MS, Math.max(0, afterMs)) : 0
}

function quote(body: string): string {
  const text = body.trim()
  if (text === '') return ''
  return `: ${JSON.stringify(text.length > QUOTED_CHARACTERS ? `${text.slice(0, QUOTED_CHARACTERS)}…` : text)}`
}
