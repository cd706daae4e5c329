import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LabelSet } from '#lib/labels.ts'
import type { Alert } from '../../../alertmanager/alert.ts'
import { momentOf } from '../../../alertmanager/moment.ts'
import { mergeReplicas } from '../../../alertmanager/store/merge-replicas.ts'

const labels = LabelSet.from({ alertname: 'A' })
const small = fc.integer({ min: 0, max: 6 })

const versions: fc.Arbitrary<Alert> = fc
  .record({
    start: small,
    length: small,
    updatedAtMs: small,
    text: fc.constantFrom('', 'x', 'y'),
    timeout: fc.boolean(),
  })
  .map(({ start, length, updatedAtMs, text, timeout }) => ({
    labels,
    annotations: LabelSet.from({ text }),
    startsAt: momentOf(start),
    endsAt: momentOf(start + length),
    updatedAtMs,
    generatorUrl: text === 'x' ? 'http://p/' : '',
    timeout,
  }))

const print = ({ annotations, startsAt, endsAt, updatedAtMs, generatorUrl, timeout }: Alert) =>
  [annotations, startsAt.ms, endsAt.ms, updatedAtMs, generatorUrl, timeout].join(' ')

test('it does not matter which version came first, and merging again changes nothing', () => {
  fc.assert(
    fc.property(versions, versions, (a, b) => {
      const merged = mergeReplicas(a, b)
      assert.equal(print(merged), print(mergeReplicas(b, a)))
      assert.equal(mergeReplicas(a, a), a)
      assert.equal(mergeReplicas(merged, a), merged)
      assert.equal(mergeReplicas(merged, b), merged)
    }),
    { numRuns: 2_000 },
  )
})

test('members that exchange what they know in any order end up with the same', () => {
  const pair = fc.tuple(fc.nat(3), fc.nat(3))
  fc.assert(
    fc.property(
      fc.array(versions, { minLength: 4, maxLength: 4 }),
      fc.array(pair, { maxLength: 20 }),
      (heard, exchanges) => {
        const members = [...heard]
        const exchange = (from: number, to: number) => {
          members[to] = mergeReplicas(members[to]!, members[from]!)
        }
        for (const [from, to] of exchanges) exchange(from, to)
        // Comparisons of all with all, until nothing is new.
        let [before, rounds] = ['', 0]
        for (; members.map(print).join() !== before; rounds++) {
          before = members.map(print).join()
          for (const from of members.keys()) for (const to of members.keys()) exchange(from, to)
        }
        assert.equal(new Set(members.map(print)).size, 1)
        assert.ok(rounds <= 4, `${rounds} rounds`)
      },
    ),
    { numRuns: 1_000 },
  )
})

const version = (start: number, end: number, updatedAtMs: number, timeout = false): Alert => ({
  ...{ labels, annotations: LabelSet.empty, startsAt: momentOf(start), endsAt: momentOf(end) },
  ...{ updatedAtMs, generatorUrl: '', timeout },
})
const times = ({ startsAt, endsAt }: Alert) => [startsAt.ms, endsAt.ms]

test('the end that was heard later counts, the earliest start, and a later occurrence alone', () => {
  assert.deepEqual(times(mergeReplicas(version(10, 500, 20), version(12, 100, 110))), [10, 100])
  assert.deepEqual(times(mergeReplicas(version(12, 100, 110), version(10, 500, 20))), [10, 100])
  assert.deepEqual(times(mergeReplicas(version(10, 500, 20), version(12, 700, 30))), [10, 700])
  assert.deepEqual(times(mergeReplicas(version(10, 500, 20), version(12, 400, 30))), [10, 500])
  assert.deepEqual(times(mergeReplicas(version(10, 500, 20, true), version(12, 400, 30))), [10, 400])
  assert.deepEqual(times(mergeReplicas(version(200, 500, 210), version(10, 100, 110))), [200, 500])
})

test('what is the same keeps the very same annotations', () => {
  const known = { ...version(10, 500, 20), annotations: LabelSet.from({ text: 'x' }) }
  const other = { ...version(10, 600, 30), annotations: LabelSet.from({ text: 'x' }) }
  assert.equal(mergeReplicas(known, other).annotations, known.annotations)
})
