import { isUtf8 } from 'node:buffer'
import { messageOf } from '#lib/errors.ts'
import { contentError, ElasticsearchError, parsingError } from '../../elasticsearch-error.ts'
import { isDeeper } from '../../json/depth.ts'
import { parseExact } from '../../json/exact.ts'
import { isObject, type JsonObject } from '../../mapping/json-object.ts'

const MAX_BYTES = 4 * 1024 ** 2
/** Three levels for each of the aggregations inside of each other, and more than enough for queries. */
const MAX_DEPTH = 256

/**
 * Reads a search body; whole numbers keep all of their digits. No body is an empty one.
 *
 * @throws ElasticsearchError that says what is wrong with it
 */
export function readSearchBody(body: Buffer): JsonObject {
  if (body.length === 0) return {}
  if (body.length > MAX_BYTES)
    throw new ElasticsearchError(413, 'content_too_large_exception', `the search body has more than ${MAX_BYTES} bytes`)
  if (!isUtf8(body)) throw parsingError('the search body is not UTF-8')
  if (isDeeper(body, MAX_DEPTH)) throw contentError(`the search body is nested deeper than ${MAX_DEPTH} levels`)
  const text = body.toString('utf8')
  if (text.trim() === '') return {}
  let value: unknown
  try {
    value = parseExact(text)
  } catch (error) {
    throw notJson(text, messageOf(error))
  }
  if (!isObject(value)) throw parsingError('Expected [START_OBJECT]: the search body must be a JSON object')
  return value
}

/** JSON that ends too early is another error than JSON that is wrong. */
function notJson(text: string, message: string): ElasticsearchError {
  const place = /at position (\d+)/.exec(message)
  const isCut = /end of JSON input|Unterminated/.test(message) || Number(place?.[1]) >= text.trimEnd().length
  const reason = `the search body is not JSON: ${message}`
  return isCut ? new ElasticsearchError(400, 'x_content_e_o_f_exception', reason) : contentError(reason)
}
