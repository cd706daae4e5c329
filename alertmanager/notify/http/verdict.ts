import { type FailureReason, failure, type NotifyResult } from '../receiver.ts'

/** What a code means that a service gives in an answer of 2xx. */
export interface Verdict {
  readonly reason: FailureReason
  /** Whether the same notification may go through later. */
  readonly retryable: boolean
  /** What to mend. */
  readonly cure?: string
}

export interface CodedAnswer {
  /** The integration, for messages. */
  readonly where: string
  /** Its service, for messages. */
  readonly service: string
  readonly code: unknown
  /** The code that says that all went well; by default 0. */
  readonly success?: string
  /** What the service says of it. */
  readonly text: unknown
  /** The codes that are not simply refusals of what was sent. */
  readonly verdicts: ReadonlyMap<unknown, Verdict>
}

/** Judges an answer by its code. What has no code comes from something in between, and may pass. */
export function judgeAnswer(answer: CodedAnswer): NotifyResult {
  const { where, service, code, success = 0, text, verdicts } = answer
  if (code === success) return { ok: true }
  if (typeof code !== typeof success) {
    return failure('other', true, `${where}: the answer is none of ${service}; check the url`)
  }
  const { reason, retryable, cure } = verdicts.get(code) ?? { reason: 'clientError', retryable: false }
  const message = `${where}: ${service} refused the message (${String(code)}: ${String(text)})`
  return failure(reason, retryable, cure === undefined ? message : `${message}; ${cure}`)
}
