import assert from 'node:assert/strict'
import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import type { Grouping } from '../../../collector/push/grouping.ts'
import { Problems } from '../../../collector/push/push-refusal.ts'
import { PushStore } from '../../../collector/push/push-store.ts'
import type { PushedFamily } from '../../../collector/push/pushed-family.ts'
import { collectorEvents } from '../../support/collector-events.ts'
import { FakeSeriesSink } from '../../support/fake-series-sink.ts'
import { FaultyFiles } from '../../support/faulty-files.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { PUSH_CONFIG } from '../../support/push-server.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const TIMES = /^push_(failure_)?time_seconds/
const KEPT = { isReplaced: false, ttlMs: undefined }
const REPLACED = { isReplaced: true, ttlMs: undefined }

class Run {
  readonly sink = new FakeSeriesSink()
  readonly counted = collectorEvents()
  readonly clock: ManualClock
  readonly store: PushStore

  constructor(directory: string, { files = new FaultyFiles(), clock = new ManualClock(), config = PUSH_CONFIG } = {}) {
    this.clock = clock
    const { events } = this.counted
    this.store = new PushStore({ files: files.files, directory, sink: this.sink, clock, events, config })
  }

  push(
    job: string,
    values: Readonly<Record<string, number>>,
    mode: typeof KEPT | { isReplaced: boolean; ttlMs: number },
  ) {
    const families = Object.entries(values).map(([name, value]) => family(name, value))
    return this.store.push(grouping(job), { families, hasTimestamps: false, problems: new Problems() }, mode)
  }

  fail(job: string) {
    return this.store.push(grouping(job), { families: [], hasTimestamps: true, problems: new Problems() }, KEPT)
  }
}

function grouping(job: string): Grouping {
  return new Map([['job', job]])
}

function family(name: string, value: number): PushedFamily {
  return { name, type: 'gauge', help: `About ${name}.`, metrics: [{ labels: [], value }] }
}

/** Numbers that JSON does not have are kept too. */
const VALUES = [0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324]
const JOBS = ['a', 'b', 'c']
const NAMES = ['x', 'y', 'z']

const job = fc.constantFrom(...JOBS)
const values = fc.dictionary(fc.constantFrom(...NAMES), fc.constantFrom(...VALUES), { maxKeys: 3 })
const fault = fc.option(fc.constantFrom('sync' as const, 'full' as const), { freq: 5 })
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('push' as const), job, values, isReplaced: fc.boolean(), fault }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), job, fault }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail' as const), job }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('kill' as const), junk: fc.option(fc.uint8Array({ maxLength: 40 })) }),
  },
)

test('what was answered survives a kill at any time, and what failed is as if it had not been', async (t) => {
  const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
    const directory = temporaryDirectory(t)
    const files = new FaultyFiles()
    const model = new Map<string, Map<string, number>>()
    const failed = new Set<string>()
    let run = new Run(directory, { files })
    await run.store.start()
    for (const each of steps) {
      if (each.kind === 'kill') {
        // Nothing is under way, so that all it does is to close the file.
        await run.store.stop()
        tear(directory, files, each.junk)
        run = new Run(directory, { files })
        await run.store.start()
      } else if (each.kind === 'fail') {
        await assert.rejects(run.fail(each.job), { status: 400 })
        failed.add(each.job)
        if (!model.has(each.job)) model.set(each.job, new Map())
      } else {
        if (each.fault === 'sync') files.failingSyncs = 1
        if (each.fault === 'full') files.freeBytes = 10
        const isGone = each.kind === 'delete'
        const done = isGone
          ? run.store.delete(grouping(each.job))
          : run.push(each.job, each.values, each.isReplaced ? REPLACED : KEPT)
        const isNothing = isGone && !model.has(each.job)
        if (each.fault !== null && !isNothing) await assert.rejects(done, { status: 503 })
        else await done
        files.failingSyncs = 0
        files.freeBytes = Number.POSITIVE_INFINITY
        if (each.fault === null && isGone) {
          model.delete(each.job)
          failed.delete(each.job)
        }
        if (each.fault === null && each.kind === 'push') {
          const before = each.isReplaced ? [] : (model.get(each.job) ?? [])
          model.set(each.job, new Map([...before, ...Object.entries(each.values)]))
        }
      }
      const expected = [...model].flatMap(([name, group]) =>
        [...group].map(([x, value]) => `${x}{job="${name}"} ${value}`),
      )
      assert.deepEqual(run.sink.lines(TIMES), expected.sort())
      assert.equal(run.sink.series.size, expected.length + 2 * model.size)
      for (const name of model.keys()) {
        const { value } = run.sink.series.get(`push_failure_time_seconds{job="${name}"}`)!
        assert.equal(value > 0, failed.has(name), name)
      }
    }
    await run.store.stop()
  })
  await fc.assert(property, { numRuns: 40 })
})

/** What a power cut leaves: what was synced, and maybe something behind it. */
function tear(directory: string, files: FaultyFiles, junk: Uint8Array | null): void {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name)
    const synced = files.syncedBytes.get(path)
    if (synced !== undefined && statSync(path).size > synced)
      writeFileSync(path, readFileSync(path).subarray(0, synced))
    if (junk !== null) appendFileSync(path, junk)
  }
}

test('many pushes at once are all there afterwards, the last of each group', async (t) => {
  const directory = temporaryDirectory(t)
  const run = await started(t, directory)
  const pushes: Promise<void>[] = []
  for (let turn = 0; turn < 50; turn++) {
    for (const name of JOBS) pushes.push(run.push(name, { x: turn }, REPLACED))
  }
  pushes.push(run.store.delete(grouping('b')))
  await Promise.all(pushes)
  const expected = ['x{job="a"} 49', 'x{job="c"} 49']
  assert.deepEqual(run.sink.lines(TIMES), expected)
  const again = await started(t, directory)
  assert.deepEqual(again.sink.lines(TIMES), expected)
})

test('files are bounded by what is in the groups, not by how often it was pushed', async (t) => {
  const directory = temporaryDirectory(t)
  const config = { ...PUSH_CONFIG, max_bytes: 1024 ** 2 }
  const run = await started(t, directory, { config })
  await run.push('quiet', { x: 1 }, REPLACED)
  const help = 'x'.repeat(20_000)
  for (let turn = 0; turn < 100; turn++) {
    const families = [{ ...family('x', turn), help }]
    const read = { families, hasTimestamps: false, problems: new Problems() }
    await run.store.push(grouping(`job${turn % 5}`), read, REPLACED)
    await run.push('gone', { y: turn }, REPLACED)
    await run.store.delete(grouping('gone'))
  }
  await run.store.stop()
  assert.ok(run.store.sizeBytes < 1024 ** 2, String(run.store.sizeBytes))
  const bytes = readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0)
  assert.ok(bytes < 500_000, `${bytes} bytes are left`)
  const again = await started(t, directory, { config })
  const expected = [95, 96, 97, 98, 99].map((turn) => `x{job="job${turn % 5}"} ${turn}`)
  assert.deepEqual(again.sink.lines(TIMES), [...expected, 'x{job="quiet"} 1'].sort())
  for (let turn = 0; turn < 30; turn++) {
    const next = await started(t, directory, { config })
    await next.push('job0', { x: turn }, REPLACED)
    await next.store.stop()
  }
  assert.ok(readdirSync(directory).length < 20, 'each start begins a file, and they go')
})

test('more bytes than the limit are refused until groups go', async (t) => {
  const run = await started(t, temporaryDirectory(t), { config: { ...PUSH_CONFIG, max_bytes: 1_024 } })
  for (let turn = 0; turn < 4; turn++) await run.push('a', { [`x${turn}`]: 1, [`y${turn}`]: 1, [`z${turn}`]: 1 }, KEPT)
  await run.push('a', Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`x${index}`, 1])), KEPT)
  await assert.rejects(run.push('b', { x: 1 }, KEPT), { status: 429, message: /push\.max_bytes/ })
  await run.store.delete(grouping('a'))
  await run.push('b', { x: 1 }, KEPT)
})

test('a damaged record costs its group the last change, and is counted', async (t) => {
  const directory = temporaryDirectory(t)
  const run = await started(t, directory)
  await run.push('a', { x: 1 }, REPLACED)
  await run.push('a', { x: 2 }, REPLACED)
  await run.push('b', { x: 3 }, REPLACED)
  await run.store.stop()
  const path = join(directory, readdirSync(directory)[0]!)
  const bytes = readFileSync(path)
  const at = bytes.lastIndexOf('[["job","a"]]')
  bytes[at + 3]! ^= 1
  writeFileSync(path, bytes)
  const again = await started(t, directory)
  assert.deepEqual(again.sink.lines(TIMES), ['x{job="a"} 1', 'x{job="b"} 3'])
  assert.equal(await again.counted.count('push_damaged_records_total'), 1)
})

test('a group goes once its time is over, also while the collector is away', async (t) => {
  const directory = temporaryDirectory(t)
  const clock = new ManualClock()
  const run = await started(t, directory, { clock })
  await run.push('short', { x: 1 }, { isReplaced: true, ttlMs: 60_000 })
  await run.push('long', { x: 1 }, { isReplaced: true, ttlMs: 120_000 })
  await run.push('ever', { x: 1 }, REPLACED)
  await clock.advance(59_000)
  assert.equal(run.store.size, 3)
  await run.push('long', { x: 2 }, { isReplaced: true, ttlMs: 120_000 })
  await clock.advance(2_000)
  assert.deepEqual(run.sink.lines(TIMES), ['x{job="ever"} 1', 'x{job="long"} 2'])
  await run.store.stop()
  const later = new ManualClock(clock.nowMs() + 120_000)
  const again = await started(t, directory, { clock: later })
  assert.deepEqual(again.sink.lines(TIMES), ['x{job="ever"} 1'])
  assert.equal(await again.counted.count('push_groups_expired_total'), 1)
})

test('what is pushed once is put into the table each minute, for those who are sent samples', async (t) => {
  const clock = new ManualClock()
  const run = await started(t, temporaryDirectory(t), { clock })
  await run.push('a', { x: 1 }, REPLACED)
  const firstMs = run.sink.series.get('x{job="a"}')!.timeMs
  await clock.advance(59_000)
  assert.equal(run.sink.series.get('x{job="a"}')!.timeMs, firstMs)
  await clock.advance(2_000)
  assert.ok(run.sink.series.get('x{job="a"}')!.timeMs >= firstMs + 60_000)
  assert.equal(run.sink.series.get('push_time_seconds{job="a"}')!.value, firstMs / 1_000)
})

test('a value of the same millisecond, or of a clock that was set back, counts', async (t) => {
  const clock = new ManualClock()
  const run = await started(t, temporaryDirectory(t), { clock })
  await run.push('a', { x: 1 }, REPLACED)
  await run.push('a', { x: 2 }, REPLACED)
  assert.deepEqual(run.sink.lines(TIMES), ['x{job="a"} 2'])
})

async function started(
  t: TestContext,
  directory: string,
  options: ConstructorParameters<typeof Run>[1] = {},
): Promise<Run> {
  const run = new Run(directory, options)
  await run.store.start()
  t.after(() => run.store.stop())
  return run
}
