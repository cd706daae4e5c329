import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { WriteAheadLog, type WriteAheadLogOptions } from '../../../alertmanager/store/write-ahead-log.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { until } from '../../support/until.ts'

const BLOCK_BYTES = 512

function open(path: string, options: WriteAheadLogOptions) {
  const file = new DatabaseSync(path)
  file.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  file.exec('CREATE TABLE state (at INTEGER); CREATE TABLE rows (number INTEGER PRIMARY KEY, text TEXT)')
  const log = new WriteAheadLog(file, path, options)
  /** Commits a transaction of so many rows, some of them instead of older ones. */
  const commit = (number: number, rows: number): Promise<void> => {
    file.exec('BEGIN IMMEDIATE')
    const insert = file.prepare('INSERT OR REPLACE INTO rows VALUES (?, ?)')
    for (let row = 0; row < rows; row++) insert.run((number * 7 + row * 13) % 97, `${number}`.padEnd(200, '.'))
    insert.run(1_000 + number, 'committed')
    file.exec('COMMIT')
    return log.committed()
  }
  return { file, log, commit }
}

/** A disk of which the test knows what is safe, and on which a sync takes as long as the test wants. */
class TestDisk {
  readonly safe = new Map<string, Buffer>()
  readonly waiting: PromiseWithResolvers<void>[] = []

  readonly sync = async (descriptor: number): Promise<void> => {
    const path = readlinkSync(`/proc/self/fd/${descriptor}`)
    const content = existsSync(path) ? readFileSync(path) : Buffer.alloc(0)
    const end = Promise.withResolvers<void>()
    this.waiting.push(end)
    await end.promise
    this.safe.set(path, content)
  }

  release(): void {
    this.waiting.shift()?.resolve()
  }

  fail(): void {
    this.waiting.shift()?.reject(new Error('EIO'))
  }
}

/** What may be left of a file: all that is safe, and of what came later any blocks, or none. */
function afterPowerLoss(safe: Buffer, now: Buffer, pick: () => boolean): Buffer {
  const left = Buffer.alloc(Math.max(now.length, safe.length))
  safe.copy(left)
  for (let from = 0; from < now.length; from += BLOCK_BYTES) {
    if (pick()) now.copy(left, from, from, from + BLOCK_BYTES)
  }
  const length = pick() ? left.length : Math.max(safe.length, left.length - 3 * BLOCK_BYTES)
  return left.subarray(0, length)
}

/** A log that was cut and begun anew has none of its old blocks any more, or all of them. */
function logAfterPowerLoss(safe: Buffer, now: Buffer, pick: () => boolean): Buffer {
  const isSameLog = safe.length <= now.length && now.subarray(0, 32).equals(safe.subarray(0, 32))
  if (isSameLog || safe.length === 0) return afterPowerLoss(safe, now, pick)
  return pick() ? safe : afterPowerLoss(Buffer.alloc(0), now, pick)
}

function assertSound(path: string, acknowledged: ReadonlySet<number>, what: string): void {
  const file = new DatabaseSync(path)
  const [{ integrity_check: health }] = file.prepare('PRAGMA integrity_check').all() as [{ integrity_check: string }]
  assert.equal(health, 'ok', what)
  const numbers = file.prepare('SELECT number FROM rows WHERE number >= 1000 ORDER BY number').all()
  const there = numbers.map(({ number }) => Number(number) - 1_000)
  assert.deepEqual(there, [...there.keys()], `${what}: commits are there in their order, none is left out`)
  for (const number of acknowledged) assert.ok(number < there.length, `${what}: ${number} of ${there.length}`)
  file.close()
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('commit' as const), rows: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('sync' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cut' as const), seed: fc.nat() }) },
)

test('whenever the power fails, what was acknowledged is there, and the file is sound', async (t: TestContext) => {
  const directory = temporaryDirectory(t)
  let runs = 0
  let shortened = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
      const home = join(directory, String(runs++))
      mkdirSync(home)
      const path = join(home, 'state.db')
      const disk = new TestDisk()
      const { log, commit } = open(path, {
        sync: disk.sync,
        checkpointBytes: 20_000,
        longestBytes: Number.POSITIVE_INFINITY,
      })
      // Up to here SQLite has synced itself.
      for (const name of [path, `${path}-wal`]) disk.safe.set(name, readFileSync(name))
      const acknowledged = new Set<number>()
      let [commits, longest] = [0, 0]
      for (const each of steps) {
        if (each.kind === 'commit') {
          const number = commits++
          void commit(number, each.rows).then(
            () => acknowledged.add(number),
            () => {},
          )
        } else if (each.kind === 'sync' || each.kind === 'fail') {
          if (each.kind === 'sync') disk.release()
          else disk.fail()
          for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
        } else {
          let state = each.seed
          const pick = () => {
            state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
            return ((state >>> 16) & 1) === 1
          }
          const lost = join(home, 'lost')
          mkdirSync(lost, { recursive: true })
          for (const name of ['state.db', 'state.db-wal']) {
            const [safe, now] = [disk.safe.get(join(home, name))!, readFileSync(join(home, name))]
            const left = name.endsWith('-wal') ? logAfterPowerLoss : afterPowerLoss
            writeFileSync(join(lost, name), left(safe, now, pick))
          }
          assertSound(join(lost, 'state.db'), acknowledged, 'after a loss of power')
        }
        const { size } = statSync(`${path}-wal`)
        if (size < longest) shortened += 1
        longest = size
      }
      for (const name of ['state.db', 'state.db-wal']) copyFileSync(join(home, name), join(home, `killed-${name}`))
      log.close()
      while (disk.waiting.length > 0) disk.release()
      assertSound(path, new Set(Array(commits).keys()), 'after a stop')
      assertSound(join(home, 'killed-state.db'), new Set(Array(commits).keys()), 'after kill -9')
    }),
    { numRuns: 120 },
  )
  assert.ok(shortened > 20, `the log was shortened ${shortened} times`)
})

test('a disk that hangs holds up nobody but who waits for it', async (t) => {
  const disk = new TestDisk()
  const { log, commit, file } = open(join(temporaryDirectory(t), 'state.db'), { sync: disk.sync })
  let safe = 0
  const all = Array.from({ length: 50 }, (_item, number) => commit(number, 1).then(() => (safe += 1)))
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.deepEqual([safe, disk.waiting.length], [0, 1])
  assert.equal(file.prepare('SELECT COUNT(*) AS n FROM rows WHERE number >= 1000').get()?.n, 50)
  // The first one is for the first commit, the second one for all others.
  disk.release()
  await until('the others wait', () => disk.waiting.length === 1)
  disk.release()
  await Promise.all(all)
  assert.equal(disk.waiting.length, 0)
  log.close()
})

test('what cannot be synced is refused, and the next commit is tried anew', async (t) => {
  let fails = true
  const sync = () => (fails ? Promise.reject(new Error('EIO')) : Promise.resolve())
  const { log, commit } = open(join(temporaryDirectory(t), 'state.db'), { sync })
  await assert.rejects(commit(0, 1), /EIO/)
  fails = false
  await commit(1, 1)
  log.close()
})

test('the log stays short, with moments between commits and without', async (t) => {
  for (const pauseMs of [0, 1]) {
    const path = join(temporaryDirectory(t), 'state.db')
    const { log, commit } = open(path, { checkpointBytes: 50_000, longestBytes: 500_000 })
    let longest = 0
    for (let number = 0; number < 300; number++) {
      const safe = commit(number, 20)
      if (number % 10 === 0) await safe
      if (pauseMs > 0 && number % 20 === 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
      longest = Math.max(longest, statSync(`${path}-wal`).size)
    }
    assert.ok(longest < 1_500_000, `${longest} bytes`)
    log.close()
    assertSound(path, new Set(Array(300).keys()), 'at the end')
  }
})
