import { setTime } from '#lib/parse/body-time.ts'
import type { Fields } from '#lib/parse/fields.ts'

const COLON = 58
const SPACE = 32
const PLUS = 43
const DASH = 45
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
/** `21/Nov/2026:10:00` */
const MINUTE_BYTES = 17
const MINUTE = /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):([01]\d|2[0-3]):([0-5]\d)$/
/** `21/Nov/2026:10:00:00 +0000` */
export const COMMON_TIME_BYTES = 26

/** Reads the time of access logs in the common format. The calendar is worked out once a minute and compared after that. */
export class CommonTime {
  readonly #minute = Buffer.alloc(MINUTE_BYTES)
  #minuteSeconds = 0

  /** Sets the time of `fields` if the 26 bytes at `start` are one. */
  read(fields: Fields, bytes: Buffer, start: number): void {
    for (let index = MINUTE_BYTES - 1; index >= 0; index--) {
      if (bytes[(start + index) | 0] === this.#minute[index]) continue
      if (!this.#newMinute(bytes, start)) return
      break
    }
    const at = start + MINUTE_BYTES
    const sign = bytes[at + 4]
    if (bytes[at] !== COLON || bytes[at + 3] !== SPACE || (sign !== PLUS && sign !== DASH)) return
    const seconds = twoDigits(bytes, at + 1)
    const zoneSeconds = (twoDigits(bytes, at + 5) * 60 + twoDigits(bytes, at + 7)) * 60
    const epoch = this.#minuteSeconds + seconds - (sign === PLUS ? zoneSeconds : -zoneSeconds)
    if (seconds <= 60 && epoch > 0) setTime(fields, epoch, 0)
  }

  #newMinute(bytes: Buffer, start: number): boolean {
    const match = MINUTE.exec(bytes.toString('latin1', start, start + MINUTE_BYTES))
    if (match === null) return false
    const [, day, month, year, hours, minutes] = match
    const index = MONTHS.indexOf(month!)
    const date = new Date(Date.UTC(Number(year), index, Number(day), Number(hours), Number(minutes)))
    if (index < 0 || date.getUTCDate() !== Number(day)) return false
    this.#minuteSeconds = date.getTime() / 1_000
    bytes.copy(this.#minute, 0, start, start + MINUTE_BYTES)
    return true
  }
}

/** NaN if they are none. */
function twoDigits(bytes: Buffer, at: number): number {
  const tens = bytes[at]! - 48
  const ones = bytes[at + 1]! - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}
