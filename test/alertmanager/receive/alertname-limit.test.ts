import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LabelSet } from '#lib/labels.ts'
import type { Alert } from '../../../alertmanager/alert.ts'
import { momentOf } from '../../../alertmanager/moment.ts'
import { AlertnameLimit } from '../../../alertmanager/receive/alertname-limit.ts'

function alert(alertname: string, n: number, endsAtMs: number): Alert {
  return {
    labels: LabelSet.from({ alertname, n: String(n) }),
    annotations: LabelSet.from({}),
    ...{ startsAt: momentOf(0), endsAt: momentOf(endsAtMs), updatedAtMs: 0, generatorUrl: '', timeout: false },
  }
}

const numbers = (alerts: readonly Alert[]) => alerts.map(({ labels }) => Number(labels.get('n')))

test('beyond the limit new alerts of a name are dropped, known ones change, and other names have their own', () => {
  const limit = new AlertnameLimit(2)
  const dropped: string[] = []
  const admit = (alerts: readonly Alert[], nowMs = 0) =>
    numbers(limit.admit(alerts, nowMs, (name) => dropped.push(name)))
  assert.deepEqual(admit([alert('A', 1, 100), alert('A', 2, 200), alert('A', 3, 300)]), [1, 2])
  assert.deepEqual(admit([alert('B', 4, 100), alert('A', 1, 500)]), [4, 1])
  assert.deepEqual(dropped, ['A'])
  assert.deepEqual(admit([alert('A', 3, 300)], 199), [], 'none has ended')
  assert.deepEqual(admit([alert('A', 3, 300)], 200), [3], 'the second has')
  assert.deepEqual(admit([alert('A', 2, 900)], 250), [], 'and is a new one now')
})

test('no limit is none', () => {
  const limit = new AlertnameLimit(0)
  const many = Array.from({ length: 100 }, (_, n) => alert('A', n, 1))
  assert.equal(limit.admit(many, 0, () => assert.fail()).length, 100)
})

test('what was there before the start counts, and what has ended is forgotten', () => {
  const limit = new AlertnameLimit(1)
  limit.load([alert('A', 1, 100), alert('B', 2, 5)], 10)
  assert.deepEqual(numbers(limit.admit([alert('A', 3, 100), alert('B', 4, 100)], 10, () => {})), [4])
  limit.collectGarbage(100)
  assert.deepEqual(numbers(limit.admit([alert('A', 3, 300)], 100, () => {})), [3])
})

test('there are never more that fire than the limit, and one that ended always makes room', () => {
  const step = fc.record({ n: fc.nat(9), leftMs: fc.integer({ min: -5, max: 20 }), waitMs: fc.nat(10) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), (steps, most) => {
      const limit = new AlertnameLimit(most)
      const ends = new Map<number, number>()
      let nowMs = 100
      for (const { n, leftMs, waitMs } of steps) {
        nowMs += waitMs
        const isAdmitted = limit.admit([alert('A', n, nowMs + leftMs)], nowMs, () => {}).length === 1
        const firing = [...ends].filter(([other, endMs]) => other !== n && endMs > nowMs).length
        if (!isAdmitted) assert.ok(firing >= most)
        else {
          ends.set(n, nowMs + leftMs)
          if (leftMs > 0) assert.ok(firing < most)
        }
      }
    }),
    { numRuns: 200 },
  )
})
