import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { instantOf, millisecondsOf, parseInstant, parsePast } from '../../../collector/query/instant.ts'

for (const [text, expected] of [
  ['2026-11-21T10:46:00.123456789Z', '2026-11-21T10:46:00.123456789Z'],
  ['2026-11-21T10:46:00.1+02:00', '2026-11-21T08:46:00.100000000Z'],
  ['2026-11-21T23:30:00-05:30', '2026-11-22T05:00:00.000000000Z'],
  ['2026-11-21', '2026-11-21T00:00:00.000000000Z'],
  ['2026-11-21t10:46z', '2026-11-21T10:46:00.000000000Z'],
  ['2026-02-30T00:00:00Z', undefined],
  ['2026-11-21T10:46:00', undefined],
  ['2026-11-21T25:00:00Z', undefined],
  ['1969-12-31T23:59:59Z', undefined],
  ['2300-01-01', undefined],
  ['now', undefined],
] as const) {
  test(`reads ${text}`, () => assert.equal(parseInstant(text), expected))
}

test('a duration is that long before now', () => {
  assert.equal(parsePast('15m', Date.UTC(2026, 10, 21, 10)), '2026-11-21T09:45:00.000000000Z')
  assert.equal(parsePast('300y', 1_000), '1970-01-01T00:00:00.000000000Z')
})

test('instants sort as time does, and milliseconds survive', () => {
  const time = fc.integer({ min: 0, max: Date.UTC(2262, 0, 1) })
  fc.assert(
    fc.property(time, time, (a, b) => {
      assert.equal(millisecondsOf(instantOf(a)), a)
      assert.equal(instantOf(a) < instantOf(b), a < b)
      assert.equal(parseInstant(instantOf(a)), instantOf(a))
    }),
  )
})
