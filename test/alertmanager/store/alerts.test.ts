import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { LabelSet } from '#lib/labels.ts'
import { type Alert, alertBytes } from '../../../alertmanager/alert.ts'
import { momentOf, parseMoment } from '../../../alertmanager/moment.ts'
import { AlertStore } from '../../../alertmanager/store/alerts.ts'
import { Database } from '../../../alertmanager/store/database.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

function open(path: string, clock: ManualClock) {
  const database = new Database({ path, clock, onFailure: (error) => assert.ifError(error) })
  const store = new AlertStore(database)
  database.start()
  store.load({ nowMs: clock.nowMs(), graceMs: 300_000 })
  return { database, store }
}

const alert = (name: string, more: Partial<Alert>): Alert => ({
  labels: LabelSet.from({ alertname: name, __proto__x: '"' }),
  annotations: LabelSet.from({ '10': 'ten', '9': 'nine' }),
  startsAt: parseMoment('2026-11-21T10:00:00.123456789+02:00')!,
  endsAt: momentOf(0),
  updatedAtMs: 0,
  generatorUrl: 'http://p/g',
  timeout: true,
  ...more,
})

test('alerts come back as they were, to the nanosecond', async (t) => {
  const path = join(temporaryDirectory(t), 'state.db')
  const clock = new ManualClock()
  const nowMs = clock.nowMs()
  const original = alert('A', { endsAt: momentOf(nowMs + 3_600_000), updatedAtMs: nowMs })
  const first = open(path, clock)
  await first.store.put([original], nowMs).safe
  first.database.stop()
  const second = open(path, clock)
  const [back] = [...second.store.values()]
  assert.deepEqual({ ...back, labels: String(back?.labels) }, { ...original, labels: String(original.labels) })
  second.database.stop()
})

test('after a pause, what fired is held for as long as its sender had granted, within the grace', async (t) => {
  const path = join(temporaryDirectory(t), 'state.db')
  const clock = new ManualClock()
  const startMs = clock.nowMs()
  const sent = (name: string, leftMs: number) =>
    alert(name, { endsAt: momentOf(startMs + leftMs), updatedAtMs: startMs })
  const first = open(path, clock)
  await first.store.put([sent('resolved', -1_000), sent('over', 30_000)], startMs).safe
  await clock.advance(60_000)
  // The last sign of life: "over" was over by then.
  await first.store.put([sent('short', 240_000), sent('long', 7_200_000), sent('granted', 1_800_000)], startMs).safe
  first.database.stop()

  await clock.advance(3_600_000)
  const nowMs = clock.nowMs()
  const second = open(path, clock)
  const leftMs = Object.fromEntries(
    Array.from(second.store.values(), ({ labels, endsAt }) => [labels.get('alertname'), endsAt.ms - nowMs]),
  )
  assert.deepEqual(leftMs, {
    resolved: -3_661_000,
    over: -3_630_000,
    short: 240_000,
    granted: 300_000,
    long: 3_540_000,
  })
  second.database.stop()
})

test('resolved alerts are forgotten unless a group holds them', async (t) => {
  const path = join(temporaryDirectory(t), 'state.db')
  const clock = new ManualClock()
  const nowMs = clock.nowMs()
  const { database, store } = open(path, clock)
  const names = () => Array.from(store.values(), ({ labels }) => labels.get('alertname'))
  const [gone, held] = [alert('gone', { endsAt: momentOf(nowMs) }), alert('held', { endsAt: momentOf(nowMs) })]
  await store.put([gone, held, alert('firing', { endsAt: momentOf(nowMs + 1) })], nowMs).safe
  store.collectGarbage(nowMs, (fingerprint) => fingerprint === held.labels.fingerprint)
  assert.deepEqual(names(), ['held', 'firing'])
  database.stop()
  const after = open(path, clock)
  assert.equal([...after.store.values()].length, 2)
  after.database.stop()
})

test('that an alert still fires is written before the end comes that the disk knows; other news at once', async (t) => {
  const clock = new ManualClock()
  const startMs = clock.nowMs()
  const { database, store } = open(join(temporaryDirectory(t), 'state.db'), clock)
  t.after(() => database.stop())
  const annotations = LabelSet.from({ summary: 'a' })
  const send = (leftMs: number, more: Partial<Alert> = {}) => {
    const nowMs = clock.nowMs()
    const times = { startsAt: momentOf(startMs), endsAt: momentOf(nowMs + leftMs), updatedAtMs: nowMs }
    return store.put([alert('A', { annotations, ...times, ...more })], nowMs).safe
  }
  const savedEndMs = () => {
    const [row] = database.statement('SELECT ends_at FROM alerts').all()
    return parseMoment(String(row?.ends_at))!.ms - startMs
  }
  await send(60_000)
  await clock.advance(20_000)
  await send(60_000)
  assert.equal(savedEndMs(), 60_000, 'there is time')
  await clock.advance(15_000)
  store.saveEnds(clock.nowMs())
  await database.settled()
  assert.equal(savedEndMs(), 80_000, 'there was little left')
  await send(120_000, { generatorUrl: 'http://p/other' })
  assert.equal(savedEndMs(), 155_000, 'something else changed')
  await send(90_000)
  await send(0)
  assert.equal(savedEndMs(), 35_000, 'it is over')
})

test('an alert that the disk did not take is not safe when it is sent again', async (t) => {
  const clock = new ManualClock()
  const nowMs = clock.nowMs()
  const path = join(temporaryDirectory(t), 'state.db')
  const database = new Database({ path, clock, onFailure: () => {} })
  const store = new AlertStore(database)
  database.start()
  t.after(() => database.stop())
  const large = alert('A', {
    annotations: LabelSet.from({ text: 'x'.repeat(1_000_000) }),
    endsAt: momentOf(nowMs + 3_600_000),
    updatedAtMs: nowMs,
  })
  database.statement('PRAGMA max_page_count = 10').all()
  await assert.rejects(store.put([large], nowMs).safe)
  await assert.rejects(store.put([large], nowMs).safe, 'nothing new, but not on disk either')
  database.statement('PRAGMA max_page_count = 1000000').all()
  await store.put([large], nowMs).safe
  assert.equal(database.statement('SELECT * FROM alerts').all().length, 1)
})

test('how much all alerts are is known, whatever comes, changes and goes', async (t) => {
  const path = join(temporaryDirectory(t), 'state.db')
  const clock = new ManualClock()
  const nowMs = clock.nowMs()
  let { database, store } = open(path, clock)
  const weighed = () => Array.from(store.values()).reduce((total, one) => total + alertBytes(one), 0)
  const version = fc.record({
    name: fc.constantFrom('A', 'B', 'C'),
    text: fc.constantFrom('', 'é', 'long '.repeat(50)),
    generatorUrl: fc.constantFrom('', 'http://p/g'),
    leftMs: fc.constantFrom(-1_000, 60_000, 3_600_000),
    by: fc.constantFrom('put', 'merge', 'collect'),
  })
  fc.assert(
    fc.property(fc.array(version), (versions) => {
      for (const { name, text, generatorUrl, leftMs, by } of versions) {
        const annotations = LabelSet.from({ text })
        const one = alert(name, { annotations, generatorUrl, endsAt: momentOf(nowMs + leftMs), updatedAtMs: nowMs })
        if (by === 'put') void store.put([one], nowMs)
        else if (by === 'merge') store.merge([one])
        else store.collectGarbage(nowMs, () => text === '')
        assert.equal(store.bytes, weighed())
      }
    }),
  )
  const before = store.bytes
  database.stop()
  ;({ database, store } = open(path, clock))
  assert.deepEqual([store.bytes, weighed()], [before, before])
  database.stop()
})
