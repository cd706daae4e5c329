/**
 * Equality of two spans of the same bytes, eight at a time: native comparison costs more at these lengths. They are
 * compared as doubles, which is exact here. Sums are cut to 32 bits: V8 then indexes more than twice as fast.
 *
 * @param view of `bytes`
 * @param b where the span begins that is of right JSON: it has no zero byte, as both zeros do, and is UTF-8, which no NaN is
 */
export function equalBytes(view: DataView, bytes: Buffer, a: number, b: number, length: number): boolean {
  const ahead = (b - a) | 0
  const end = (a + length) | 0
  let at = a | 0
  if (length < 8) {
    for (; at < end; at = (at + 1) | 0) if (bytes[at] !== bytes[(at + ahead) | 0]) return false
    return true
  }
  // The last eight overlap those before.
  const last = (end - 8) | 0
  for (; at < last; at = (at + 8) | 0) {
    if (view.getFloat64(at, true) !== view.getFloat64((at + ahead) | 0, true)) return false
  }
  return view.getFloat64(last, true) === view.getFloat64((last + ahead) | 0, true)
}
