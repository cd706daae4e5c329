import { ANY_VALUE, KEY_VALUE, LOG_RECORD, SHAPED_RECORD } from '#lib/otlp/fields.ts'
import type { LogRecordCursor } from '#lib/otlp/log-record.ts'
import { ProtoReader } from '#lib/otlp/proto-reader.ts'
import { lengthDelimited } from '#lib/otlp/wire.ts'
import type { Fields } from '#lib/parse/fields.ts'
import { LONGEST_FIELDS_BYTES, writeFields } from '#lib/parse/record-fields.ts'
import type { RecordView } from './record-view.ts'
import type { RequestWriter } from './request-writer.ts'

const EMPTY = Buffer.alloc(0)
const UID = 'log.record.uid'
const ORIGINAL = 'log.record.original'

/** Writes one record: as it came, but for the fields that were replaced or added. */
export class RecordWriter {
  readonly #writer: RequestWriter
  readonly #reader = new ProtoReader(EMPTY)
  #request: Buffer = EMPTY
  #start = 0
  #end = 0
  #isForged = false
  #text: Buffer | undefined
  #dataStream: Buffer | undefined
  #structured: Buffer | undefined
  #original: Buffer | undefined
  #attributes: readonly Buffer[] | undefined
  /** Encoded fields that the record came without. */
  readonly #fields = Buffer.alloc(LONGEST_FIELDS_BYTES)
  #fieldsBytes = 0

  constructor(writer: RequestWriter) {
    this.#writer = writer
  }

  begin(request: Buffer, { start, lengthBytes, structured, dataStream }: LogRecordCursor): void {
    this.#request = request
    this.#start = start
    this.#end = start + lengthBytes
    this.#isForged = !structured.isEmpty || !dataStream.isEmpty
    this.#text = undefined
    this.#dataStream = undefined
    this.#structured = undefined
    this.#original = undefined
    this.#attributes = undefined
    this.#fieldsBytes = 0
  }

  /** Another text in place of the body. Its bytes must stay as they are until the record is written. */
  setText({ bytes, bodyStart, bodyEnd }: Pick<RecordView, 'bytes' | 'bodyStart' | 'bodyEnd'>): void {
    this.#text = bytes.subarray(bodyStart, bodyEnd)
  }

  /** An object that the text is, as JSON. */
  setStructured(json: Buffer): void {
    this.#structured = json
  }

  /** The text as it was, for an attribute. Its bytes must stay as they are until the record is written. */
  setOriginal(text: Buffer): void {
    this.#original = text
  }

  /** What the text says of itself; ranges are of `bytes`. */
  setFields(bytes: Buffer, fields: Fields): void {
    this.#fieldsBytes = writeFields(this.#fields, 0, bytes, fields)
  }

  /** Other attributes in place of its own, each as the content of a KeyValue. */
  setAttributes(attributes: readonly Buffer[] | undefined): void {
    this.#attributes = attributes
  }

  setDataStream(name: Buffer): void {
    this.#dataStream = name
  }

  /** @param uid for a record that came without one */
  write(uid: Buffer | undefined): void {
    const writer = this.#writer
    writer.beginRecord()
    if (this.#isForged || this.#text !== undefined || this.#attributes !== undefined) this.#copyRest()
    else writer.raw(this.#request, this.#start, this.#end)
    if (this.#text !== undefined) writer.nestedField(LOG_RECORD.body, ANY_VALUE.string, this.#text)
    if (this.#fieldsBytes > 0) writer.raw(this.#fields, 0, this.#fieldsBytes)
    if (this.#structured !== undefined) writer.field(SHAPED_RECORD.structured, this.#structured)
    for (const content of this.#attributes ?? []) writer.field(LOG_RECORD.attributes, content)
    if (this.#original !== undefined) writer.field(LOG_RECORD.attributes, attribute(ORIGINAL, this.#original))
    if (uid !== undefined) writer.field(LOG_RECORD.attributes, attribute(UID, uid))
    if (this.#dataStream !== undefined) writer.field(SHAPED_RECORD.dataStream, this.#dataStream)
    writer.endRecord()
  }

  /** Fields that are not replaced. */
  #copyRest(): void {
    const reader = this.#reader
    reader.bytes = this.#request
    reader.reset(this.#start, this.#end)
    for (let from = reader.at, field = reader.next(); field !== 0; from = reader.at, field = reader.next()) {
      if (!this.#isReplaced(field)) this.#writer.raw(this.#request, from, reader.at)
    }
  }

  #isReplaced(field: number): boolean {
    switch (field) {
      case LOG_RECORD.body:
        return this.#text !== undefined
      case LOG_RECORD.attributes:
        return this.#attributes !== undefined
      case SHAPED_RECORD.structured:
      case SHAPED_RECORD.dataStream:
        return true
      default:
        return false
    }
  }
}

/** The content of a KeyValue whose value is a text. */
function attribute(key: string, text: Buffer): Buffer {
  return Buffer.concat([
    lengthDelimited(KEY_VALUE.key, key),
    lengthDelimited(KEY_VALUE.value, lengthDelimited(ANY_VALUE.string, text)),
  ])
}
