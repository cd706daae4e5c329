import { decodePartialSuccess, decodeStatusMessage } from '#lib/otlp/responses.ts'

export const ENCODINGS = ['zstd', 'gzip', 'identity'] as const
export type Encoding = (typeof ENCODINGS)[number]

/** What a collector made of a request. */
export type Outcome =
  /** It is responsible for the records now, but for those it rejects. */
  | { readonly kind: 'accepted'; readonly rejectedRecords: number; readonly message: string }
  /** The same request may succeed later, but not before `afterMs`. */
  | {
      readonly kind: 'retry'
      readonly reason: string
      readonly message: string
      readonly afterMs: number
      /** What a person may do about it, if that is known. */
      readonly cure?: string
    }
  | { readonly kind: 'too-large'; readonly message: string }
  | { readonly kind: 'encoding-refused'; readonly message: string }
  /** It will never take this request. */
  | { readonly kind: 'refused'; readonly message: string }

/** How requests reach one collector. */
export interface RequestSender {
  /** Sends one request. Never rejects: whatever happens is an outcome. Once it resolves nothing reads the body any more. */
  send(body: Buffer, encoding: Encoding, signal: AbortSignal): Promise<Outcome>
  close(): void
}

/** An answer as it came. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly content: Buffer
}

/** What is known when an answer is judged. */
export interface Circumstances {
  readonly encoding: Encoding
  /** Whether this collector has accepted a request before: then it is one. */
  readonly isProven: boolean
  readonly nowMs: number
}

const LONGEST_RETRY_AFTER_MS = 5 * 60_000
/** A peer's words go to the log; they may quote a record. */
const MAX_MESSAGE_CHARS = 200
/** What is mended by other records, not by time. */
const REFUSALS: readonly number[] = [400, 422]
/**
 * The OpenTelemetry collector says 400 to a body beyond its limit ("http: request body too large"), and gateways pass on
 * a gRPC RESOURCE_EXHAUSTED ("grpc: received message larger than max") as 429, 500 or 503.
 */
const TOO_LARGE = /(?:message|body|entity|payload) (?:is )?(?:larger than|too large)/i
/** It answers 400 to an encoding that it does not know, others 415. */
const UNKNOWN_ENCODING = /content-encoding|unsupported (?:encoding|compression)|compression (?:type|format)/i

/**
 * Judges an answer by the rules of OTLP/HTTP, with these differences: whatever the specification does not call
 * retryable but someone can mend (401, 404, 415, a redirect, 500) is tried again as well, because the lines are still on
 * disk; and so is a 400 without the Status that OTLP demands, from a peer that never accepted anything: a proxy, or a
 * port that wants TLS.
 */
export function judgeAnswer(answer: Answer, { encoding, isProven, nowMs }: Circumstances): Outcome {
  const { status, headers, content } = answer
  if (status >= 200 && status < 300) {
    const { rejected, message } = decodePartialSuccess(content)
    return { kind: 'accepted', rejectedRecords: rejected, message: clip(message) }
  }
  const said = decodeStatusMessage(content)
  const words = said === '' ? textOf(answer) : said
  const message = said === '' ? `status ${status}${words === '' ? '' : `: ${words}`}` : clip(said)
  if (status === 413 || TOO_LARGE.test(words)) return { kind: 'too-large', message }
  if (encoding !== 'identity' && (status === 415 || (status === 400 && UNKNOWN_ENCODING.test(words)))) {
    return { kind: 'encoding-refused', message }
  }
  if (REFUSALS.includes(status) && (said !== '' || isProven)) return { kind: 'refused', message }
  return { kind: 'retry', reason: `http_${status}`, message, afterMs: retryAfterMs(headers, nowMs) }
}

/** What a server that is none of OTLP says, if it is said in words. */
function textOf({ headers, content }: Answer): string {
  const type = String(headers['content-type'] ?? '')
  return type.startsWith('text/plain') ? clip(content.toString('utf8', 0, 4 * MAX_MESSAGE_CHARS)) : ''
}

function clip(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_MESSAGE_CHARS)
}

/** A date counts from the peer's own clock where it says what that shows. */
function retryAfterMs(headers: Answer['headers'], nowMs: number): number {
  const header = headers['retry-after']
  if (typeof header !== 'string') return 0
  const peerNowMs = Date.parse(String(headers.date))
  const delayMs = /^\d+$/.test(header)
    ? Number(header) * 1_000
    : Date.parse(header) - (Number.isFinite(peerNowMs) ? peerNowMs : nowMs)
  return Number.isFinite(delayMs) ? Math.min(Math.max(0, delayMs), LONGEST_RETRY_AFTER_MS) : 0
}
