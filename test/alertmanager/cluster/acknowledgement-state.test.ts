import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { AcknowledgementState } from '../../../alertmanager/cluster/replication/acknowledgement-state.ts'
import { isLabelName } from '../../../alertmanager/config/label-names.ts'
import { openAcknowledgements } from '../acknowledge/open.ts'

const HOUR_MS = 3_600_000

/** A member of a cluster, as far as acknowledgements go. */
function openMember(t: Pick<TestContext, 'after'>) {
  const opened = openAcknowledgements(t)
  const { acknowledgements, clock } = opened
  const state = new AcknowledgementState({
    ...{ acknowledgements, clock, isLabelName: (name) => isLabelName(name, 'fallback') },
  })
  return { ...opened, state }
}

/** What one member has to say, as another one reads it. */
function recordsOf(state: AcknowledgementState): readonly unknown[] {
  return [...state.versions()].map(([id]) => JSON.parse(state.encode(id)!) as unknown)
}

test('what one member says another one knows, once, with what has resolved meanwhile', async (t) => {
  const [a, b] = [openMember(t), openMember(t)]
  const alerts = [1, 2].map((n) => a.fire(n))
  const fromB = [1, 2].map((n) => b.fire(n))
  const endsAtMs = a.clock.nowMs() + HOUR_MS
  const made = a.acknowledgements.add({ owner: 'ann', comment: 'c', matchers: [], endsAtMs, alerts })
  assert.ok(made.ok)
  a.fire(1, alerts[0]!.startsAt.ms, a.clock.nowMs())
  a.acknowledgements.release(alerts)

  const { id } = made
  assert.deepEqual(b.state.merge(recordsOf(a.state)), { news: 1, refused: [], same: [id], stale: [] })
  assert.deepEqual(b.state.merge(recordsOf(a.state)), { news: 0, refused: [], same: [id], stale: [] })
  assert.deepEqual([...b.state.versions()], [...a.state.versions()])
  assert.deepEqual(
    fromB.map((alert) => b.acknowledgements.covers(alert)),
    [false, true],
  )

  // The withdrawal is the later word, also for a member whose clock is behind.
  b.clock.step(-HOUR_MS / 4)
  void b.acknowledgements.withdraw(id)
  assert.deepEqual(b.state.merge(recordsOf(a.state)), { news: 0, refused: [], same: [], stale: [id] })
  assert.deepEqual(a.state.merge(recordsOf(b.state)), { news: 1, refused: [], same: [id], stale: [] })
  for (const { acknowledgements } of [a, b]) {
    assert.equal(acknowledgements.stateOf(acknowledgements.get(id)!), 'withdrawn')
    assert.equal(acknowledgements.covers(alerts[1]!), false)
  }
  // What is over for long is not brought back.
  const old = recordsOf(a.state)
  await b.clock.advance(4 * HOUR_MS)
  b.acknowledgements.collectGarbage()
  assert.equal(b.state.size, 0)
  assert.equal(b.state.merge(old).refused.length, 1)
  assert.equal(b.state.size, 0)
})

test('what makes no sense is refused alone', (t) => {
  const [a, b] = [openMember(t), openMember(t)]
  const endsAtMs = a.clock.nowMs() + HOUR_MS
  assert.ok(a.acknowledgements.add({ owner: 'ann', comment: '', matchers: [], endsAtMs, alerts: [a.fire(1)] }).ok)
  const good = recordsOf(a.state)[0] as Record<string, unknown>
  const bad = [
    ...[null, 7, [], 'x', {}],
    ...Object.keys(good).map((key) => ({ ...good, [key]: undefined })),
    { ...good, owner: 'x'.repeat(2_000) },
    { ...good, endsAtMs: a.clock.nowMs() + 1_000 * HOUR_MS },
    { ...good, createdAtMs: a.clock.nowMs() + 48 * HOUR_MS },
    { ...good, updatedAtMs: 8.64e15 },
    { ...good, m: [['a', '=~', '(']] },
    { ...good, a: [['x'.repeat(17), 1, 1]] },
    { ...good, a: Array(10_001).fill(['0', 1, 1]) },
  ]
  const { news, refused } = b.state.merge([...bad, good])
  assert.deepEqual([news, refused.length], [1, bad.length])
  assert.equal(b.state.size, 1)
})

test('no record of any shape does harm', (t) => {
  const { state } = openMember(t)
  const part = fc.oneof(
    fc.anything(),
    fc.integer(),
    fc.string(),
    fc.array(fc.array(fc.oneof(fc.string(), fc.integer()))),
  )
  const record = fc.record({
    ...{ id: part, owner: part, comment: part, m: part, a: part },
    ...{ createdAtMs: part, endsAtMs: part, updatedAtMs: part },
  })
  fc.assert(
    fc.property(fc.array(fc.oneof(record, fc.anything())), (records) => {
      const { news, refused } = state.merge(records)
      assert.equal(news + refused.length, records.length)
    }),
    { numRuns: 100 },
  )
})
