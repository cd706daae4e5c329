import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatBytes, parseBytes } from '#lib/bytes.ts'
import { formatDuration, parseDuration } from '#lib/duration.ts'

test('durations are read as Prometheus reads them', () => {
  const cases: [string, number | undefined][] = [
    ['0', 0],
    ['250ms', 250],
    ['1h30m', 5_400_000],
    ['1y2w3d4h5m6s7ms', 365 * 86_400_000 + 17 * 86_400_000 + 4 * 3_600_000 + 5 * 60_000 + 6_007],
    ['', undefined],
    ['1.5h', undefined],
    ['30m1h', undefined],
    ['-5s', undefined],
    ['5', undefined],
    ['99999999999999999y', undefined],
  ]
  for (const [text, expected] of cases) assert.equal(parseDuration(text), expected, text)
})

test('a printed duration reads back as itself', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 1e13 }), (ms) => assert.equal(parseDuration(formatDuration(ms)), ms)))
})

test('sizes take decimal and binary units', () => {
  const cases: [string, number | undefined][] = [
    ['1024', 1024],
    ['64MiB', 64 * 1024 ** 2],
    ['64Mi', 64 * 1024 ** 2],
    ['1.5 GiB', 1.5 * 1024 ** 3],
    ['10MB', 10e6],
    ['10 parsecs', undefined],
    ['-1', undefined],
    ['', undefined],
  ]
  for (const [text, expected] of cases) assert.equal(parseBytes(text), expected, text)
  assert.equal(formatBytes(1_572_864), '1.5MiB')
  assert.equal(formatBytes(900), '900B')
})

test('no text makes either of them throw or give anything but a whole number', () => {
  const units = fc.constantFrom(
    '1',
    '30',
    'ms',
    's',
    'm',
    'h',
    'd',
    'w',
    'y',
    'KiB',
    'MB',
    '.',
    ' ',
    '-',
    'constructor',
    '9999999',
  )
  const texts = fc.oneof(
    fc.array(units, { maxLength: 6 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary' }),
  )
  fc.assert(
    fc.property(texts, (text) => {
      for (const value of [parseDuration(text), parseBytes(text)]) {
        if (value !== undefined) assert.ok(Number.isSafeInteger(value) && value >= 0, `${text}: ${value}`)
      }
    }),
    { numRuns: 2_000 },
  )
})

test('a duration is the sum of its parts, whatever is left out', () => {
  const unitMs = { y: 31_536_000_000, w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 }
  const parts = fc.record(Object.fromEntries(Object.keys(unitMs).map((unit) => [unit, fc.nat(1_000)])), {
    requiredKeys: [],
  })
  fc.assert(
    fc.property(parts, (given) => {
      const units = Object.entries(unitMs).filter(([unit]) => given[unit] !== undefined)
      fc.pre(units.length > 0)
      const text = units.map(([unit]) => `${given[unit]}${unit}`).join('')
      assert.equal(
        parseDuration(text),
        units.reduce((sum, [unit, ms]) => sum + given[unit]! * ms, 0),
      )
    }),
  )
})

test('a printed size reads back as nearly itself', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (bytes) => {
      const read = parseBytes(formatBytes(bytes))!
      assert.ok(Math.abs(read - bytes) <= bytes * 0.005, `${bytes}: ${formatBytes(bytes)}`)
    }),
  )
})
