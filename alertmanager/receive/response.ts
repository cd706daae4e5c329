import { encodeJson, type Json } from '../json.ts'

/**
 * Hands a piece of a body over. Resolves once its memory may be written over; rejects when nobody waits for the body
 * any more.
 */
export type PutPiece = (piece: Buffer, isLast: boolean) => Promise<void>
/** Writes a body that may be too long to be kept whole: as many pieces as it takes, the last one said to be that. */
export type BodyWriter = (put: PutPiece) => Promise<void>

/** What an endpoint answers. */
export interface ApiResponse {
  readonly status: number
  readonly contentType?: string
  readonly body: string | BodyWriter
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
