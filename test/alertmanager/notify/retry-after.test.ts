import assert from 'node:assert/strict'
import { test } from 'node:test'
import { retryAfterMs } from '../../../alertmanager/notify/http/retry-after.ts'

const NOW = Date.UTC(2026, 10, 21, 10, 0, 0)

test('a wish to wait is seconds or a date', () => {
  const rows: [header: string | undefined, expected: number | undefined][] = [
    ['120', 120_000],
    [' 0 ', 0],
    ['1.5', 1_500],
    ['Sat, 21 Nov 2026 10:01:00 GMT', 60_000],
    ['Saturday, 21-Nov-26 10:01:00 GMT', 60_000],
    ['Sat, 21 Nov 2026 09:00:00 GMT', 0],
    [undefined, undefined],
    ['', undefined],
    ['soon', undefined],
    ['-5', undefined],
    ['1e9', undefined],
    ['99999999999999999999999', undefined],
    ['2026', 2_026_000],
  ]
  for (const [header, expected] of rows) assert.equal(retryAfterMs(header, NOW), expected, `${header}`)
})
