import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TimeLeaves } from '../../../store/json/time-leaves.ts'
import { DAY_NS } from '../../../store/time/day.ts'

const DAY = Date.UTC(2026, 10, 21) / 86_400_000

function read(values: readonly string[]): { times: TimeLeaves; starts: number[]; ends: number[] } {
  const bytes = Buffer.from(values.map((value) => `"${value}",`).join(''))
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const times = new TimeLeaves()
  const starts: number[] = []
  const ends: number[] = []
  let at = 1
  for (const value of values) {
    starts.push(at)
    const end = times.read(bytes, view, at)
    if (end >= 0) assert.equal(end, at + value.length)
    ends.push(end)
    at += value.length + 3
  }
  return { times, starts, ends }
}

test('times are read whatever their length, and found again in any order', () => {
  const values = Array.from({ length: 3_000 }, (_, second) => {
    const digits = second % 10
    const fraction =
      digits === 0
        ? ''
        : `.${String(second * 7919)
            .padStart(9, '0')
            .slice(0, digits)}`
    const clock = new Date(second * 1_000).toISOString().slice(11, 19)
    return `2026-11-21T${clock}${fraction}Z`
  })
  const { times, starts } = read(values)
  for (const place of [...starts.keys(), 2_999, 0, 1_500, 3, 2, 1]) {
    const known = times.find(starts[place]!)
    assert.ok(known >= 0, `place ${place}`)
    assert.equal(times.days[known], DAY)
    assert.equal(times.digits[known], place % 10)
    const fraction = Number(`0.${values[place]!.slice(20, -1) || '0'}`)
    assert.ok(Math.abs(times.ns[known]! - (place + fraction) * 1e9) < 1)
    assert.ok(times.ns[known]! < DAY_NS)
    assert.equal(times.find(starts[place]! + 1), -1)
  }
})

test('what is no time is left to others', () => {
  const others = [
    '',
    'x',
    '2026-11-21',
    '2026-11-21T00:00:00+01:00',
    '2026-11-21T00:00:60Z',
    '2026-11-21T00:00:00.12a4Z',
  ]
  const digits = [0, 1, 2, 3].flatMap((place) =>
    ['/', ':', '\u007f'].map((other) => {
      const fraction = [...'1234']
      fraction[place] = other
      return `2026-11-21T00:00:00.${fraction.join('')}56789Z`
    }),
  )
  const { times, ends } = read([...others, ...digits, 'y'.repeat(40), '2026-11-21T00:00:00.123456789Z'])
  assert.equal(
    ends.findIndex((end) => end >= 0),
    ends.length - 1,
  )
  assert.equal(times.length, 1)
})
