const TWO_32 = 2 ** 32
/** `2026-11-21T10:46:00` */
const SECOND_BYTES = 19
export const TIMESTAMP_BYTES = SECOND_BYTES + 11

/**
 * Writes nanoseconds as Elasticsearch's `strict_date_optional_time_nanos`, always with nine digits. Records come in
 * time order, so the calendar part is made once a second and copied after that.
 */
export class TimestampWriter {
  readonly #second = Buffer.alloc(SECOND_BYTES)
  #secondHigh = -1
  #secondLow = 0

  /** @returns the offset behind the timestamp, {@link TIMESTAMP_BYTES} further */
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
    const timeNs = (BigInt(high) << 32n) | BigInt(low)
    const seconds = timeNs / 1_000_000_000n
    const secondNs = seconds * 1_000_000_000n
    this.#secondHigh = Number(secondNs >> 32n)
    this.#secondLow = Number(secondNs & 0xffff_ffffn)
    this.#second.write(new Date(Number(seconds) * 1_000).toISOString().slice(0, SECOND_BYTES), 'latin1')
  }
}
