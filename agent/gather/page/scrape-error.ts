/** Why a target could not be read, as a metric's label. */
export type ScrapeFailure =
  | 'unreachable'
  | 'certificate'
  | 'credentials'
  | 'timeout'
  | 'status'
  | 'redirect'
  | 'content_type'
  | 'encoding'
  | 'limit'
  | 'syntax'

/** A scrape that failed. The message has no secret in it. */
export class ScrapeError extends Error {
  readonly reason: ScrapeFailure

  constructor(reason: ScrapeFailure, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options)
    this.name = 'ScrapeError'
    this.reason = reason
  }
}
