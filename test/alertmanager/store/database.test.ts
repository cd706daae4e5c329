import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { CodedError } from '#lib/errors.ts'
import { Database } from '../../../alertmanager/store/database.ts'
import { NotificationLog } from '../../../alertmanager/store/nflog.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const key = (index: number) => ({ groupKey: `{}:{n="${index}"}`, receiver: 'r', integration: 'webhook', index })
const entry = (size: number) => ({
  firing: new Set(Array.from({ length: size }, (_, index) => index.toString(16).padStart(16, '0'))),
  resolved: new Set<string>(),
  parked: new Set(['x']),
  receiverData: { ts: '1' },
  sentAtMs: 1,
  expiresAtMs: 2,
})

function open(path: string, clock: ManualClock, failures: unknown[] = []) {
  const database = new Database({ path, clock, onFailure: (error) => failures.push(error) })
  const nflog = new NotificationLog(database)
  database.start()
  nflog.load()
  return { database, nflog }
}

test('what was written is there after a restart, and when', async (t) => {
  const path = join(temporaryDirectory(t), 'state.db')
  const clock = new ManualClock()
  const first = open(path, clock)
  assert.equal(first.database.lastCommitMs, 0)
  await Promise.all([first.nflog.record(key(1), entry(3)), first.nflog.record(key(2), entry(0))])
  first.database.stop()
  const second = open(path, clock)
  assert.deepEqual(second.nflog.get(key(1)), entry(3))
  assert.deepEqual(second.nflog.get(key(2)), entry(0))
  assert.equal(second.nflog.get(key(3)), undefined)
  assert.equal(second.database.lastCommitMs, clock.nowMs())
  second.database.stop()
})

test('writes of one turn share a transaction', async (t) => {
  const path = join(temporaryDirectory(t), 'state.db')
  const { database, nflog } = open(path, new ManualClock())
  const promises = [1, 2, 3].map((index) => nflog.record(key(index), entry(1)))
  assert.equal(new Set(promises).size, 1)
  await promises[0]
  assert.notEqual(nflog.record(key(4), entry(1)), promises[0])
  database.stop()
})

test('a full disk rejects, loses nothing, and is made up for when there is room again', async (t) => {
  const path = join(temporaryDirectory(t), 'state.db')
  const clock = new ManualClock()
  const failures: unknown[] = []
  const { database, nflog } = open(path, clock, failures)
  await nflog.record(key(0), entry(1))
  database.statement('PRAGMA max_page_count = 10').all()

  const refused = nflog.record(key(1), entry(5_000))
  await assert.rejects(refused, (error) => error instanceof CodedError && error.code === 'DISK_FULL' && error.retryable)
  assert.equal(failures.length, 1)
  assert.equal(nflog.get(key(1))?.firing.size, 5_000, 'memory goes on')
  const later = nflog.record(key(2), entry(1))
  await assert.rejects(later)

  database.statement('PRAGMA max_page_count = 1000000').all()
  await clock.advance(60_000)
  database.stop()
  const after = open(path, clock)
  for (const index of [0, 1, 2]) assert.ok(after.nflog.get(key(index)) !== undefined, `entry ${index}`)
  after.database.stop()
})

test('expired entries go, on disk too', async (t) => {
  const path = join(temporaryDirectory(t), 'state.db')
  const clock = new ManualClock()
  const { database, nflog } = open(path, clock)
  await nflog.record(key(1), { ...entry(1), expiresAtMs: clock.nowMs() + 10 })
  await nflog.record(key(2), { ...entry(1), expiresAtMs: clock.nowMs() + 20 })
  await clock.advance(10)
  nflog.collectGarbage(clock.nowMs())
  assert.equal(nflog.get(key(1)), undefined)
  database.stop()
  const after = open(path, clock)
  assert.equal(after.nflog.get(key(1)), undefined)
  assert.ok(after.nflog.get(key(2)) !== undefined)
  after.database.stop()
})

test('a file that is no database, or one from the future, is refused by name', (t) => {
  const directory = temporaryDirectory(t)
  const garbage = join(directory, 'garbage.db')
  writeFileSync(garbage, 'not a database, but long enough to look at '.repeat(40))
  assert.throws(() => open(garbage, new ManualClock()), /garbage\.db: file is not a database/)
  const future = join(directory, 'future.db')
  const file = new DatabaseSync(future)
  file.exec('PRAGMA user_version = 99')
  file.close()
  assert.throws(() => open(future, new ManualClock()), /future\.db: it was written by a newer version/)
})
