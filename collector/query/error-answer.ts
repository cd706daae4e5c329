import type { CodedError, ErrorCode } from '#lib/errors.ts'

const STATUSES: Readonly<Partial<Record<ErrorCode, number>>> = {
  PARAMETER_INVALID: 400,
  QUERY_INVALID: 400,
  CROSS_ORIGIN: 403,
  NOT_FOUND: 404,
  UNSUPPORTED_MEDIA_TYPE: 415,
  SEARCH_LIMIT: 429,
  SEARCH_REFUSED: 502,
  SEARCH_UNAVAILABLE: 503,
  QUEUE_FULL: 503,
  DISK_FULL: 503,
  DISK_LOW: 503,
}

export interface ErrorBody {
  readonly error: {
    readonly code: string
    readonly message: string
    /** What to do about it. */
    readonly cure: string
    /** The parameter that is wrong, if one is. */
    readonly parameter?: string
  }
}

export function statusOf(error: CodedError): number {
  return STATUSES[error.code] ?? 500
}

/** The body of every error that the query API answers. */
export function errorBody(error: CodedError): ErrorBody {
  const { code, message, cure, parameters } = error
  const parameter = code === 'PARAMETER_INVALID' ? parameters[0] : code === 'QUERY_INVALID' ? 'q' : undefined
  return { error: { code, message, cure, ...(parameter === undefined ? {} : { parameter }) } }
}
