const TWO_32 = 2 ** 32
/** `2026-11-21T10:46:00` */
const SECOND_BYTES = 19

/**
 * Writes nanoseconds as Elasticsearch's `strict_date_optional_time_nanos`, always with nine digits. Records come in
 * time order, so the calendar part is made once a second and copied after that.
 */
export class TimestampWriter {
  readonly #second = Buffer.alloc(SECOND_BYTES)
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
    for (let digit = 9; digit > 0; digit--) {
      const rest = Math.floor(nanoseconds / 10)
      target[point + digit] = 48 + nanoseconds - rest * 10
      nanoseconds = rest
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
    this.#second.write(new Date(seconds * 1_000).toISOString(), 0, SECOND_BYTES, 'latin1')
  }
}
