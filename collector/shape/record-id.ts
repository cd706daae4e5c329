import { hash } from 'node:crypto'
import { fileKeyOf, RECORD_UID_BYTES, writeRecordUid } from '#lib/record-uid.ts'

/** Ids for records that came without one: the same for the same request, whatever rules make of it. */
export class RecordIds {
  readonly #id = Buffer.alloc(RECORD_UID_BYTES)
  #request: Buffer = Buffer.alloc(0)
  #key: Buffer | undefined

  /** Records of this request follow. */
  begin(request: Buffer): void {
    this.#request = request
    this.#key = undefined
  }

  /**
   * The id of a record, valid until the next call.
   *
   * @param high upper 32 bits of its time in nanoseconds
   * @param place which one it is of its request
   */
  of(high: number, low: number, place: number): Buffer {
    this.#key ??= fileKeyOf(hash('sha256', this.#request, 'buffer'))
    writeRecordUid(this.#id, 0, high, low, this.#key, place, 0)
    return this.#id
  }
}

/**
 * Whether a record is the one of `oneIn` that is kept. It depends on its id alone, so that it is decided the same again.
 *
 * @param seed of who asks: two that ask about the same record decide independently
 */
export function isSampled(bytes: Buffer, start: number, end: number, oneIn: number, seed: number): boolean {
  let mixed = mix(seed)
  for (let at = start; at < end; at++) mixed = Math.imul(mixed ^ bytes[at]!, 0x01000193)
  return (mix(mixed) >>> 0) % oneIn === 0
}

/** Has each bit of the number bear on all bits of the result: the end of MurmurHash3. */
function mix(number: number): number {
  let mixed = Math.imul(number ^ (number >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
