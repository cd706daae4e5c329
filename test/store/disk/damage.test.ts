import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { CorruptBlockError } from '../../../store/block/byte-reader.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { Core, STREAM } from '../core.ts'

const DOCUMENTS = ['20', '21'].flatMap((date) =>
  Array.from({ length: 50 }, (_, number) => ({
    id: `${date}-${number}`,
    source: `{"@timestamp":"2026-11-${date}T00:00:00.${String(number).padStart(3, '0')}Z","n":${number}}`,
  })),
)

function filled(directory: string): Core {
  const core = new Core(directory)
  core.putStreamTemplate()
  assert.ok(core.statuses(DOCUMENTS).every((status) => status === 201))
  return core
}

test('a day file that is no database is set aside and the other days are served', async (t) => {
  const directory = temporaryDirectory(t)
  const core = filled(directory)
  core.stop()
  writeFileSync(join(directory, 'days/2026-11-20.sqlite'), 'this is no database, it is a text that someone wrote here')
  core.start()
  assert.deepEqual(
    core.documents().map(({ id }) => id),
    DOCUMENTS.filter(({ id }) => id.startsWith('21')).map(({ id }) => id),
  )
  assert.ok(existsSync(join(directory, 'days/2026-11-20.sqlite.corrupt')))
  assert.equal(await core.metric('vedette_store_corrupt_day_files_total'), 1)
  assert.ok(core.lines.some((line) => line.includes('set aside')))
  assert.ok(
    core.statuses(DOCUMENTS.slice(0, 5)).every((status) => status === 201),
    'the day takes documents again',
  )
  core.stop()
})

test('any flipped byte of a day file is noticed or harmless, and writing goes on', async (t) => {
  const directory = temporaryDirectory(t)
  const core = filled(directory)
  core.stop()
  const path = join(directory, 'days/2026-11-20.sqlite')
  const good = readFileSync(path)
  const sources = new Set(DOCUMENTS.map(({ source }) => source))
  for (let run = 0; run < 60; run++) {
    for (const name of readdirSync(join(directory, 'days')))
      if (name.includes('-20.')) rmSync(join(directory, 'days', name))
    const bad = Buffer.from(good)
    const at = Math.floor((run * good.length) / 60) + (run % 7) * 13
    bad[at] = bad[at]! ^ 0x41
    writeFileSync(path, bad)
    core.start()
    try {
      for (const { source } of core.documents()) assert.ok(sources.has(source), `byte ${at}: ${source}`)
    } catch (error) {
      if (!(error instanceof CorruptBlockError) && !isSqlite(error)) throw error
    }
    const fresh = { id: `new ${run}`, source: '{"@timestamp":"2026-11-20T01:00:00Z"}' }
    assert.deepEqual(core.statuses([fresh]), [201], `byte ${at}`)
    await core.merge()
    core.stop()
  }
})

function isSqlite(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error
}

test('a damaged block is skipped by merging and by the search for duplicates', async (t) => {
  const directory = temporaryDirectory(t)
  const core = new Core(directory)
  core.putStreamTemplate()
  for (let bulk = 0; bulk < 4; bulk++) core.statuses(DOCUMENTS.slice(bulk * 10, bulk * 10 + 10))
  core.stop()
  const database = new DatabaseSync(join(directory, 'days/2026-11-20.sqlite'))
  database.exec("UPDATE blocks SET head = x'00112233' WHERE id = 2")
  database.close()
  core.start()
  await core.merge()
  assert.deepEqual(core.blockRows(), [10, 10, 20])
  assert.equal(await core.metric('vedette_store_corrupt_blocks_total'), 1)
  core.stop()
})

test('a lost or damaged state file is made again from the days', async (t) => {
  for (const damage of ['lost', 'damaged']) {
    const directory = join(temporaryDirectory(t), damage)
    const core = filled(directory)
    const before = core.documents()
    const { uid } = core.indices.get(STREAM)!
    core.stop()
    const path = join(directory, 'store.sqlite')
    if (damage === 'lost') for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
    else writeFileSync(path, Buffer.alloc(20_000, 'x'))
    core.start()
    assert.equal(core.indices.get(STREAM)?.uid, uid)
    assert.deepEqual(core.documents(), before)
    assert.equal(await core.metric('vedette_store_corrupt_state_files_total'), damage === 'lost' ? 0 : 1)
    core.putStreamTemplate()
    assert.ok(core.statuses(DOCUMENTS).every((status) => status === 409))
    assert.deepEqual(core.statuses([{ source: '{"@timestamp":"2026-11-21T00:00:00Z"}' }]), [201])
    assert.equal(new Set(core.documents().map(({ id }) => id)).size, DOCUMENTS.length + 1)
    core.stop()
  }
})
