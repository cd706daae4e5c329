import { randomBytes } from 'node:crypto'

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const TIME_DIGITS = 10
const RANDOM_DIGITS = 16

/** A name that no other member has: a ULID, which is its time in milliseconds and chance, in 26 characters that sort by time. */
export function makeUpName(nowMs: number): string {
  let time = ''
  for (let rest = nowMs; time.length < TIME_DIGITS; rest = Math.floor(rest / 32)) time = DIGITS[rest % 32] + time
  const random = Array.from(randomBytes(RANDOM_DIGITS), (byte) => DIGITS[byte % 32])
  return time + random.join('')
}
