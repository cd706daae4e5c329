import type { LogRecordCursor } from '#lib/otlp/log-record.ts'
import type { Arena } from './arena.ts'
import { type JsonConstant, jsonConstant, writeConstant } from './json-constant.ts'
import { writeHex } from './json-writer.ts'

const TRACE_ID_BYTES = 16
const SPAN_ID_BYTES = 8
const TRACE_ID = jsonConstant(',"trace_id":"')
const SPAN_ID = jsonConstant(',"span_id":"')
const QUOTE = jsonConstant('"')

/** Writes the ids of trace and span, as members of the document with a comma before each. */
export function writeTraceIds(arena: Arena, request: Buffer, { traceId, spanId }: LogRecordCursor): void {
  writeId(arena, TRACE_ID, request, traceId.start, traceId.end, TRACE_ID_BYTES)
  writeId(arena, SPAN_ID, request, spanId.start, spanId.end, SPAN_ID_BYTES)
}

/** An id of another length, or of zeros only, means that there is none. */
function writeId(arena: Arena, name: JsonConstant, bytes: Buffer, start: number, end: number, length: number): void {
  if (end - start !== length) return
  let any = 0
  for (let at = start; at < end; at++) any |= bytes[at]!
  if (any === 0) return
  writeConstant(arena, name)
  writeHex(arena, bytes, start, end)
  writeConstant(arena, QUOTE)
}
