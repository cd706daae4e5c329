import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Acknowledgements } from '../../../alertmanager/acknowledge/acknowledgements.ts'
import type { Alert } from '../../../alertmanager/alert.ts'
import { openAcknowledgements } from './open.ts'

const HOUR_MS = 3_600_000

function add(acknowledgements: Acknowledgements, alerts: readonly Alert[], endsAtMs: number): string {
  const result = acknowledgements.add({ owner: 'ann', comment: 'c', matchers: [], endsAtMs, alerts })
  assert.ok(result.ok, JSON.stringify(result))
  return result.id
}

test('an alert whose sender has a clock ahead of ours is covered; a later occurrence is not', (t) => {
  const { acknowledgements, clock, fire } = openAcknowledgements(t)
  const ahead = fire(1, clock.nowMs() + 5_000)
  add(acknowledgements, [ahead], clock.nowMs() + HOUR_MS)
  assert.equal(acknowledgements.covers(ahead), true)
  assert.equal(acknowledgements.covers(fire(1, clock.nowMs() - 5_000)), true)
  assert.equal(acknowledgements.covers(fire(1, clock.nowMs() + 5_001)), false)
  assert.equal(acknowledgements.covers(fire(2)), false)
})

test('one ends for each alert by itself; what has ended stays so, over restarts and clocks that are set back', async (t) => {
  const { acknowledgements, clock, fire, reopen } = openAcknowledgements(t)
  const [one, two] = [fire(1), fire(2)]
  const id = add(acknowledgements, [one, two], clock.nowMs() + HOUR_MS)
  fire(1, one.startsAt.ms, clock.nowMs())
  acknowledgements.release([one])
  assert.equal(acknowledgements.covers(one), false)
  assert.equal(acknowledgements.covers(two), true)
  assert.deepEqual(acknowledgements.alertsOf(acknowledgements.get(id)!), [two])
  // Fires as before: it is another occurrence all the same.
  fire(1, one.startsAt.ms)
  assert.equal(acknowledgements.covers(one), false)

  const again = reopen()
  assert.equal(again.covers(one), false)
  assert.equal(again.covers(two), true)
  await again.withdraw(id)
  clock.step(-HOUR_MS / 2)
  assert.equal(again.covers(two), false)
  assert.equal(again.stateOf(again.get(id)!), 'withdrawn')
  const last = reopen()
  assert.equal(last.stateOf(last.get(id)!), 'withdrawn')
  assert.equal(last.covers(two), false)
})

test('ended ones are kept for the retention; alerts that are gone let go of theirs', async (t) => {
  const { acknowledgements, clock, fire, reopen } = openAcknowledgements(t)
  const endsAtMs = clock.nowMs() + HOUR_MS
  add(acknowledgements, [fire(1)], endsAtMs)
  const gone = add(acknowledgements, [fire(2, clock.nowMs(), clock.nowMs() + 1_000)], endsAtMs)
  await clock.advance(2_000)
  acknowledgements.collectGarbage()
  assert.equal(acknowledgements.stateOf(acknowledgements.get(gone)!), 'resolved')
  await clock.advance(HOUR_MS)
  assert.deepEqual(acknowledgements.countByState(), { active: 0, resolved: 1, withdrawn: 0, expired: 1 })
  acknowledgements.collectGarbage()
  assert.equal(acknowledgements.sorted().length, 2)
  await clock.advance(HOUR_MS)
  acknowledgements.collectGarbage()
  assert.equal(acknowledgements.sorted().length, 0)
  assert.equal(reopen().sorted().length, 0)
})

test('beyond the limit, ended ones give way, and those in force do not', (t) => {
  const { acknowledgements, clock, fire } = openAcknowledgements(t)
  const endsAtMs = clock.nowMs() + HOUR_MS
  const alert = fire(1)
  const first = add(acknowledgements, [alert], endsAtMs)
  for (let made = 1; made < 10_000; made++) add(acknowledgements, [alert], endsAtMs)
  const refused = acknowledgements.add({ owner: 'ann', comment: '', matchers: [], endsAtMs, alerts: [alert] })
  assert.deepEqual(refused, {
    ok: false,
    message: 'Failed to acknowledge: there are too many in force, 10000 about 10000 alerts',
  })
  void acknowledgements.withdraw(first)
  add(acknowledgements, [alert], endsAtMs)
  assert.equal(acknowledgements.get(first), undefined)
  assert.equal(acknowledgements.sorted().length, 10_000)
})

test('they are about so many alerts at most, each and together', (t) => {
  const { acknowledgements, clock, fire } = openAcknowledgements(t)
  const endsAtMs = clock.nowMs() + HOUR_MS
  const alerts = Array.from({ length: 10_000 }, (_, n) => fire(n))
  const refusal = (some: readonly Alert[]) => {
    const result = acknowledgements.add({ owner: 'ann', comment: '', matchers: [], endsAtMs, alerts: some })
    return result.ok ? '' : result.message
  }
  assert.match(refusal([...alerts, fire('x')]), /it may be about 10000 alerts at most, not 10001$/)
  for (let made = 0; made < 20; made++) assert.equal(refusal(alerts), '')
  assert.match(refusal([alerts[0]!]), /there are too many in force, 20 about 200000 alerts$/)
  assert.equal(acknowledgements.covers(alerts[9_999]!), true)
})
