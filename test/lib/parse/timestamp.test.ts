import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { TimestampParser } from '#lib/parse/timestamp.ts'

const parse = (parser: TimestampParser, text: string) => {
  const bytes = Buffer.from(text)
  return parser.parse(bytes, 0, bytes.length)
}
const nanoseconds = ({ high, low }: TimestampParser) => (BigInt(high) << 32n) | BigInt(low)

test('every form that runtimes write is read to the nanosecond', () => {
  const parser = new TimestampParser()
  const cases: [string, bigint][] = [
    ['2026-11-21T10:46:00.123456789Z', 1_795_257_960_123_456_789n],
    ['2026-11-21T10:46:00.1234567Z', 1_795_257_960_123_456_700n],
    ['2026-11-21T10:46:00Z', 1_795_257_960_000_000_000n],
    ['2026-11-21T15:05:02.303076265+05:30', 1_795_253_702_303_076_265n],
    ['2026-11-21T05:46:00.000000001-05:00', 1_795_257_960_000_000_001n],
    ['2026-12-31T23:59:60.5Z', 1_798_761_600_500_000_000n],
    ['1999-12-31T23:59:59.999999999Z', 946_684_799_999_999_999n],
  ]
  for (const [text, expected] of cases) {
    assert.equal(parse(parser, text), text.length, text)
    assert.equal(nanoseconds(parser), expected, text)
  }
})

test('what is no timestamp is refused and leaves the last one', () => {
  const parser = new TimestampParser()
  parse(parser, '2026-11-21T10:46:00.123456789Z')
  const before = nanoseconds(parser)
  const refused = [
    '',
    '2026',
    '2026-11-21 10:46:00Z',
    '2026-13-21T10:46:00Z',
    '2026-02-30T10:46:00Z',
    '2026-11-21T10:46:00',
    '2026-11-21T10:46:00.Z',
    '2026-11-21T10:46:00.1234567890Z',
    '2026-11-21T10:46:0xZ',
    '2026-11-21T10:46:00+25:00',
    '1969-12-31T23:59:59Z',
    '2400-01-01T00:00:00Z',
  ]
  for (const text of refused) {
    assert.equal(parse(parser, text), -1, text)
    assert.equal(nanoseconds(parser), before, text)
  }
})

test('agrees with Date on any instant, whatever came before', () => {
  const instant = fc.record({
    ms: fc.integer({ min: 3 * 86_400_000, max: 9_000_000_000_000 }),
    fraction: fc.integer({ min: 0, max: 999_999 }),
    digits: fc.constantFrom(0, 3, 6, 9),
    offsetMinutes: fc.option(fc.integer({ min: -14 * 60, max: 14 * 60 }), { nil: undefined }),
  })
  const parser = new TimestampParser()
  fc.assert(
    fc.property(instant, ({ ms, fraction, digits, offsetMinutes }) => {
      const shown = new Date(ms + (offsetMinutes ?? 0) * 60_000).toISOString()
      fc.pre(shown.length === 24)
      const nine = `${shown.slice(20, 23)}${String(fraction).padStart(6, '0')}`
      const kept = nine.slice(0, digits)
      const minutes = Math.abs(offsetMinutes ?? 0)
      const two = (value: number) => String(value).padStart(2, '0')
      const sign = (offsetMinutes ?? 0) < 0 ? '-' : '+'
      const zone = offsetMinutes === undefined ? 'Z' : `${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
      const text = `${shown.slice(0, 19)}${kept === '' ? '' : `.${kept}`}${zone}`
      assert.equal(parse(parser, text), text.length, text)
      const expected = BigInt(Math.floor(ms / 1_000)) * 1_000_000_000n + BigInt(kept.padEnd(9, '0'))
      assert.equal(nanoseconds(parser), expected, text)
    }),
    { numRuns: 2_000 },
  )
})
