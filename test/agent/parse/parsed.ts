import type { ContentParser } from '#lib/parse/fields.ts'
import { Fields } from '#lib/parse/fields.ts'

/** What a parser found, as a test compares it. */
export interface Parsed {
  readonly matched: boolean
  readonly severity: number
  readonly text: string
  readonly traceId: string
  readonly spanId: string
  readonly timeNs: bigint
  readonly message: string
}

const BEFORE = Buffer.from('level=fatal [ERROR] "')
/** Would be misread by a parser that leaves the body: digits, quotes, ends of everything. */
const BEHIND = Buffer.from('":"ERROR","level":"FATAL"}ERROR: 0123456789abcdef0123456789abcdef] "x" 500 1\n')

/** Parses a body that is in the middle of a buffer, whose other bytes must not count. */
export function parsed(parser: ContentParser, body: string | Buffer, behind = BEHIND): Parsed {
  const content = Buffer.from(body as string)
  const bytes = Buffer.concat([BEFORE, content, behind])
  const fields = new Fields()
  // What an earlier record left behind must not show.
  Object.assign(fields, {
    severityNumber: 7,
    severityEnd: 9,
    traceIdStart: 3,
    spanIdStart: 3,
    timeHigh: 1,
    messageEnd: 5,
  })
  const start = BEFORE.length
  const end = start + content.length
  const matched = parser.parse(fields, bytes, start, end)
  const range = (from: number, to: number) => {
    if (from === to) return ''
    if (from < start || to > end || from > to) throw new Error(`${from}..${to} is outside of ${start}..${end}`)
    const piece = bytes.subarray(from, to)
    if (!Buffer.from(piece.toString()).equals(piece)) throw new Error(`${from}..${to} cuts a character`)
    return piece.toString()
  }
  return {
    matched,
    severity: fields.severityNumber,
    text: range(fields.severityStart, fields.severityEnd),
    traceId: fields.traceIdStart < 0 ? '' : range(fields.traceIdStart, fields.traceIdStart + 32),
    spanId: fields.spanIdStart < 0 ? '' : range(fields.spanIdStart, fields.spanIdStart + 16),
    timeNs: (BigInt(fields.timeHigh) << 32n) | BigInt(fields.timeLow),
    message: range(fields.messageStart, fields.messageEnd),
  }
}
