/**
 * Reads a `Retry-After` header: seconds, or the date of RFC 9110. Services write fractions too.
 *
 * @returns milliseconds from now, or undefined if there is no header or it says something else
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim() ?? ''
  if (/^\d{1,12}(?:\.\d{1,12})?$/.test(text)) return Number(text) * 1_000
  // Date.parse takes nearly everything for a date, a lone number too.
  const atMs = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs)
}
