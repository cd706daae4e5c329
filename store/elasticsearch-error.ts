/** What an error says besides its type and reason. */
export interface ErrorDetail {
  readonly causedBy?: ErrorCause
  /** Further keys of the error object, such as `index`. */
  readonly extra?: Readonly<Record<string, unknown>>
}

interface ErrorCause {
  readonly type: string
  readonly reason: string
}

/** An error as Elasticsearch answers it: a status, a type that programs know and a reason that people read. */
export class ElasticsearchError extends Error {
  override readonly name = 'ElasticsearchError'
  readonly status: number
  readonly type: string
  readonly detail: ErrorDetail

  constructor(status: number, type: string, reason: string, detail: ErrorDetail = {}) {
    super(reason)
    this.status = status
    this.type = type
    this.detail = detail
  }

  /** The error object of a bulk item. */
  toCause(): Record<string, unknown> {
    const { causedBy, extra } = this.detail
    const cause: Record<string, unknown> = { type: this.type, reason: this.message, ...extra }
    if (causedBy !== undefined) cause.caused_by = causedBy
    return cause
  }

  /** The body of an answer that is this error. */
  toBody(): Record<string, unknown> {
    const cause = this.toCause()
    return {
      error: { root_cause: [{ type: this.type, reason: this.message, ...this.detail.extra }], ...cause },
      status: this.status,
    }
  }
}

/** A request has a part that is wrong or that the store does not do; the reason names it. */
export function illegalArgument(reason: string): ElasticsearchError {
  return new ElasticsearchError(400, 'illegal_argument_exception', reason)
}

/** A request body is not what it should be; the reason names the place. */
export function parsingError(reason: string): ElasticsearchError {
  return new ElasticsearchError(400, 'parsing_exception', reason)
}

/** A part of a request body has a key or a value that it cannot have. */
export function contentError(reason: string): ElasticsearchError {
  return new ElasticsearchError(400, 'x_content_parse_exception', reason)
}

/** A query does not fit the fields of an index. */
export function queryError(reason: string): ElasticsearchError {
  return new ElasticsearchError(400, 'query_shard_exception', `failed to create query: ${reason}`)
}

/** A request does not hold together. */
export function validationError(reason: string): ElasticsearchError {
  return new ElasticsearchError(400, 'action_request_validation_exception', `Validation Failed: 1: ${reason};`)
}

/** There is no room for documents. Senders try again by themselves. */
export function diskFull(): ElasticsearchError {
  return new ElasticsearchError(
    429,
    'es_rejected_execution_exception',
    'the disk of the store is full; the document was not stored, send it again later',
  )
}
