import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEvents } from '#lib/events.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry } from '#lib/metrics.ts'
import { EVENTS } from '../../../alertmanager/events.ts'
import type { Integration, Notification } from '../../../alertmanager/notify/receiver.ts'
import { Allowance } from '../../../alertmanager/trial/allowance.ts'
import { testIntegrations } from '../../../alertmanager/trial/test-receiver.ts'
import { ManualClock } from '../../support/manual-clock.ts'

function setUp() {
  const clock = new ManualClock()
  const logger = createLogger({ service: 'alertmanager', level: 'error', format: 'logfmt', write: () => {} })
  const events = createEvents('alertmanager', EVENTS, { registry: createRegistry('alertmanager', '0'), logger, clock })
  const subject = { receiver: 'r', id: 'test-1', startedMs: clock.nowMs(), alert: undefined }
  return { clock, subject, deps: { clock, events, timeLimitMs: 15_000 } }
}

const integrationOf = (notify: Integration['notify'], sendResolved = true): Integration => ({
  ...{ kind: 'slack', index: 3, sendResolved, notify },
})

test('nobody waits for an integration that hangs, be it deaf or not', async () => {
  const { clock, subject, deps } = setUp()
  const deaf = integrationOf(() => new Promise(() => {}))
  const running = testIntegrations([deaf], subject, true, deps)
  await clock.advance(15_000)
  const [result] = await running
  assert.deepEqual(result?.firing, {
    durationMs: 15_000,
    result: {
      ...{ ok: false, retryable: true, reason: 'contextDeadlineExceeded' },
      message: 'slack_configs[3]: no answer within 15 s',
    },
  })
  assert.equal(result?.resolved, undefined)
})

test('what an integration remembers of the beginning it gets for the end; what it throws is a failure', async () => {
  const { subject, deps } = setUp()
  const got: Notification[] = []
  const remembering = integrationOf(async (notification) => {
    got.push(notification)
    return { ok: true, receiverData: { ts: '7' } }
  })
  const throwing = integrationOf(() => Promise.reject(new Error('oh')))
  const [, failed] = await testIntegrations([remembering, throwing], subject, true, deps)
  assert.deepEqual(
    got.map(({ receiverData, reason }) => [receiverData, reason]),
    [
      [{}, 'first notification'],
      [{ ts: '7' }, 'all alerts resolved'],
    ],
  )
  assert.equal(got[0]?.groupKey, got[1]?.groupKey)
  assert.deepEqual(failed?.firing.result, {
    ...{ ok: false, retryable: false, reason: 'other', message: 'unexpected: oh' },
  })
})

test('an allowance is for a few at once and a minute, and says when there is room again', async () => {
  const clock = new ManualClock()
  const allowance = new Allowance({ clock, atOnce: 2, perMinute: 3 })
  const gate = Promise.withResolvers<void>()
  const first = [allowance.take(() => gate.promise), allowance.take(() => Promise.reject(new Error('no')))]
  assert.deepEqual(await allowance.take(async () => 1), { retryAfterSeconds: 1 })
  await assert.rejects(first[1]!)
  await clock.advance(20_000)
  assert.deepEqual(await allowance.take(async () => 1), { done: 1 })
  assert.deepEqual(await allowance.take(async () => 1), { retryAfterSeconds: 40 })
  gate.resolve()
  await first[0]
  await clock.advance(40_000)
  assert.deepEqual(await allowance.take(async () => 2), { done: 2 })
})
