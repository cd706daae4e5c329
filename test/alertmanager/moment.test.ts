import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareMoments, formatMilli, formatNano, isZero, momentOf, parseMoment } from '../../alertmanager/moment.ts'

test('times are read in every form that the API takes, and written back as they came', () => {
  // The form in notifications, then the form in the API.
  const cases: [string, string, string][] = [
    ['2026-11-21T10:00:00Z', '2026-11-21T10:00:00Z', '2026-11-21T10:00:00.000Z'],
    ['2026-11-21T10:00:00.120Z', '2026-11-21T10:00:00.12Z', '2026-11-21T10:00:00.120Z'],
    ['2026-11-21T10:00:00.123456789+02:00', '2026-11-21T10:00:00.123456789+02:00', '2026-11-21T10:00:00.123+02:00'],
    ['2026-11-21T10:00:00.9999-0530', '2026-11-21T10:00:00.9999-05:30', '2026-11-21T10:00:00.999-05:30'],
    ['2026-11-21T10:00:00+00:00', '2026-11-21T10:00:00Z', '2026-11-21T10:00:00.000Z'],
    ['2026-11-21T10:00:00', '2026-11-21T10:00:00Z', '2026-11-21T10:00:00.000Z'],
    ['2026-11-21 10:00:00', '2026-11-21T10:00:00Z', '2026-11-21T10:00:00.000Z'],
    ['2026-11-21', '2026-11-21T00:00:00Z', '2026-11-21T00:00:00.000Z'],
    ['', '1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
    ['0001-01-01T00:00:00.000Z', '0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ]
  for (const [text, nano, milli] of cases) {
    const moment = parseMoment(text)
    assert.ok(moment !== undefined, text)
    assert.deepEqual([formatNano(moment), formatMilli(moment)], [nano, milli])
  }
})

test('anything else is no time', () => {
  for (const text of ['xx', '10:00', '2026-02-30', '2026-11-21T24:00:00Z', '2026-13-01', '2026-11-21T10:00:60Z', ' ']) {
    assert.equal(parseMoment(text), undefined, text)
  }
})

test('the zero time of Go is recognised, and no other', () => {
  assert.ok(isZero(parseMoment('0001-01-01T00:00:00.000Z')!))
  assert.ok(!isZero(parseMoment('0001-01-01T00:00:00.000000001Z')!))
  assert.ok(!isZero(momentOf(0)))
})

test('a printed moment reads back as itself', () => {
  const moment = fc.record({
    ms: fc.integer({ min: Date.UTC(1, 0, 2), max: Date.UTC(9998, 0, 1) }),
    ns: fc.nat(999_999),
    offsetMinutes: fc.integer({ min: -840, max: 840 }),
  })
  fc.assert(fc.property(moment, (value) => assert.deepEqual(parseMoment(formatNano(value)), { ...value })))
})

test('moments compare by time, whatever their zone', () => {
  const [noon, later] = [parseMoment('2026-11-21T12:00:00+02:00')!, parseMoment('2026-11-21T10:00:00.000000001Z')!]
  assert.ok(compareMoments(noon, later) < 0)
})
