import type { LogRecordCursor } from '#lib/otlp/log-record.ts'
import type { Arena } from './arena.ts'
import { jsonConstant, writeConstant } from './json-constant.ts'
import { writeJsonString } from './json-writer.ts'
import type { Source } from './source.ts'

const LARGEST = 24
const TEXT = jsonConstant(',"severity_text":')
/** By number: a call that writes a string costs more than the rest of it. */
const NUMBERS = Array.from({ length: LARGEST + 1 }, (_, number) => jsonConstant(`,"severity_number":${number}`))

/** Writes what a record says of its severity, as members of the document with a comma before each. */
export function writeSeverity(
  arena: Arena,
  request: Source,
  { severityText, severityNumber }: Pick<LogRecordCursor, 'severityText' | 'severityNumber'>,
): void {
  if (!severityText.isEmpty) {
    writeConstant(arena, TEXT)
    writeJsonString(arena, request, severityText.start, severityText.end)
  }
  if (severityNumber > 0 && severityNumber <= LARGEST) writeConstant(arena, NUMBERS[severityNumber]!)
}
