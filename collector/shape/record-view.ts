import { toValue } from '#lib/otlp/any-value.ts'
import { ANY_VALUE } from '#lib/otlp/fields.ts'
import type { LogRecordCursor } from '#lib/otlp/log-record.ts'
import { ProtoReader } from '#lib/otlp/proto-reader.ts'
import { Attributes } from './attributes.ts'

/** What of a text patterns are shown: their time must be bounded. */
const HEAD_BYTES = 64 * 1024
const EMPTY = Buffer.alloc(0)

/** The record that is being shaped, as far as it has been. There is one, filled again for each. */
export class RecordView {
  readonly attributes = new Attributes()
  severityNumber = 0
  /** Its text: `bytes[bodyStart, bodyEnd)`. A body that is a structure, or none, has an empty one. */
  bytes: Buffer = EMPTY
  bodyStart = 0
  bodyEnd = 0
  readonly #body = new ProtoReader(EMPTY)
  #text: string | undefined
  /** Null if the text is no object. */
  #json: object | null | undefined

  /** Begins with a record of a request. */
  set(request: Buffer, record: LogRecordCursor): void {
    this.attributes.aim(request, record)
    this.severityNumber = record.severityNumber
    this.bytes = request
    this.bodyStart = 0
    this.bodyEnd = 0
    this.#text = undefined
    this.#json = undefined
    const { body } = record
    if (body.isEmpty) return
    const value = this.#body
    value.bytes = request
    value.reset(body.start, body.end)
    if (toValue(value) !== ANY_VALUE.string) return
    this.bodyStart = value.start
    this.bodyEnd = value.stop
  }

  /** The begin of the text, as a string that is made once for all patterns. */
  get text(): string {
    this.#text ??= this.bytes.toString('utf8', this.bodyStart, Math.min(this.bodyEnd, this.bodyStart + HEAD_BYTES))
    return this.#text
  }

  /** The object that the text is; null if it is none, or longer than patterns are shown. Made once for all who ask. */
  get json(): object | null {
    if (this.#json !== undefined) return this.#json
    this.#json = this.bodyEnd - this.bodyStart <= HEAD_BYTES ? parseObject(this.text) : null
    return this.#json
  }

  /** The text has been replaced. */
  forgetText(): void {
    this.#text = undefined
    this.#json = undefined
  }
}

function parseObject(text: string): object | null {
  const trimmed = text.trim()
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}')) return null
  try {
    return JSON.parse(trimmed) as object
  } catch {
    return null
  }
}
