const ZERO = 0x30
const MINUS = 0x2d
const POINT = 0x2e
/** Integers up to here are exact. */
const MAX_MILLIONTHS = 2 ** 53
const INFINITY = Buffer.from('+Inf')
const NOT_A_NUMBER = Buffer.from('NaN')
/** Longest number as text. */
export const MAX_NUMBER_BYTES = 26

/** Writes a number as Prometheus reads it, and returns the offset behind it. The target has room for the longest. */
export function writeNumber(target: Buffer, at: number, value: number): number {
  if (Number.isSafeInteger(value)) return writeInteger(target, at, value)
  if (!Number.isFinite(value)) return writeOther(target, at, value)
  const millionths = Math.round(Math.abs(value) * 1e6)
  // The division is exact to the last bit, so the decimal that it stands for is read as the same number.
  if (millionths < MAX_MILLIONTHS && millionths / 1e6 === Math.abs(value))
    return writeDecimal(target, at, value, millionths)
  const text = String(value)
  for (let index = 0; index < text.length; index = (index + 1) | 0) target[(at + index) | 0] = text.charCodeAt(index)
  return at + text.length
}

/** Most numbers with a fraction are seconds, of which somebody counted parts. */
function writeDecimal(target: Buffer, start: number, value: number, millionths: number): number {
  let at = start
  if (value < 0) target[at++] = MINUS
  const whole = Math.floor(millionths / 1e6)
  at = writeInteger(target, at, whole)
  target[at++] = POINT
  let end = writeDigits(target, at + 6, (millionths - whole * 1e6) | 0, at)
  while (target[end - 1] === ZERO) end -= 1
  return end
}

function writeInteger(target: Buffer, start: number, value: number): number {
  let at = start
  let rest = value
  if (value < 0) {
    target[at++] = MINUS
    rest = -value
  }
  // Divisions of small integers are much faster.
  if (rest >= 1e9) {
    const upper = Math.floor(rest / 1e9)
    at = writeInteger(target, at, upper)
    return writeDigits(target, at + 9, (rest - upper * 1e9) | 0, at)
  }
  const small = rest | 0
  const end = at + digitsOf(small)
  return writeDigits(target, end, small, at)
}

/** Writes digits from the end on, down to an offset; returns the end. */
function writeDigits(target: Buffer, end: number, value: number, start: number): number {
  let rest = value
  for (let at = (end - 1) | 0; at >= start; at = (at - 1) | 0) {
    const quotient = (rest / 10) | 0
    target[at] = (ZERO + rest - quotient * 10) | 0
    rest = quotient
  }
  return end
}

function digitsOf(value: number): number {
  if (value < 1e4) return value < 100 ? (value < 10 ? 1 : 2) : value < 1e3 ? 3 : 4
  return value < 1e6 ? (value < 1e5 ? 5 : 6) : value < 1e7 ? 7 : value < 1e8 ? 8 : 9
}

function writeOther(target: Buffer, at: number, value: number): number {
  if (Number.isNaN(value)) return at + NOT_A_NUMBER.copy(target, at)
  const to = at + INFINITY.copy(target, at)
  if (value < 0) target[at] = MINUS
  return to
}
