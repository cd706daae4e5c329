import type { Chunk } from '#lib/match/chunk.ts'
import type { LogRecordCursor } from '#lib/otlp/log-record.ts'
import { Fields } from '#lib/parse/fields.ts'
import { JsonParser } from '#lib/parse/json.ts'
import { Condition } from './condition.ts'
import type { JsonRule, ShapeConfig } from './config.ts'
import { JsonBody, type JsonStats } from './json-body.ts'
import type { RecordView } from './record-view.ts'
import type { RecordWriter } from './record-writer.ts'

/** Which texts are read as JSON, and what becomes of them. */
export interface JsonChoice {
  readonly condition: Condition
  readonly keepsOriginal: boolean
}

export function createJsonChoices(rules: readonly JsonRule[], chunk: Chunk): readonly JsonChoice[] {
  return rules.map((rule) => ({ condition: new Condition(rule, chunk), keepsOriginal: rule.keep_original }))
}

/**
 * Makes fields of texts that are JSON objects: the object as the structure of the body, its message as the text, and
 * severity and ids of trace and span, where the record came without. What is no object stays a text.
 */
export class JsonStage {
  readonly #body: JsonBody
  readonly #parser = new JsonParser()
  readonly #fields = new Fields()

  constructor({ json }: ShapeConfig, stats: JsonStats) {
    this.#body = new JsonBody(json, stats)
  }

  apply(choices: readonly JsonChoice[], view: RecordView, record: LogRecordCursor, writer: RecordWriter): void {
    if (view.bodyStart === view.bodyEnd) return
    for (let index = 0; index < choices.length; index++) {
      const { condition, keepsOriginal } = choices[index]!
      if (!condition.isMet(view)) continue
      this.#read(view, record, writer, keepsOriginal)
      return
    }
  }

  #read(view: RecordView, record: LogRecordCursor, writer: RecordWriter, keepsOriginal: boolean): void {
    const { bytes, bodyStart, bodyEnd } = view
    const json = this.#body.read(bytes, bodyStart, bodyEnd)
    if (json === undefined) return
    writer.setStructured(json)
    if (keepsOriginal) writer.setOriginal(bytes.subarray(bodyStart, bodyEnd))
    const fields = this.#fields
    if (!this.#parser.parse(fields, bytes, bodyStart, bodyEnd)) return
    if (fields.messageEnd > fields.messageStart) {
      const message = unescaped(bytes, fields.messageStart, fields.messageEnd)
      writer.setText({ bytes: message, bodyStart: 0, bodyEnd: message.length })
    }
    if (record.severityNumber > 0 || !record.severityText.isEmpty) {
      fields.severityNumber = 0
      fields.severityEnd = fields.severityStart
    } else if (fields.severityNumber > 0) view.severityNumber = fields.severityNumber
    if (!record.traceId.isEmpty) fields.traceIdStart = -1
    if (!record.spanId.isEmpty) fields.spanIdStart = -1
    writer.setFields(bytes, fields)
  }
}

/** What stands between the quotes of a JSON string that is known to be one. */
function unescaped(bytes: Buffer, start: number, end: number): Buffer {
  const text = JSON.parse(`"${bytes.toString('utf8', start, end)}"`) as string
  return Buffer.from(text)
}
