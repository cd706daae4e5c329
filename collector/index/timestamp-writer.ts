const TWO_32 = 2 ** 32
/** `2026-11-21T10:46:00` */
const SECOND_BYTES = 19
const DAY_SECONDS = 86_400

/**
 * Writes nanoseconds as Elasticsearch's `strict_date_optional_time_nanos`, always with nine digits. Records come in
 * time order, so the calendar part is made once a second and copied after that.
 */
export class TimestampWriter {
  readonly #second = Buffer.alloc(SECOND_BYTES)
  #day = -1
  #secondHigh = -1
  #secondLow = 0

  /** @returns the offset behind the timestamp, 30 bytes further */
  write(target: Buffer, at: number, high: number, low: number): number {
    let nanoseconds = (high - this.#secondHigh) * TWO_32 + (low - this.#secondLow)
    if (!(nanoseconds >= 0 && nanoseconds < 1e9)) {
      this.#newSecond(high, low)
      nanoseconds = (high - this.#secondHigh) * TWO_32 + (low - this.#secondLow)
    }
    const second = this.#second
    for (let index = 0; index < SECOND_BYTES; index++) target[at + index] = second[index]!
    const point = at + SECOND_BYTES
    target[point] = 46
    let rest = nanoseconds | 0
    for (let digit = 9; digit > 0; digit--) {
      const tenth = (rest / 10) | 0
      target[point + digit] = 48 + rest - tenth * 10
      rest = tenth
    }
    target[point + 10] = 90
    return point + 11
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
