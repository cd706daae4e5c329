import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { HistoryEntry, Outcome } from '../../../alertmanager/journal/entry.ts'
import { History, type Selection } from '../../../alertmanager/journal/history.ts'
import { Database } from '../../../alertmanager/store/database.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { until } from '../../support/until.ts'

const clock = new ManualClock(0)

function open(t: TestContext, limit: number, path = join(temporaryDirectory(t), 'state.db')) {
  const database = new Database({ path, clock, onFailure: () => {} })
  const history = new History({ database, limit })
  database.start()
  history.load()
  t.after(() => database.stop())
  return { path, database, history }
}

function entry(
  atMs: number,
  more: { readonly outcome?: Outcome; readonly receiver?: string; readonly text?: string } = {},
) {
  const { outcome = 'sent', receiver = 'r', text = '' } = more
  const alerts = { counts: { firing: 0, resolved: 0 }, firing: [], resolved: [], common: {}, labels: {} }
  return {
    place: { groupId: `g${receiver}`, groupKey: `k${receiver}`, receiver, integration: 'webhook', index: 0 },
    ...{ outcome, atMs, endedAtMs: atMs + 5, details: { groupLabels: {}, alerts, error: text } },
  }
}

const ids = (entries: readonly HistoryEntry[]) => entries.map(({ id }) => id)
const FULL = 'PRAGMA max_page_count = 20'
const ROOMY = 'PRAGMA max_page_count = 1000000'

test('entries are there at once, and after a restart, newest first', async (t) => {
  const first = open(t, 10)
  for (const atMs of [10, 20, 30]) first.history.add(entry(atMs))
  assert.deepEqual(ids(first.history.page({}, 2)), [3, 2], 'before they are on disk')
  await first.database.settled()
  assert.deepEqual(ids(first.history.page({}, 9)), [3, 2, 1])
  first.history.replace({ ...entry(20, { outcome: 'failed' }), id: 2 })
  assert.equal(first.history.get(2)?.outcome, 'failed')
  first.database.stop()
  const second = open(t, 10, first.path)
  assert.deepEqual(
    second.history.page({}, 9).map(({ id, atMs, outcome }) => [id, atMs, outcome]),
    [
      [3, 30, 'sent'],
      [2, 20, 'failed'],
      [1, 10, 'sent'],
    ],
  )
  assert.equal(second.history.add(entry(40)).id, 4)
  assert.equal(second.history.size, 4)
})

test('entries are selected alike on disk and off it', async (t) => {
  const { database, history } = open(t, 100)
  const outcomes: Outcome[] = ['sent', 'failed', 'muted']
  for (let index = 0; index < 30; index++) {
    history.add(entry(index * 10, { outcome: outcomes[index % 3]!, receiver: `r${index % 2}` }))
  }
  const selections: Selection[] = [
    ...[{ before: 20 }, { from: 25 }, { receiver: 'r1' }, { groupId: 'gr0' }, { groupKey: 'kr0', before: 9 }],
    ...[{ outcomes: ['failed', 'muted'] as const }, { sinceMs: 200 }, { untilMs: 30 }, { sinceMs: 95, untilMs: 150 }],
    ...[{ integration: 'email' }, { integration: 'webhook', index: 1 }, { outcomes: [] }],
  ]
  const fresh = selections.map((selection) => ids(history.page(selection, 7)))
  await database.settled()
  assert.deepEqual(
    selections.map((selection) => ids(history.page(selection, 7))),
    fresh,
  )
  assert.deepEqual(fresh.slice(0, 3), [
    [19, 18, 17, 16, 15, 14, 13],
    [30, 29, 28, 27, 26, 25],
    [30, 28, 26, 24, 22, 20, 18],
  ])
  assert.deepEqual(ids(history.page({ sinceMs: 95, untilMs: 150 }, 9)), [15, 14, 13, 12, 11, 10])
  assert.equal(history.lastOf(entry(0, { receiver: 'r1' }).place, ['failed'])?.id, 26)
})

test('the oldest go beyond the limit, and beyond a lower one after a restart', async (t) => {
  const first = open(t, 5)
  for (let index = 1; index <= 12; index++) first.history.add(entry(index))
  await first.database.settled()
  assert.deepEqual(ids(first.history.page({}, 99)), [12, 11, 10, 9, 8])
  assert.deepEqual([first.history.size, first.history.dropped.limit], [5, 7])
  first.database.stop()
  const second = open(t, 2, first.path)
  second.history.add(entry(13))
  await second.database.settled()
  assert.deepEqual(ids(second.history.page({}, 99)), [13, 12])
  second.history.replace({ ...entry(1), id: 9 })
  assert.deepEqual(ids(second.history.page({}, 99)), [13, 12], 'what is gone does not come back')
})

test('what is past its time goes, in slices, and ids are not used again', async (t) => {
  const first = open(t, 5_000)
  for (let index = 1; index <= 1_203; index++) first.history.add(entry(index))
  await first.database.settled()
  first.history.collectGarbage(1_200 + 5)
  await until('all slices are gone', () => first.history.size === 4)
  assert.deepEqual(ids(first.history.page({}, 99)), [1_203, 1_202, 1_201, 1_200])
  assert.equal(first.history.dropped.retention, 1_199)
  first.history.collectGarbage(1e9)
  await first.database.settled()
  assert.equal(first.history.size, 0)
  first.database.stop()
  const second = open(t, 5_000, first.path)
  assert.deepEqual([second.history.size, second.history.add(entry(1)).id], [0, 1_204])
})

test('without a limit there is no history', async (t) => {
  const { database, history } = open(t, 0)
  assert.equal(history.add(entry(1)).id, 1)
  await database.settled()
  assert.deepEqual([history.page({}, 9), history.size, history.get(1)], [[], 0, undefined])
})

test('a disk that takes nothing costs the oldest, and the others are written when it does', async (t) => {
  const { path, database, history } = open(t, 5_000)
  history.add(entry(1))
  await database.settled()
  database.statement(FULL).all()
  const text = 'x'.repeat(400)
  for (let index = 2; index <= 1_102; index++) history.add(entry(index, { text }))
  await assert.rejects(database.settled())
  assert.equal(history.get(1_102)?.atMs, 1_102, 'memory knows')
  assert.equal(ids(history.page({}, 2_000)).length, 1_001)
  assert.equal(history.dropped.disk, 101)
  history.add(entry(1_103))
  await assert.rejects(database.settled())
  assert.equal(history.dropped.disk, 102)
  database.statement(ROOMY).all()
  await clock.advance(60_000)
  history.add(entry(1_104))
  await database.settled()
  const expected = ids(history.page({}, 2_000))
  assert.equal(expected.length, 1_002)
  database.stop()
  assert.deepEqual(ids(open(t, 5_000, path).history.page({}, 2_000)), expected)
})
