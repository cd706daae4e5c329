import { encodeAttribute } from '#lib/otlp/attributes.ts'
import { ANY_VALUE, LOG_RECORD, SCOPE_LOGS } from '#lib/otlp/fields.ts'
import { FIXED64, LENGTH_DELIMITED, tag, varintBytes, writeVarint } from '#lib/otlp/wire.ts'
import { fieldsBytes, LONGEST_FIELDS_BYTES, writeFields } from '#lib/parse/record-fields.ts'
import type { Line } from '../decode/line.ts'
import type { Extent } from './extent.ts'
import { createTails, LONGEST_TAIL_BYTES } from './record-tail.ts'

const RECORD_TAG = tag(SCOPE_LOGS.logRecords, LENGTH_DELIMITED)
const TIME_TAG = tag(LOG_RECORD.timeUnixNano, FIXED64)
const OBSERVED_TAG = tag(LOG_RECORD.observedTimeUnixNano, FIXED64)
const BODY_TAG = tag(LOG_RECORD.body, LENGTH_DELIMITED)
const STRING_TAG = tag(ANY_VALUE.string, LENGTH_DELIMITED)
/** Two times, tag and value each. */
const TIMES_BYTES = 18

/** Attribute of a record whose body was cut: its length before. */
export const ORIGINAL_LENGTH_KEY = 'log.record.original_length'

/** Most bytes that a record takes over the bytes of its body. */
export const RECORD_OVERHEAD_BYTES = 6 + TIMES_BYTES + 12 + LONGEST_FIELDS_BYTES + LONGEST_TAIL_BYTES + 64

/**
 * Writes OTLP LogRecords. Fields that are the same for many records are written from templates; the body is copied
 * once, from the file's bytes to the request's.
 */
export class RecordWriter {
  readonly #tails = createTails('plain')
  readonly #spanningTails = createTails('spanning')
  #observedHigh = 0
  #observedLow = 0
  /** The buffer written to last, and a view of it. */
  #target: Buffer = EMPTY
  #view: DataView = new DataView(EMPTY.buffer)

  /** Sets the read time of the records that follow. */
  observe(nowMs: number): void {
    const nowNs = BigInt(nowMs) * 1_000_000n
    this.#observedHigh = Number(nowNs >> 32n)
    this.#observedLow = Number(nowNs & 0xffff_ffffn)
  }

  /**
   * Writes one record as a field of its ScopeLogs, with the time that its body states if that was looked for. The uid has
   * the runtime's, by which records are in order; the caller has made room for {@link RECORD_OVERHEAD_BYTES}, the body
   * and the line's attributes.
   *
   * @param originalBytes length of the body before it was cut, or 0 if it is whole
   * @returns the offset behind the record
   */
  write(target: Buffer, at: number, line: Line, extent: Extent, originalBytes: number): number {
    const bodyBytes = line.bodyEnd - line.bodyStart
    const valueBytes = 1 + varintBytes(bodyBytes) + bodyBytes
    const tail = (extent.endFileKey === undefined ? this.#tails : this.#spanningTails)[line.stream]!
    const cut =
      originalBytes === 0 ? undefined : encodeAttribute(LOG_RECORD.attributes, ORIGINAL_LENGTH_KEY, originalBytes)
    const recordBytes =
      TIMES_BYTES +
      1 +
      varintBytes(valueBytes) +
      valueBytes +
      fieldsBytes(line.fields) +
      line.attributes.length +
      tail.lengthBytes +
      (cut === undefined ? 0 : cut.length)

    if (target !== this.#target) this.#aim(target)
    const view = this.#view
    let to = at
    target[to++] = RECORD_TAG
    to = writeVarint(target, to, recordBytes)
    target[to++] = TIME_TAG
    const { fields } = line
    const isOwn = fields.timeHigh !== 0
    view.setUint32(to, isOwn ? fields.timeLow : line.timeLow, true)
    view.setUint32(to + 4, isOwn ? fields.timeHigh : line.timeHigh, true)
    to += 8
    target[to++] = OBSERVED_TAG
    view.setUint32(to, this.#observedLow, true)
    view.setUint32(to + 4, this.#observedHigh, true)
    to += 8
    to = writeFields(target, to, line.bytes, line.fields)
    target[to++] = BODY_TAG
    to = writeVarint(target, to, valueBytes)
    target[to++] = STRING_TAG
    to = writeVarint(target, to, bodyBytes)
    line.bytes.copy(target, to, line.bodyStart, line.bodyEnd)
    to += bodyBytes
    if (line.attributes.length > 0) to += line.attributes.copy(target, to)
    if (cut !== undefined) to += cut.copy(target, to)
    tail.write(view, to, line, extent)
    return to + tail.lengthBytes
  }

  #aim(target: Buffer): void {
    this.#target = target
    this.#view = new DataView(target.buffer, target.byteOffset, target.length)
  }
}

const EMPTY = Buffer.allocUnsafeSlow(0)
