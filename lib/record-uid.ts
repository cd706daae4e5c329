/**
 * `log.record.uid`: the same for a log record however often its bytes are read, and in time order when sorted as text.
 *
 * ```
 * time of the record, ns   11 characters   big endian
 * file key                 11              of container instance and first record of the file
 * first byte in the file    7
 * bytes of the line         5              up to and without its newline
 * ```
 * 34 characters of a base-64 alphabet that is in ASCII order. A record whose parts lie in two files (a rotation cut
 * it) has the key of the second file and the end offset there appended: 18 characters more.
 */
export const RECORD_UID_BYTES = 34
export const SPANNING_RECORD_UID_BYTES = 52
export const FILE_KEY_BYTES = 11
const TIME_CHARACTERS = 11
const OFFSET_CHARACTERS = 7
const LENGTH_CHARACTERS = 5

/** ASCII order, and nothing that Lucene's query syntax or a URL would take for its own. */
const ALPHABET = Buffer.from('.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz', 'latin1')
const DIGITS = new Int8Array(256).fill(-1)
for (const [digit, character] of ALPHABET.entries()) DIGITS[character] = digit

/** Offsets above this (4 TiB) would not fit; no log file gets there. */
export const MAX_UID_OFFSET = 64 ** OFFSET_CHARACTERS - 1

/**
 * Writes a uid of {@link RECORD_UID_BYTES} bytes. Called once per record: it allocates nothing.
 *
 * @param timeHigh upper 32 bits of the time in nanoseconds, unsigned
 * @param timeLow lower 32 bits, unsigned
 */
export function writeRecordUid(
  target: Buffer,
  at: number,
  timeHigh: number,
  timeLow: number,
  fileKey: Buffer,
  startOffset: number,
  lengthBytes: number,
): void {
  writeTime(target, at, timeHigh, timeLow)
  for (let index = 0; index < FILE_KEY_BYTES; index++) target[at + TIME_CHARACTERS + index] = fileKey[index]!
  const offsetAt = at + TIME_CHARACTERS + FILE_KEY_BYTES
  writeOffset(target, offsetAt, startOffset)
  writeLength(target, offsetAt + OFFSET_CHARACTERS, lengthBytes)
}

/**
 * A uid within bytes that are copied for record after record. Of one file's consecutive records only the ends of time
 * and offset and the length differ; so only those digits are written again (measured: 30 ns against 75 ns).
 */
export class RecordUidTemplate {
  readonly #bytes: Buffer
  readonly #at: number
  #fileKey: Buffer | undefined
  #timeHigh = 0
  #timeTop = 0
  #offsetTop = 0

  /** `bytes` hold the uid from `at` on. */
  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.#at = at
  }

  /** Makes the uid in the bytes that of a record; see {@link writeRecordUid}. A file key is never changed in place. */
  set(timeHigh: number, timeLow: number, fileKey: Buffer, startOffset: number, lengthBytes: number): void {
    const offsetTop = Math.floor(startOffset / 2 ** 24)
    if (
      fileKey !== this.#fileKey ||
      timeHigh !== this.#timeHigh ||
      timeLow >>> 30 !== this.#timeTop ||
      offsetTop !== this.#offsetTop
    ) {
      writeRecordUid(this.#bytes, this.#at, timeHigh, timeLow, fileKey, startOffset, lengthBytes)
      this.#fileKey = fileKey
      this.#timeHigh = timeHigh
      this.#timeTop = timeLow >>> 30
      this.#offsetTop = offsetTop
      return
    }
    const bytes = this.#bytes
    const offsetAt = this.#at + TIME_CHARACTERS + FILE_KEY_BYTES
    writeLowTime(bytes, this.#at, timeLow)
    writeLowOffset(bytes, offsetAt, startOffset % 2 ** 24)
    writeLength(bytes, offsetAt + OFFSET_CHARACTERS, lengthBytes)
  }
}

/** Appends what a record that ends in another file than it began has more: {@link SPANNING_RECORD_UID_BYTES} in all. */
export function writeSpanSuffix(target: Buffer, uidAt: number, endFileKey: Buffer, endOffset: number): void {
  endFileKey.copy(target, uidAt + RECORD_UID_BYTES)
  writeOffset(target, uidAt + RECORD_UID_BYTES + FILE_KEY_BYTES, endOffset)
}

/** The text of a 64-bit file key. */
export function fileKeyOf(hash: Buffer): Buffer {
  const key = Buffer.alloc(FILE_KEY_BYTES)
  writeTime(key, 0, hash.readUInt32BE(0), hash.readUInt32BE(4))
  return key
}

function writeTime(target: Buffer, at: number, high: number, low: number): void {
  target[at] = ALPHABET[high >>> 28]!
  target[at + 1] = ALPHABET[(high >>> 22) & 63]!
  target[at + 2] = ALPHABET[(high >>> 16) & 63]!
  target[at + 3] = ALPHABET[(high >>> 10) & 63]!
  target[at + 4] = ALPHABET[(high >>> 4) & 63]!
  target[at + 5] = ALPHABET[((high & 15) << 2) | (low >>> 30)]!
  writeLowTime(target, at, low)
}

/** The lower 30 bits of a time. */
function writeLowTime(target: Buffer, at: number, low: number): void {
  target[at + 6] = ALPHABET[(low >>> 24) & 63]!
  target[at + 7] = ALPHABET[(low >>> 18) & 63]!
  target[at + 8] = ALPHABET[(low >>> 12) & 63]!
  target[at + 9] = ALPHABET[(low >>> 6) & 63]!
  target[at + 10] = ALPHABET[low & 63]!
}

function writeOffset(target: Buffer, at: number, offset: number): void {
  const high = Math.floor(offset / 2 ** 24)
  target[at] = ALPHABET[(high >>> 12) & 63]!
  target[at + 1] = ALPHABET[(high >>> 6) & 63]!
  target[at + 2] = ALPHABET[high & 63]!
  writeLowOffset(target, at, offset % 2 ** 24)
}

/** The lower 24 bits of an offset. */
function writeLowOffset(target: Buffer, at: number, low: number): void {
  target[at + 3] = ALPHABET[(low >>> 18) & 63]!
  target[at + 4] = ALPHABET[(low >>> 12) & 63]!
  target[at + 5] = ALPHABET[(low >>> 6) & 63]!
  target[at + 6] = ALPHABET[low & 63]!
}

function writeLength(target: Buffer, at: number, length: number): void {
  target[at] = ALPHABET[(length >>> 24) & 63]!
  target[at + 1] = ALPHABET[(length >>> 18) & 63]!
  target[at + 2] = ALPHABET[(length >>> 12) & 63]!
  target[at + 3] = ALPHABET[(length >>> 6) & 63]!
  target[at + 4] = ALPHABET[length & 63]!
}

/** What a uid of the plain form says. Made for columns and tools, not for the hot path. */
export interface RecordUid {
  readonly timeNs: bigint
  /** Eleven characters. */
  readonly fileKey: string
  readonly startOffset: number
  readonly lengthBytes: number
}

/** Reads a uid of the plain form, or returns undefined if the text is anything else. */
export function parseRecordUid(uid: string): RecordUid | undefined {
  if (uid.length !== RECORD_UID_BYTES) return undefined
  for (let index = 0; index < uid.length; index++) if ((DIGITS[uid.charCodeAt(index)] ?? -1) < 0) return undefined
  let timeNs = 0n
  for (let index = 0; index < TIME_CHARACTERS; index++) timeNs = (timeNs << 6n) | BigInt(DIGITS[uid.charCodeAt(index)]!)
  const offsetAt = TIME_CHARACTERS + FILE_KEY_BYTES
  return {
    timeNs,
    fileKey: uid.slice(TIME_CHARACTERS, offsetAt),
    startOffset: readNumber(uid, offsetAt, OFFSET_CHARACTERS),
    lengthBytes: readNumber(uid, offsetAt + OFFSET_CHARACTERS, LENGTH_CHARACTERS),
  }
}

function readNumber(uid: string, at: number, characters: number): number {
  let value = 0
  for (let index = at; index < at + characters; index++) value = value * 64 + DIGITS[uid.charCodeAt(index)]!
  return value
}
