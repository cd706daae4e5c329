/**
 * Equality of two spans of the same bytes, eight at a time: native comparison costs more at these lengths. They are
 * compared as doubles, which is exact here.
 *
 * @param view of `bytes`
 * @param b where the span begins that is of right JSON: it has no zero byte, as both zeros do, and is UTF-8, which no NaN is
 */
export function equalBytes(view: DataView, bytes: Buffer, a: number, b: number, length: number): boolean {
  let offset = 0
  for (const whole = length - 7; offset < whole; offset += 8) {
    if (view.getFloat64(a + offset, true) !== view.getFloat64(b + offset, true)) return false
  }
  for (; offset < length; offset++) if (bytes[a + offset] !== bytes[b + offset]) return false
  return true
}
