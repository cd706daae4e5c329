import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDateMath } from '../../../store/time/date-math.ts'
import { formatNanos } from '../../../store/time/format-date.ts'
import { type CalendarUnit, floorToUnit, nextUnit } from '../../../store/time/rounding.ts'
import { parseZone, utcOf } from '../../../store/time/zone.ts'

const NOW = Date.parse('2026-11-21T14:35:12.345Z')

function read(text: string, { roundUp = false, zone = 'UTC' } = {}): string | undefined {
  const ns = parseDateMath(text, { formats: ['iso', 'epoch_millis'], nowMs: NOW, zone: parseZone(zone)!, roundUp })
  return ns === undefined ? undefined : formatNanos(ns)
}

test('date math: anchors, steps, rounding and what is none', () => {
  const cases: readonly (readonly [string, object, string | undefined])[] = [
    ['now', {}, '2026-11-21T14:35:12.345Z'],
    ['now-5m', {}, '2026-11-21T14:30:12.345Z'],
    ['now-5m/d', {}, '2026-11-21T00:00:00.000Z'],
    ['now/d', { roundUp: true }, '2026-11-21T23:59:59.999999999Z'],
    ['now/w', {}, '2026-11-16T00:00:00.000Z'],
    ['now/M', { roundUp: true }, '2026-11-30T23:59:59.999999999Z'],
    ['now+h', {}, '2026-11-21T15:35:12.345Z'],
    ['2026-01-31||+1M', {}, '2026-02-28T00:00:00.000Z'],
    ['2024-02-29||+1y', {}, '2025-02-28T00:00:00.000Z'],
    ['2026-11-21||/y', {}, '2026-01-01T00:00:00.000Z'],
    ['2026-11-21', { roundUp: true }, '2026-11-21T23:59:59.999999999Z'],
    ['2026-11-21T10:00:00.000000001Z', { roundUp: true }, '2026-11-21T10:00:00.000000001Z'],
    ['2026-11-21', { zone: 'Europe/Berlin' }, '2026-11-20T23:00:00.000Z'],
    ['2026-11-21T10:00:00Z', { zone: 'Europe/Berlin' }, '2026-11-21T10:00:00.000Z'],
    ['now/d', { zone: '+02:00' }, '2026-11-20T22:00:00.000Z'],
    ['1795255200000', {}, '2026-11-21T10:00:00.000Z'],
    ['now-5', {}, undefined],
    ['now/x', {}, undefined],
    ['someday', {}, undefined],
    ['now+999999999y', {}, undefined],
  ]
  for (const [text, options, expected] of cases) assert.equal(read(text, options), expected, text)
})

test('units of the calendar follow the clocks of a zone', () => {
  const berlin = parseZone('Europe/Berlin')!
  const bounds = (time: string, unit: CalendarUnit) => {
    const start = floorToUnit(Date.parse(time), unit, berlin)
    return [start, nextUnit(start, unit, berlin)].map((ms) => new Date(ms).toISOString())
  }
  // Clocks went forward on 29 March and back on 25 October 2026.
  assert.deepEqual(bounds('2026-03-29T12:00:00Z', 'day'), ['2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'])
  assert.deepEqual(bounds('2026-10-25T12:00:00Z', 'day'), ['2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'])
  assert.deepEqual(bounds('2026-11-21T12:00:00Z', 'quarter'), ['2026-09-30T22:00:00.000Z', '2026-12-31T23:00:00.000Z'])
  assert.deepEqual(bounds('2026-01-01T12:00:00Z', 'week'), ['2025-12-28T23:00:00.000Z', '2026-01-04T23:00:00.000Z'])
  assert.equal(utcOf(berlin, Date.parse('2026-07-01T00:00:00Z')), Date.parse('2026-06-30T22:00:00Z'))
  assert.equal(parseZone('Mars/Base'), undefined)
  assert.equal(parseZone('+25:00'), undefined)
})
