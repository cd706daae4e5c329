import { LOG_RECORD } from '../otlp/fields.ts'
import { LENGTH_DELIMITED, tag, VARINT } from '../otlp/wire.ts'
import type { Fields } from './fields.ts'
import { hexToBytes, SPAN_ID_DIGITS, TRACE_ID_DIGITS } from './trace-id.ts'

const NUMBER_TAG = tag(LOG_RECORD.severityNumber, VARINT)
const TEXT_TAG = tag(LOG_RECORD.severityText, LENGTH_DELIMITED)
const TRACE_ID_TAG = tag(LOG_RECORD.traceId, LENGTH_DELIMITED)
const SPAN_ID_TAG = tag(LOG_RECORD.spanId, LENGTH_DELIMITED)
const TRACE_ID_BYTES = TRACE_ID_DIGITS / 2
const SPAN_ID_BYTES = SPAN_ID_DIGITS / 2
/** A word for a severity that is longer than this is none. */
const LONGEST_TEXT_BYTES = 32

/** Most bytes that {@link writeFields} writes. */
export const LONGEST_FIELDS_BYTES = 2 + 2 + LONGEST_TEXT_BYTES + 2 + TRACE_ID_BYTES + 2 + SPAN_ID_BYTES

/** How many bytes {@link writeFields} writes. */
export function fieldsBytes({ severityNumber, severityStart, severityEnd, traceIdStart, spanIdStart }: Fields): number {
  const textBytes = severityEnd - severityStart
  return (
    (severityNumber > 0 ? 2 : 0) +
    (textBytes > 0 && textBytes <= LONGEST_TEXT_BYTES ? 2 + textBytes : 0) +
    (traceIdStart >= 0 ? 2 + TRACE_ID_BYTES : 0) +
    (spanIdStart >= 0 ? 2 + SPAN_ID_BYTES : 0)
  )
}

/** Writes what a body says of itself as fields of its LogRecord; the ranges are of `bytes`. Returns the offset behind. */
export function writeFields(target: Buffer, at: number, bytes: Buffer, fields: Fields): number {
  const { severityNumber, severityStart, severityEnd, traceIdStart, spanIdStart } = fields
  let to = at
  if (severityNumber > 0) {
    target[to++] = NUMBER_TAG
    target[to++] = severityNumber
  }
  const textBytes = severityEnd - severityStart
  if (textBytes > 0 && textBytes <= LONGEST_TEXT_BYTES) {
    target[to++] = TEXT_TAG
    target[to++] = textBytes
    for (let from = severityStart; from < severityEnd; from++) target[to++] = bytes[from]!
  }
  if (traceIdStart >= 0) {
    target[to++] = TRACE_ID_TAG
    target[to++] = TRACE_ID_BYTES
    to = hexToBytes(target, to, bytes, traceIdStart, TRACE_ID_DIGITS)
  }
  if (spanIdStart >= 0) {
    target[to++] = SPAN_ID_TAG
    target[to++] = SPAN_ID_BYTES
    to = hexToBytes(target, to, bytes, spanIdStart, SPAN_ID_DIGITS)
  }
  return to
}
