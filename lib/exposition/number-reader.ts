const PLUS = 0x2b
const MINUS = 0x2d
const DOT = 0x2e
const ZERO = 0x30
const LOWER_E = 0x65
const UPPER_E = 0x45
/** More digits are not exact in a double, so that they need the slow way. */
const EXACT_DIGITS = 15
/** Powers of ten that a double holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`))
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/
const INFINITY = /^[+-]?inf(?:inity)?$/i
const NOT_A_NUMBER = /^nan$/i

/**
 * Numbers as Prometheus reads them: Go's `ParseFloat` without hexadecimal digits and underscores. Like there, one beyond
 * the range of a double is none.
 */
export class NumberReader {
  /** What was read. */
  value = 0

  /** Whether the bytes are a number, all of them. */
  read(bytes: Buffer, from: number, to: number): boolean {
    let at = from
    const sign = bytes[at]
    if (sign === MINUS || sign === PLUS) at++
    let mantissa = 0
    let digits = 0
    let fraction = 0
    let hasPoint = false
    for (; at < to; at++) {
      const byte = bytes[at]!
      const digit = byte - ZERO
      if (digit >= 0 && digit <= 9) {
        mantissa = mantissa * 10 + digit
        digits++
        if (hasPoint) fraction++
      } else if (byte === DOT && !hasPoint) hasPoint = true
      else break
    }
    if (digits === 0 || digits > EXACT_DIGITS) return this.#readSlowly(bytes, from, to)
    let scale = -fraction
    if (at < to) {
      const exponent = this.#readExponent(bytes, at, to)
      if (exponent === undefined) return this.#readSlowly(bytes, from, to)
      scale += exponent
    }
    if (scale < -22 || scale > 22) return this.#readSlowly(bytes, from, to)
    // Both are exact, so that the result is rounded once.
    const value = scale < 0 ? mantissa / POWERS[-scale]! : mantissa * POWERS[scale]!
    this.value = sign === MINUS ? -value : value
    return true
  }

  /** Of at most two digits; undefined for all else. */
  #readExponent(bytes: Buffer, from: number, to: number): number | undefined {
    if (bytes[from] !== LOWER_E && bytes[from] !== UPPER_E) return undefined
    let at = from + 1
    const sign = bytes[at]
    if (sign === MINUS || sign === PLUS) at++
    if (at >= to || to - at > 2) return undefined
    let exponent = 0
    for (; at < to; at++) {
      const digit = bytes[at]! - ZERO
      if (digit < 0 || digit > 9) return undefined
      exponent = exponent * 10 + digit
    }
    return sign === MINUS ? -exponent : exponent
  }

  #readSlowly(bytes: Buffer, from: number, to: number): boolean {
    const text = bytes.toString('latin1', from, to)
    if (DECIMAL.test(text)) {
      this.value = Number(text)
      return Number.isFinite(this.value)
    }
    if (NOT_A_NUMBER.test(text)) this.value = Number.NaN
    else if (INFINITY.test(text)) this.value = text.startsWith('-') ? -Infinity : Infinity
    else return false
    return true
  }
}
