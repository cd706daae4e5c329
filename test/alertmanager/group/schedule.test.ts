import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resumeDelayMs } from '../../../alertmanager/group/schedule.ts'

test('a group that goes on keeps its rhythm and makes up for what it missed', () => {
  const intervals = { groupWaitMs: 30, groupIntervalMs: 300 }
  const cases: [title: string, flushAtMs: number, nowMs: number, ranUntilMs: number, delayMs: number][] = [
    ['still waiting for the first flush', 1_000, 980, 970, 20],
    ['the first flush was missed', 1_000, 1_010, 970, 0],
    ['between two flushes, both at their time', 1_000, 1_310, 1_305, 290],
    ['a later flush was missed', 1_000, 1_310, 1_290, 0],
    ['several were missed', 1_000, 5_000, 1_290, 0],
    ['nothing was missed for long', 1_000, 5_000, 4_999, 200],
    ['the clock was set back by hours', 1_000_000, 10, 999_999, 300],
  ]
  for (const [title, flushAtMs, nowMs, ranUntilMs, delayMs] of cases) {
    assert.equal(resumeDelayMs({ ...intervals, flushAtMs, nowMs, ranUntilMs }), delayMs, title)
  }
})
