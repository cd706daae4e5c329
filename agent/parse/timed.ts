import type { ContentParser } from '#lib/parse/fields.ts'
import type { Line } from '../decode/line.ts'

/** In units of the upper half, which is 4.3 seconds: the begin of 1971, and a day. */
const FIRST_HIGH = Math.floor(31_536_000e9 / 2 ** 32)
const DAY_HIGH = Math.ceil(86_400e9 / 2 ** 32)

/**
 * Parses the body of a line with a parser that looks for the time. One that cannot be is dropped: a clock that was never
 * set says 1970, and a record from the future would hide all others of its day. It is measured by the runtime's time and
 * not by the clock, so that a re-read finds the same.
 */
export function parseTimed(
  parser: ContentParser,
  { fields, timeHigh, timeLow, bytes, bodyStart, bodyEnd }: Line,
): void {
  fields.nearHigh = timeHigh
  fields.nearLow = timeLow
  parser.parse(fields, bytes, bodyStart, bodyEnd)
  if (fields.timeHigh >= FIRST_HIGH && fields.timeHigh - timeHigh <= DAY_HIGH) return
  fields.timeHigh = 0
  fields.timeLow = 0
}
