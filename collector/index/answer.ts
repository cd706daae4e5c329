/** What the headers of an answer tell of the server. */
interface Told {
  /** `X-Elastic-Product`. */
  readonly product?: string
  /** The time that the server has, epoch milliseconds. */
  readonly dateMs?: number
}

/** What became of a request. */
export type Answer =
  | ({ readonly kind: 'ok'; readonly status: number; readonly body: unknown } & Told)
  /** The server answered with an error; `type` is Elasticsearch's name for it, empty if something else answered. */
  | ({
      readonly kind: 'error'
      readonly status: number
      readonly type: string
      readonly message: string
      readonly retryAfterMs: number
    } & Told)
  /** There was no answer; the server may have done what was asked all the same, unless it was never asked. */
  | {
      readonly kind: 'unreachable'
      readonly reason: 'timeout' | 'connection'
      readonly message: string
      readonly mayBeTaken?: boolean
    }
