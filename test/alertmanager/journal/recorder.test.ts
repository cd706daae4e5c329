import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Flush, FlushedAlert } from '../../../alertmanager/group/flush.ts'
import { History } from '../../../alertmanager/journal/history.ts'
import type { Quiet } from '../../../alertmanager/journal/journal.ts'
import { Recorder } from '../../../alertmanager/journal/recorder.ts'
import { placeOf } from '../../../alertmanager/journal/standing.ts'
import { failure, type Integration, type NotifyResult } from '../../../alertmanager/notify/receiver.ts'
import { createRouteTree } from '../../../alertmanager/route/tree.ts'
import { Database } from '../../../alertmanager/store/database.ts'
import { NO_SPAN } from '../../../alertmanager/tracing/span.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { flushed } from '../support/flushed.ts'
import { configOf } from '../support/test-router.ts'

const route = createRouteTree(configOf('{route: {receiver: team}, receivers: [{name: team}]}').route)
const integration: Integration = {
  ...{ kind: 'webhook', index: 0, sendResolved: true },
  notify: () => Promise.reject(new Error('not here')),
}
const alert = flushed({ alertname: 'A', n: '1' })
const never = new AbortController().signal
const muted = (kind: Quiet['kind'], ...ids: readonly string[]): Quiet => ({
  kind,
  mutedBy: new Map(ids.length === 0 ? [] : [['silence', new Set(ids)]]),
})

function open(t: TestContext, path = join(temporaryDirectory(t), 'state.db')) {
  const clock = new ManualClock(1_000)
  const database = new Database({ path, clock, onFailure: () => {} })
  const history = new History({ database, limit: 100 })
  const recorder = new Recorder({ clock, history })
  database.start()
  history.load()
  t.after(() => database.stop())
  const flush = (alerts: readonly FlushedAlert[] = [alert]): Flush => ({
    ...{ groupKey: '{}:{}', logKey: '{}:{}', route, alerts, alertsNow: () => alerts, tickMs: clock.nowMs() },
    ...{ groupLabels: alert.alert.labels, routeLabels: alert.alert.labels },
    ...{ signal: never, halt: never, draining: never, timeMs: 10_000, span: NO_SPAN },
  })
  const send = async (...results: readonly NotifyResult[]) => {
    const sending = recorder.sending(flush(), integration, { reason: 'first notification', alerts: [alert] })
    for (const result of results) {
      sending.attempting()
      await clock.advance(100)
      sending.attempted(result)
      await clock.advance(500)
    }
    sending.ended(results.at(-1)!)
  }
  const place = placeOf(flush(), integration)
  const rows = () => history.page({}, 99).map(({ id, outcome, atMs }) => `${id} ${outcome} ${atMs}`)
  return { path, clock, database, recorder, history, flush, send, place, rows }
}

test('a decision that stays the same is one entry; that there is nothing new after a notification, none', async (t) => {
  const { recorder, clock, flush, send, place, rows } = open(t)
  await send({ ok: true })
  for (const kind of ['nothing_new', 'nothing_new'] as const) recorder.quiet(flush(), integration, muted(kind))
  assert.deepEqual(rows(), ['1 sent 1000'])
  assert.equal(recorder.standingOf(place)?.outcome, 'nothing_new')
  for (const ids of [['a'], ['a'], ['a', 'b'], ['a', 'b']]) {
    await clock.advance(1_000)
    recorder.quiet(flush(), integration, muted('muted', ...ids))
  }
  assert.deepEqual(rows(), ['3 muted 4600', '2 muted 2600', '1 sent 1000'])
  const standing = recorder.standingOf(place)
  assert.deepEqual([standing?.sinceMs, standing?.flushedAtMs], [4_600, 5_600])
  recorder.quiet(flush(), integration, muted('nothing_new'))
  assert.deepEqual(rows()[0], '4 nothing_new 5600', 'after something else it is news that there is nothing new')
})

test('after a restart the same reason is not written down once more', async (t) => {
  const first = open(t)
  first.recorder.quiet(first.flush(), integration, muted('muted', 'a'))
  first.recorder.quiet(first.flush(), undefined, { kind: 'no_integration' })
  first.database.stop()
  const second = open(t, first.path)
  await second.clock.advance(60_000)
  second.recorder.quiet(second.flush(), integration, muted('muted', 'a'))
  second.recorder.quiet(second.flush(), undefined, { kind: 'no_integration' })
  assert.equal(second.rows().length, 1, 'that there are no integrations the configuration says')
  assert.equal(second.recorder.standingOf(second.place)?.sinceMs, 1_000)
  second.recorder.quiet(second.flush(), integration, muted('muted', 'b'))
  assert.equal(second.rows().length, 2)
})

test('what fails at one flush after the other is one entry, with its first attempts and its last ones', async (t) => {
  const { recorder, history, send, place, rows, clock, flush } = open(t)
  const refused = failure('serverError', true, `the answer is 500 ${'x'.repeat(2_000)}`)
  const unsent = () => recorder.longestUnsentMs(() => true)
  for (let index = 0; index < 4; index++) await send(refused, refused, refused, refused, refused)
  assert.deepEqual(rows(), ['1 failed 1000'])
  const { details, endedAtMs } = history.get(1)!
  assert.deepEqual([details.attempts?.length, details.attemptCount, details.flushes], [15, 20, 4])
  assert.deepEqual([details.attempts?.[0]?.atMs, details.attempts?.at(-1)?.atMs, endedAtMs], [1_000, 12_400, 13_000])
  assert.equal(details.attempts?.[0]?.durationMs, 100)
  assert.equal(details.error?.length, 501)
  assert.equal(unsent(), 12_000)
  assert.equal(
    recorder.longestUnsentMs(() => false),
    0,
  )
  await send(refused, { ok: true, warning: 'b@x was refused' })
  assert.deepEqual(rows(), ['2 partly_sent 13000', '1 failed 1000'])
  assert.deepEqual([unsent(), recorder.standingOf(place)?.outcome], [0, 'partly_sent'])
  await send(refused)
  assert.equal(rows().length, 3, 'another failure, after a success')
  await clock.advance(5_000)
  recorder.quiet(flush(), integration, muted('muted', 'a'))
  assert.equal(unsent(), 0, 'nobody waits for what is muted')
})

test('a failure goes on after a restart', async (t) => {
  const refused = failure('serverError', true, 'the answer is 500')
  const first = open(t)
  await first.send(refused)
  first.database.stop()
  const second = open(t, first.path)
  await second.clock.advance(60_000)
  await second.send(refused)
  assert.deepEqual(second.rows(), ['1 failed 1000'])
  assert.equal(
    second.recorder.longestUnsentMs(() => true),
    60_600,
  )
  second.recorder.retain(() => false)
  assert.equal(
    second.recorder.longestUnsentMs(() => true),
    0,
  )
  assert.equal(second.recorder.standingOf(second.place), undefined)
})

test('what is under way, and what is waited for, is known', async (t) => {
  const { recorder, clock, flush, place } = open(t)
  recorder.quiet(flush(), integration, { kind: 'waiting', detail: 'am-0' })
  assert.equal(recorder.standingOf(place)?.waitsFor, 'am-0')
  const sending = recorder.sending(flush(), integration, { reason: 'new alerts added', alerts: [alert] })
  sending.attempting()
  await clock.advance(10)
  sending.attempted(failure('rateLimited', true, 'the answer is 429'))
  const { waitsFor, underWay, outcome } = recorder.standingOf(place)!
  assert.deepEqual(
    [waitsFor, outcome, underWay?.attemptCount, underWay?.lastFailure?.error],
    [...[undefined, undefined], ...[1, 'the answer is 429']],
  )
  sending.ended({ ok: true })
  assert.equal(recorder.standingOf(place)?.underWay, undefined)
})

test('of a large notification a bounded part is remembered, of many attempts too', async (t) => {
  const { recorder, history, flush } = open(t)
  const alerts = Array.from({ length: 2_000 }, (_, n) =>
    flushed({ alertname: 'A', n: `${n}`, text: 'x'.repeat(2_000) }),
  )
  const sending = recorder.sending(flush(alerts), integration, { reason: 'first notification', alerts })
  for (let index = 0; index < 500; index++) {
    sending.attempting()
    sending.attempted(failure('other', true, 'no'))
  }
  sending.ended(failure('other', true, 'no'))
  const { details } = history.get(1)!
  assert.deepEqual([details.alerts.counts, details.alerts.firing.length], [{ firing: 2_000, resolved: 0 }, 500])
  assert.deepEqual([details.attempts?.length, details.attemptCount], [15, 500])
  assert.equal(details.alerts.common.text?.length, 257)
  assert.ok(JSON.stringify(details).length < 25_000)
})

test('what another member told meanwhile was not sent, and nobody waits for it', async (t) => {
  const { recorder, history, send, place, rows, flush } = open(t)
  await send(failure('serverError', true, 'the answer is 500'), { ok: true, isToldElsewhere: true })
  assert.deepEqual(rows(), ['1 told_elsewhere 1000'])
  assert.deepEqual([history.get(1)?.details.attemptCount, recorder.longestUnsentMs(() => true)], [1, 0])
  recorder.quiet(flush(), integration, muted('nothing_new'))
  assert.equal(rows().length, 1)
  assert.equal(recorder.standingOf(place)?.outcome, 'nothing_new')
})
