import { encodeAttribute } from '#lib/otlp/attributes.ts'
import { ANY_VALUE, KEY_VALUE, LOG_RECORD } from '#lib/otlp/fields.ts'
import { ProtoReader } from '#lib/otlp/proto-reader.ts'
import { LENGTH_DELIMITED, lengthDelimited, tag } from '#lib/otlp/wire.ts'
import { assembleRequest, recordsOf } from './placed-record.ts'
import { ORIGINAL_LENGTH_KEY } from './record-writer.ts'

const ATTRIBUTE_TAG = tag(LOG_RECORD.attributes, LENGTH_DELIMITED)
/** A body that is not longer is not what makes a request too large. */
const SHORTEST_BYTES = 1024

/**
 * A request of one record of our own making with half of its body, which says how long it was; undefined if there is too
 * little to cut. The record keeps its uid.
 */
export function shortenRecord(request: Buffer): Buffer | undefined {
  const [placed] = recordsOf(request)
  const body = placed === undefined ? undefined : textOf(placed.record)
  if (placed === undefined || body === undefined || body.length <= SHORTEST_BYTES) return undefined
  const half = body.subarray(0, cutBefore(body, body.length >> 1))
  return assembleRequest([{ ...placed, record: replaceBody(placed.record, half, body.length) }])
}

function textOf(record: Buffer): Buffer | undefined {
  const fields = new ProtoReader(record)
  for (let field = fields.next(); field !== 0; field = fields.next()) {
    if (field !== LOG_RECORD.body) continue
    const value = new ProtoReader(record, fields.start, fields.stop)
    return value.next() === ANY_VALUE.string ? value.view() : undefined
  }
  return undefined
}

/** The last boundary of a UTF-8 sequence that is not behind `end`. */
function cutBefore(text: Buffer, end: number): number {
  let at = end
  while (at > 0 && (text[at]! & 0xc0) === 0x80) at -= 1
  return at
}

function replaceBody(record: Buffer, body: Buffer, originalBytes: number): Buffer {
  const parts: Buffer[] = []
  let wasCut = false
  const fields = new ProtoReader(record)
  let from = 0
  for (let field = fields.next(); field !== 0; field = fields.next()) {
    wasCut ||= field === LOG_RECORD.attributes && isOriginalLength(fields.view())
    parts.push(
      field === LOG_RECORD.body
        ? lengthDelimited(LOG_RECORD.body, lengthDelimited(ANY_VALUE.string, body))
        : record.subarray(from, fields.at),
    )
    from = fields.at
  }
  if (!wasCut) {
    // Before the other attributes: the uid is the last one.
    const firstAttribute = parts.findIndex((part) => part[0] === ATTRIBUTE_TAG)
    const attribute = encodeAttribute(LOG_RECORD.attributes, ORIGINAL_LENGTH_KEY, originalBytes)
    parts.splice(firstAttribute < 0 ? parts.length : firstAttribute, 0, attribute)
  }
  return Buffer.concat(parts)
}

function isOriginalLength(attribute: Buffer): boolean {
  const pair = new ProtoReader(attribute)
  return pair.next() === KEY_VALUE.key && pair.text() === ORIGINAL_LENGTH_KEY
}
