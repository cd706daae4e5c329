import { isUtf8 } from 'node:buffer'
import { messageOf } from '#lib/errors.ts'
import { ElasticsearchError, parsingError } from '../elasticsearch-error.ts'
import { isDeeper } from '../json/depth.ts'
import { isObject, type JsonObject } from '../mapping/json-object.ts'

/** Nothing that a person writes is larger or deeper. */
const MAX_BYTES = 1024 ** 2
const MAX_DEPTH = 64

/**
 * Reads a request body that is one JSON object.
 *
 * @throws ElasticsearchError that says what is wrong with it
 */
export function readJsonBody(body: Buffer): JsonObject {
  if (body.length === 0) throw new ElasticsearchError(400, 'parse_exception', 'request body is required')
  if (body.length > MAX_BYTES) {
    throw new ElasticsearchError(
      413,
      'content_too_large_exception',
      `the request body has more than ${MAX_BYTES} bytes`,
    )
  }
  if (!isUtf8(body)) throw parsingError('the request body is not UTF-8')
  if (isDeeper(body, MAX_DEPTH)) throw parsingError(`the request body is nested deeper than ${MAX_DEPTH} levels`)
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch (error) {
    throw parsingError(`the request body is not JSON: ${messageOf(error)}`)
  }
  if (!isObject(value)) throw parsingError('the request body must be a JSON object')
  return value
}
