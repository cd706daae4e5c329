import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LabelSet } from '#lib/labels.ts'
import type { Alert } from '../../../alertmanager/alert.ts'
import { momentOf } from '../../../alertmanager/moment.ts'
import { mergeAlerts } from '../../../alertmanager/store/merge.ts'

const NOW = 100
const alert = (start: number, end: number, updated: number, more: Partial<Alert> = {}): Alert => ({
  labels: LabelSet.from({ alertname: 'A' }),
  annotations: LabelSet.from({ from: String(updated) }),
  startsAt: momentOf(start),
  endsAt: momentOf(end),
  updatedAtMs: updated,
  generatorUrl: '',
  timeout: false,
  ...more,
})
const merged = (old: Alert, incoming: Alert) => {
  const { startsAt, endsAt, annotations } = mergeAlerts(old, incoming, NOW)
  return [startsAt.ms, endsAt.ms, annotations.get('from')]
}

test('occurrences that do not overlap stay apart', () => {
  assert.deepEqual(merged(alert(10, 50, 1), alert(60, 200, 2)), [60, 200, '2'])
  // Touching is not overlapping: the same start and a later end is the usual way of sending again.
  assert.deepEqual(merged(alert(10, 50, 1), alert(10, 200, 2)), [10, 200, '2'])
  assert.deepEqual(merged(alert(10, 50, 1), alert(50, 200, 2)), [50, 200, '2'])
})

test('overlapping ones start with the earlier, and the later sender has the last word', () => {
  assert.deepEqual(merged(alert(10, 150, 1), alert(20, 200, 2)), [10, 200, '2'])
  assert.deepEqual(merged(alert(10, 150, 1), alert(5, 120, 2)), [5, 150, '2'])
  // The one that was updated earlier comes in late.
  assert.deepEqual(merged(alert(10, 150, 2), alert(20, 200, 1)), [10, 200, '2'])
})

test('a later end counts only if it was given', () => {
  assert.deepEqual(merged(alert(10, 300, 1), alert(20, 200, 2)), [10, 300, '2'])
  assert.deepEqual(merged(alert(10, 300, 1, { timeout: true }), alert(20, 200, 2)), [10, 200, '2'])
})

test('a resolve wins over what still fires, and the latest of two resolves counts', () => {
  assert.deepEqual(merged(alert(10, 300, 1), alert(20, 90, 2)), [10, 90, '2'])
  assert.deepEqual(merged(alert(10, 95, 1), alert(20, 90, 2)), [10, 95, '2'])
})
