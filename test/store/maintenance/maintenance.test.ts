import assert from 'node:assert/strict'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { Core, STREAM, type TestDocument } from '../core.ts'

const DAY_MS = 86_400_000

function documents(dayOffset: number, from: number, count: number, text = ''): TestDocument[] {
  const day = new Date(Date.UTC(2026, 10, 21) + dayOffset * DAY_MS).toISOString().slice(0, 10)
  return Array.from({ length: count }, (_, place) => ({
    id: `${dayOffset}/${from + place}`,
    source: `{"@timestamp":"${day}T00:00:00.${String((from + place) % 1000).padStart(3, '0')}Z","n":${from + place},"text":"${text}"}`,
  }))
}

test('one block for each small bulk does not stay', async (t) => {
  const core = new Core(temporaryDirectory(t))
  core.putStreamTemplate()
  for (let bulk = 0; bulk < 200; bulk++) {
    core.statuses(documents(0, bulk * 30, 30))
    // While documents come, each is written again only a few times.
    if (bulk % 16 === 15) await core.maintenance.pass()
  }
  assert.ok(core.blockRows().length < 40, `${core.blockRows()}`)
  assert.ok(core.counters.rowsMerged <= 3 * 6000, `${core.counters.rowsMerged} rows were written again`)
  await core.merge()
  assert.equal(core.blockRows().length, 2)
  assert.equal(core.maintenance.pending, 0)
  assert.deepEqual(
    core.documents().map(({ source }) => source),
    documents(0, 0, 6000).map(({ source }) => source),
  )
  assert.ok(core.statuses(documents(0, 0, 6000)).every((status) => status === 409))
  core.stop()
})

test('blocks that a search reads stay until it is done', async (t) => {
  const core = new Core(temporaryDirectory(t))
  core.putStreamTemplate()
  for (let bulk = 0; bulk < 4; bulk++) core.statuses(documents(0, bulk * 10, 10))
  const file = core.files.open(core.files.days[0]!)!
  const blocks = file.blocksOf(core.indices.get(STREAM)!.uid)
  file.pin()
  await core.merge()
  assert.deepEqual(core.blockRows(), [40])
  for (const { id } of blocks) assert.ok(file.readHead(id).length > 0)
  file.unpin()
  await core.merge()
  for (const { id } of blocks) assert.throws(() => file.readHead(id))
  assert.equal(core.maintenance.pending, 0)
  core.stop()
})

test('documents that come while their day is merged are kept', async (t) => {
  const core = new Core(temporaryDirectory(t))
  core.putStreamTemplate()
  for (let bulk = 0; bulk < 40; bulk++) core.statuses(documents(0, bulk * 100, 100))
  await core.clock.advance(21_000)
  const merging = core.maintenance.pass()
  let late = 0
  const send = setInterval(() => core.statuses(documents(0, 4000 + 10 * late++, 10)), 1)
  await merging
  clearInterval(send)
  await core.merge()
  assert.equal(core.documents().length, 4000 + 10 * late)
  assert.ok(late > 0)
  core.stop()
})

test('days that are too old are removed, their index once it has no documents', async (t) => {
  const core = new Core(temporaryDirectory(t))
  core.putStreamTemplate()
  core.statuses(documents(-6, 0, 10))
  core.statuses([{ ...documents(-6, 10, 1)[0]!, index: 'logs-old-default' }])
  core.statuses(documents(0, 0, 10))
  await core.clock.advance(7_200_000)
  await core.maintenance.pass()
  assert.equal(core.files.days.length, 2)
  for (let day = 0; day < 3; day++) {
    await core.clock.advance(DAY_MS)
    await core.maintenance.pass()
  }
  assert.equal(core.files.days.length, 1)
  assert.deepEqual(
    core.indices.all.map(({ name }) => name),
    [STREAM],
  )
  assert.equal(await core.metric('vedette_store_retention_removed_days_total'), 1)
  core.restart()
  assert.equal(core.documents().length, 10)
  core.stop()
})

test('a clock that is set forward removes nothing before it has gone on for a while', async (t) => {
  const core = new Core(temporaryDirectory(t))
  core.putStreamTemplate()
  core.statuses(documents(0, 0, 10))
  await core.maintenance.pass()
  core.clock.step(3650 * DAY_MS)
  await core.clock.advance(20_000)
  await core.maintenance.pass()
  assert.equal(core.files.days.length, 1)
  core.clock.step(-3650 * DAY_MS)
  await core.clock.advance(3_600_000)
  await core.maintenance.pass()
  assert.equal(core.files.days.length, 1)
  core.stop()
})

test('the oldest days go when all are too large, those of the future before them; the newest stays', async (t) => {
  const directory = temporaryDirectory(t)
  const writer = new Core(directory)
  writer.putStreamTemplate()
  for (const day of [-3, -2, -1, 0, 400]) writer.statuses(documents(day, 0, 50))
  await writer.merge()
  writer.stop()
  const names = () => readdirSync(join(directory, 'days')).filter((name) => name.endsWith('.sqlite'))
  assert.equal(names().length, 5)
  writer.start()
  const maxBytes = writer.files.totalBytes * 0.5
  writer.stop()
  const core = new Core(directory, { maxBytes })
  await core.maintenance.pass()
  assert.deepEqual(names().sort(), ['2026-11-20.sqlite', '2026-11-21.sqlite'])
  core.stop()
  const small = new Core(directory, { maxBytes: 1 })
  await small.maintenance.pass()
  assert.deepEqual(names(), ['2026-11-21.sqlite'])
  assert.equal(await small.metric('vedette_store_retention_blocked_total'), 1)
  small.stop()
})

test('the oldest days go while the disk has too little free; the newest stays', async (t) => {
  const directory = temporaryDirectory(t)
  const core = new Core(directory)
  core.putStreamTemplate()
  for (const day of [-3, -2, -1, 0]) core.statuses(documents(day, 0, 50))
  await core.merge()
  const names = () => readdirSync(join(directory, 'days')).filter((name) => name.endsWith('.sqlite'))
  // Each day that goes gives 300 bytes back.
  core.freeBytes = () => 500 + (4 - names().length) * 300
  await core.clock.advance(10_000)
  await core.maintenance.pass()
  assert.deepEqual(names().sort(), ['2026-11-20.sqlite', '2026-11-21.sqlite'])
  assert.equal(await core.metric('vedette_store_disk_low_total'), 0)
  core.freeBytes = () => 0
  await core.clock.advance(10_000)
  await core.maintenance.pass()
  assert.deepEqual(names(), ['2026-11-21.sqlite'])
  assert.equal(await core.metric('vedette_store_disk_low_total'), 1)
  assert.ok(core.lines.some((line) => line.includes('reason=disk')))
  core.stop()
})

test('the size of a day has its write-ahead log in it; a quiet day is compacted and closed', async (t) => {
  const directory = temporaryDirectory(t)
  const core = new Core(directory)
  core.putStreamTemplate()
  for (let bulk = 0; bulk < 30; bulk++)
    core.statuses(documents(0, bulk * 50, 50, Math.random().toString(36).repeat(20)))
  const path = join(directory, 'days/2026-11-21.sqlite')
  const before = statSync(path).size + statSync(`${path}-wal`).size
  assert.equal(core.files.totalBytes, before)
  await core.merge()
  assert.ok(core.files.totalBytes < before)
  assert.equal(statSync(`${path}-wal`).size, 0)
  for (let pass = 0; pass < 3; pass++) {
    await core.clock.advance(61_000)
    await core.maintenance.pass()
  }
  assert.equal(core.files.openFiles.length, 0)
  assert.ok(!existsSync(`${path}-wal`))
  assert.equal(core.files.totalBytes, statSync(path).size)
  core.stop()
})

test('documents of a deleted index are removed, those of others and of a new one of its name are not', async (t) => {
  const core = new Core(temporaryDirectory(t))
  core.putStreamTemplate()
  const mine = Array.from({ length: 300 }, (_, n) => ({ index: 'mine', id: `${n}`, source: `{"n":${n}}` }))
  for (let bulk = 0; bulk < 30; bulk++) core.statuses(mine.slice(bulk * 10, bulk * 10 + 10))
  core.statuses(documents(0, 0, 10))
  core.indices.delete([core.indices.get('mine')!])
  core.maintenance.indicesDeleted()
  assert.deepEqual(core.statuses(mine.slice(0, 3)), [201, 201, 201])
  core.restart()
  await core.maintenance.pass()
  assert.deepEqual(core.state.readDeleted(), [])
  assert.equal(core.documents().length, 13)
  core.stop()
})
