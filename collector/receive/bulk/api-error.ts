/** An error as Elasticsearch answers it, for a request or for one of its items. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  /** What programs know it by. */
  readonly type: string

  constructor(status: number, type: string, reason: string) {
    super(reason)
    this.status = status
    this.type = type
  }

  /** The error object of an item. */
  toCause(): Record<string, string> {
    return { type: this.type, reason: this.message }
  }

  /** The body of an answer. */
  toBody(): Record<string, unknown> {
    return { error: { root_cause: [this.toCause()], ...this.toCause() }, status: this.status }
  }
}

export function illegalArgument(reason: string): ApiError {
  return new ApiError(400, 'illegal_argument_exception', reason)
}

/** There is no room at the moment; every shipper tries again. */
export function rejected(reason: string): ApiError {
  return new ApiError(429, 'es_rejected_execution_exception', reason)
}
