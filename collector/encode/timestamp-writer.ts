import type { Arena } from './arena.ts'

const TWO_32 = 2 ** 32
/** `2026-11-21T10:46:00` */
const SECOND_BYTES = 19
/** `.123456789Z` behind it. */
const TIMESTAMP_BYTES = 30
const DAY_SECONDS = 86_400
const POINT = 46
const ZULU = 90

/** The three digits of each number below 1000, in the lower three bytes, the first digit lowest. */
const DIGITS = new Uint32Array(1_000)
for (let number = 0; number < 1_000; number++) {
  const [hundreds, tens, ones] = Buffer.from(String(number).padStart(3, '0'), 'latin1')
  DIGITS[number] = hundreds! | (tens! << 8) | (ones! << 16)
}

/**
 * Writes nanoseconds as Elasticsearch's `strict_date_optional_time_nanos`, always with nine digits. Records come in
 * time order, so the calendar part is made once a second and copied after that.
 */
export class TimestampWriter {
  readonly #second = Buffer.alloc(SECOND_BYTES)
  #day = -1
  #secondHigh = -1
  #secondLow = 0

  /** Appends a timestamp, which takes 30 bytes. */
  write(arena: Arena, high: number, low: number): void {
    let nanoseconds = (high - this.#secondHigh) * TWO_32 + (low - this.#secondLow)
    if (!(nanoseconds >= 0 && nanoseconds < 1e9)) {
      this.#newSecond(high, low)
      nanoseconds = (high - this.#secondHigh) * TWO_32 + (low - this.#secondLow)
    }
    const { view, length: at } = arena
    arena.bytes.set(this.#second, at)
    const micros = (nanoseconds / 1_000) | 0
    const millis = (micros / 1_000) | 0
    const point = at + SECOND_BYTES
    // The second one writes a byte more than it has digits, which the third one writes over.
    view.setUint32(point, POINT | (DIGITS[millis]! << 8), true)
    view.setUint32(point + 4, DIGITS[micros - millis * 1_000]!, true)
    view.setUint32(point + 7, DIGITS[(nanoseconds | 0) - micros * 1_000]! | (ZULU << 24), true)
    arena.length = at + TIMESTAMP_BYTES
  }

  #newSecond(high: number, low: number): void {
    // Exact: every intermediate value is below 2^53.
    const highRest = high % 1e9
    const upper = highRest * 2 ** 16 + Math.floor(low / 2 ** 16)
    const lower = (upper % 1e9) * 2 ** 16 + (low % 2 ** 16)
    const nanoseconds = lower % 1e9
    const borrow = low < nanoseconds ? 1 : 0
    this.#secondHigh = high - borrow
    this.#secondLow = low - nanoseconds + borrow * TWO_32
    const seconds = Math.floor(high / 1e9) * TWO_32 + Math.floor(upper / 1e9) * 2 ** 16 + Math.floor(lower / 1e9)
    const day = Math.floor(seconds / DAY_SECONDS)
    if (day !== this.#day) {
      this.#day = day
      this.#second.write(new Date(seconds * 1_000).toISOString(), 0, SECOND_BYTES, 'latin1')
    }
    const ofDay = seconds - day * DAY_SECONDS
    this.#writeTwoDigits(11, Math.floor(ofDay / 3_600))
    this.#writeTwoDigits(14, Math.floor(ofDay / 60) % 60)
    this.#writeTwoDigits(17, ofDay % 60)
  }

  #writeTwoDigits(at: number, value: number): void {
    const tens = Math.floor(value / 10)
    this.#second[at] = 48 + tens
    this.#second[at + 1] = 48 + value - tens * 10
  }
}
