import { encodeJson, type Json } from '../json.ts'

/** What an endpoint answers. A body is sent as it is; a long one has several parts. */
export interface ApiResponse {
  readonly status: number
  readonly contentType?: string
  readonly body: string | readonly Buffer[]
  readonly headers?: Readonly<Record<string, string>>
}

export const JSON_TYPE = 'application/json'

export function json(body: Json): ApiResponse {
  return { status: 200, contentType: JSON_TYPE, body: encodeJson(body) }
}

export const NO_BODY: ApiResponse = { status: 200, body: '' }

/** What an endpoint itself has to object: upstream answers with a bare JSON string. */
export function refuse(status: number, message: string): ApiResponse {
  return { status, contentType: JSON_TYPE, body: encodeJson(message) }
}

/**
 * What is wrong with a request before an endpoint sees it. Violations of the API's schema are 422 with codes of their
 * own, from 600 on.
 */
export function malformed(code: number, message: string): ApiResponse {
  const body = encodeJson({ code, message }).trimEnd()
  return { status: code >= 600 ? 422 : code, contentType: JSON_TYPE, body }
}

/** To somebody who asks for something costly too often. */
export function tooMany(what: string, retryAfterSeconds: number): ApiResponse {
  const refused = refuse(429, `too many ${what}; try again in ${retryAfterSeconds} s`)
  return { ...refused, headers: { 'retry-after': String(retryAfterSeconds) } }
}

/** To a body that is larger than what an endpoint can need. */
export function tooLarge(maxBytes: number): ApiResponse {
  return refuse(413, `the body has more than ${maxBytes} bytes`)
}
