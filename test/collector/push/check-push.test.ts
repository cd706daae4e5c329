import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EXPOSITION_LIMITS } from '#lib/exposition/limits.ts'
import { groupFamilies } from '../../../collector/push/check-push.ts'
import { Problems } from '../../../collector/push/push-refusal.ts'
import type { PushedFamily, PushedMetric } from '../../../collector/push/pushed-family.ts'

const GROUPING = new Map([
  ['job', 'batch'],
  ['zone', 'a'],
])

/** What is grouped, and what is said of it. */
function group(type: PushedFamily['type'], ...metrics: readonly PushedMetric[]) {
  const problems = new Problems()
  const [family] = groupFamilies([{ name: 'm', type, help: '', metrics }], GROUPING, problems)
  return { labels: family!.metrics.map(({ labels }) => labels.join()), problems: String(problems) }
}

test('the labels of the group win, and an instance is there', () => {
  const { labels, problems } = group('gauge', { labels: ['b', '1', 'job', 'own', 'zone', 'own'], value: 1 })
  assert.deepEqual([labels, problems], [['b,1,instance,,job,batch,zone,a'], ''])
  assert.deepEqual(group('gauge', { labels: ['instance', 'own'], value: 1 }).labels, ['instance,own,job,batch,zone,a'])
})

test('labels that cannot be are told', () => {
  const told = (labels: readonly string[]) => group('gauge', { labels, value: 1 }).problems
  assert.equal(told(['b', 'x'.repeat(EXPOSITION_LIMITS.maxValueBytes)]), '')
  assert.match(
    told(['b', 'x'.repeat(EXPOSITION_LIMITS.maxValueBytes + 1)]),
    /has a label whose value has more than \d+ bytes$/,
  )
  assert.match(told(['b', '1', 'b', '2']), /has two or more labels with the same name: b$/)
  assert.match(told(['__b', '1']), /has a label with an invalid name: __b$/)
  assert.match(
    told(['b'.repeat(EXPOSITION_LIMITS.maxNameBytes + 1), '1']),
    /has a label whose name has more than \d+ bytes$/,
  )
  const many = Array.from({ length: EXPOSITION_LIMITS.maxLabels }, (_, index) => [`l${1e6 + index}`, 'v'])
  assert.match(told(many.flat()), /has more than \d+ labels$/)
})

test('a histogram and a summary have no label of their parts', () => {
  const told = (type: PushedFamily['type'], label: string) =>
    group(type, { labels: [label, '1'], count: 0, sum: 0, parts: [] }).problems
  assert.match(told('histogram', 'le'), /has a label le, which is that of its parts$/)
  assert.match(told('summary', 'quantile'), /has a label quantile, which is that of its parts$/)
  assert.deepEqual([told('histogram', 'quantile'), told('summary', 'le')], ['', ''])
  assert.equal(group('gauge', { labels: ['le', '1'], value: 1 }).problems, '')
})
