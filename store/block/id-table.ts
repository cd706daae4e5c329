import { FILE_KEY_BYTES, parseRecordUid, RECORD_UID_BYTES } from '#lib/record-uid.ts'
import { epochNsOf } from '../time/day.ts'

/** How the `_id` of a document is kept. */
export const ID_KIND = {
  /** A `log.record.uid` whose time is the document's own: its file, offset and length say all. */
  uid: 0,
  /** Made by the store from the document's sequence number. */
  generated: 1,
  /** Anything else. */
  text: 2,
} as const

const FILE_AT = 11
const OFFSET_AT = FILE_AT + FILE_KEY_BYTES
const LENGTH_AT = OFFSET_AT + 7

/** The digit of each byte in the alphabet of uids, -1 for bytes outside of it. */
const DIGITS = Int8Array.from(
  { length: 256 },
  (_, byte) => parseRecordUid('.'.repeat(RECORD_UID_BYTES - 1) + String.fromCharCode(byte))?.lengthBytes ?? -1,
)

/** The ids of the rows of a document table, column by column. */
export class IdTable {
  kinds = new Uint8Array(256)
  /** Of a uid: an index into `fileKeys`, the offset in that file and the length of the record. */
  files = new Int32Array(256)
  offsets = new Float64Array(256)
  lengths = new Int32Array(256)
  fileKeys: string[] = []
  /** Of an id of kind text, by row. */
  readonly texts = new Map<number, string>()
  readonly #fileCodes = new Map<string, number>()
  #lastFileAt = -1
  #lastFile = 0
  #day = -1
  #dayHigh = 0
  #dayLow = 0

  /** Forgets all ids. */
  begin(): this {
    this.fileKeys = []
    this.texts.clear()
    this.#fileCodes.clear()
    this.#lastFileAt = -1
    return this
  }

  setGenerated(row: number): void {
    this.#reserve(row)
    this.kinds[row] = ID_KIND.generated
  }

  setText(row: number, text: string): void {
    this.#reserve(row)
    this.kinds[row] = ID_KIND.text
    this.texts.set(row, text)
  }

  /** Takes the id of a row that has the row's own time, in parts. */
  setUid(row: number, fileKey: string, offset: number, length: number): void {
    this.#reserve(row)
    this.kinds[row] = ID_KIND.uid
    this.files[row] = this.#fileCode(fileKey)
    this.offsets[row] = offset
    this.lengths[row] = length
  }

  /**
   * Takes the id of a row from bytes: as a uid if it is one of the row's own time, otherwise as text.
   *
   * @param day days since 1970 of the row's time
   * @param ns nanoseconds within that day
   */
  setBytes(row: number, bytes: Buffer, start: number, end: number, day: number, ns: number): void {
    this.#reserve(row)
    if (end - start !== RECORD_UID_BYTES || !this.#isTime(bytes, start, day, ns) || !this.#setUid(row, bytes, start)) {
      this.setText(row, bytes.toString('utf8', start, end))
    }
  }

  /** Whether the first eleven characters, the 64 bits of a time in nanoseconds, say this time. */
  #isTime(bytes: Buffer, start: number, day: number, ns: number): boolean {
    if (day !== this.#day) {
      const epochNs = epochNsOf(day, 0)
      this.#day = day
      this.#dayHigh = Number(epochNs >> 32n)
      this.#dayLow = Number(epochNs & 0xffff_ffffn)
    }
    const first = readDigits(bytes, start, 5)
    const middle = DIGITS[bytes[start + 5]!]!
    const last = readDigits(bytes, start + 6, 5)
    if ((first | middle | last) < 0) return false
    const high = first * 16 + (middle >> 2)
    const low = (middle & 3) * 2 ** 30 + last
    // Both differences are small, so the sum is exact.
    return (high - this.#dayHigh) * 2 ** 32 + (low - this.#dayLow) === ns
  }

  #setUid(row: number, bytes: Buffer, start: number): boolean {
    const offsetHigh = readDigits(bytes, start + OFFSET_AT, 2)
    const offsetLow = readDigits(bytes, start + OFFSET_AT + 2, 5)
    const length = readDigits(bytes, start + LENGTH_AT, RECORD_UID_BYTES - LENGTH_AT)
    if ((offsetHigh | offsetLow | length) < 0) return false
    if (!this.#isLastFile(bytes, start + FILE_AT)) {
      if (!areDigits(bytes, start + FILE_AT, FILE_KEY_BYTES)) return false
      this.#lastFile = this.#fileCode(bytes.toString('latin1', start + FILE_AT, start + OFFSET_AT))
      this.#lastFileAt = start + FILE_AT
    }
    this.kinds[row] = ID_KIND.uid
    this.files[row] = this.#lastFile
    this.offsets[row] = offsetHigh * 2 ** 30 + offsetLow
    this.lengths[row] = length
    return true
  }

  #isLastFile(bytes: Buffer, at: number): boolean {
    if (this.#lastFileAt < 0) return false
    const ahead = this.#lastFileAt - at
    for (let place = at; place < at + FILE_KEY_BYTES; place++) {
      if (bytes[place] !== bytes[(place + ahead) | 0]) return false
    }
    return true
  }

  #fileCode(key: string): number {
    let code = this.#fileCodes.get(key)
    if (code === undefined) {
      code = this.fileKeys.length
      this.fileKeys.push(key)
      this.#fileCodes.set(key, code)
    }
    return code
  }

  #reserve(row: number): void {
    if (row < this.kinds.length) return
    const size = Math.max(row + 1, this.kinds.length * 2)
    const { kinds, files, offsets, lengths } = this
    this.kinds = new Uint8Array(size)
    this.kinds.set(kinds)
    this.files = new Int32Array(size)
    this.files.set(files)
    this.offsets = new Float64Array(size)
    this.offsets.set(offsets)
    this.lengths = new Int32Array(size)
    this.lengths.set(lengths)
  }
}

/** The number that up to five characters say, or -1 if one of them is not in the alphabet. */
function readDigits(bytes: Buffer, start: number, characters: number): number {
  let value = 0
  let all = 0
  for (let at = start; at < start + characters; at++) {
    const digit = DIGITS[bytes[at]!]!
    all |= digit
    value = (value << 6) | digit
  }
  return all < 0 ? -1 : value
}

function areDigits(bytes: Buffer, start: number, characters: number): boolean {
  for (let at = start; at < start + characters; at++) if (DIGITS[bytes[at]!]! < 0) return false
  return true
}
