import { encodeAttribute } from '#lib/otlp/attributes.ts'
import { LOG_RECORD } from '#lib/otlp/fields.ts'
import { RECORD_UID_BYTES, RecordUidTemplate, SPANNING_RECORD_UID_BYTES, writeSpanSuffix } from '#lib/record-uid.ts'
import { type Line, STREAM_NAMES } from '../decode/line.ts'
import type { Extent } from './extent.ts'

/** Copied at once; one more stride than the tail is long may be written. */
const STRIDE_BYTES = 8

/**
 * The end of a record: the attributes `log.iostream` and `log.record.uid`, the uid last. Kept from one record to the
 * next and copied in strides of eight bytes: a call out of JavaScript for so few bytes would take three times as long
 * (measured: 32 ns against 11 ns).
 */
class RecordTail {
  readonly lengthBytes: number
  readonly #bytes: Buffer
  readonly #view: DataView
  readonly #uid: RecordUidTemplate

  /** @param stream its name, or undefined for a line that does not say which stream it is from */
  constructor(stream: string | undefined, uidBytes: number) {
    const parts = stream === undefined ? [] : [encodeAttribute(LOG_RECORD.attributes, 'log.iostream', stream)]
    parts.push(encodeAttribute(LOG_RECORD.attributes, 'log.record.uid', '.'.repeat(uidBytes)))
    this.lengthBytes = parts.reduce((sum, part) => sum + part.length, 0)
    this.#bytes = Buffer.concat([...parts, Buffer.alloc(STRIDE_BYTES)])
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length)
    this.#uid = new RecordUidTemplate(this.#bytes, this.lengthBytes - uidBytes)
  }

  /** Writes the tail of a record; there must be room for {@link LONGEST_TAIL_BYTES}. */
  write(target: DataView, at: number, line: Line, extent: Extent): void {
    const { startOffset } = extent
    this.#uid.set(line.timeHigh, line.timeLow, extent.fileKey, startOffset, extent.endOffset - startOffset)
    if (extent.endFileKey !== undefined) {
      const uidAt = this.lengthBytes - SPANNING_RECORD_UID_BYTES
      writeSpanSuffix(this.#bytes, uidAt, extent.endFileKey, extent.endFileOffset)
    }
    const view = this.#view
    const end = this.lengthBytes
    for (let from = 0; from < end; from += STRIDE_BYTES) {
      target.setBigUint64((at + from) | 0, view.getBigUint64(from, true), true)
    }
  }
}

/** By stream: of records that end in the file they began in, or of those that a rotation cut. */
export function createTails(kind: 'plain' | 'spanning'): readonly RecordTail[] {
  const uidBytes = kind === 'plain' ? RECORD_UID_BYTES : SPANNING_RECORD_UID_BYTES
  return [...STREAM_NAMES, undefined].map((name) => new RecordTail(name, uidBytes))
}

/** Most bytes that writing a tail touches. */
export const LONGEST_TAIL_BYTES = Math.max(...createTails('spanning').map((tail) => tail.lengthBytes)) + STRIDE_BYTES
