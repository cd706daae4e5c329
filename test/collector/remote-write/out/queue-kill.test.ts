import assert from 'node:assert/strict'
import { cpSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { systemFiles } from '#lib/files.ts'
import { Distributor } from '../../../../collector/remote-write/out/distribute.ts'
import { QueueWriter } from '../../../../collector/remote-write/out/queue-writer.ts'
import { SampleQueue } from '../../../../collector/remote-write/out/sample-queue.ts'
import { STALE_FLAG, seriesOf } from '../../../../collector/remote-write/out/sample-records.ts'
import type { Taken } from '../../../../collector/remote-write/out/slice.ts'
import { FaultyFiles } from '../../../support/faulty-files.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'

const MIB = 1024 ** 2
/** So small that many a flush begins another. */
const SEGMENT_BYTES = 100

interface Life {
  readonly queue: SampleQueue
  readonly writer: QueueWriter
  readonly dropped: Map<string, number>
  /** Flushes. */
  readonly flush: () => Promise<void>
  readonly lost: number
}

/** What a row stands for in the test: the same label set in every life. */
function seriesOfRow(row: number) {
  const family = { name: 'm', type: 'gauge' as const, help: '', unit: '' }
  return { labels: ['__name__', 'm', 'row', String(row)], family, startMs: 0 }
}

async function begin(
  directory: string,
  { maxBytes = 64 * MIB, maxAgeMs = 1e9, files = systemFiles, segmentBytes = 0 } = {},
) {
  const dropped = new Map<string, number>()
  const onDropped = (reason: string, samples: number) => dropped.set(reason, (dropped.get(reason) ?? 0) + samples)
  const nowMs = () => Date.now()
  const queue = await SampleQueue.open({
    ...{ files, directory, maxBytes, maxAgeMs, nowMs, onDropped },
    ...(segmentBytes === 0 ? {} : { segmentBytes }),
  })
  let lost = 0
  const writer = new QueueWriter({
    queue: () => queue,
    seriesOf: seriesOfRow,
    startMsOf: undefined,
    onDue: () => {},
    onWritten: () => {},
    onLost: (_reason, samples) => {
      lost += samples
    },
  })
  const life: Life = {
    ...{ queue, writer, dropped },
    flush: () => writer.flush(),
    get lost() {
      return lost
    },
  }
  return life
}

interface ReadSample {
  readonly row: number
  readonly value: number | 'stale'
  readonly timeMs: number
}

/** The next payload of a queue as samples of rows. */
async function read(queue: SampleQueue): Promise<{ samples: ReadSample[]; taken: Taken; damaged: number } | undefined> {
  const stored = await queue.next()
  if (stored === undefined) return undefined
  const { slices, damaged } = new Distributor().divide(stored, 1)
  const { definitions } = stored
  const samples: ReadSample[] = []
  const slice = slices[0]
  for (let index = 0; index < (slice?.series.length ?? 0); index++) {
    const marked = slice!.series[index]!
    const text = definitions.refs[definitions.labelsTo(seriesOf(marked)) - 1]!
    const row = Number(
      definitions.text.toString('utf8', definitions.textStarts[text], definitions.textStarts[text + 1]),
    )
    samples.push({ row, value: marked >= STALE_FLAG ? 'stale' : slice!.values[index]!, timeMs: slice!.times[index]! })
  }
  return { samples, taken: stored.taken, damaged }
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('put' as const), row: fc.nat(5), isEnd: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('flush' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('read' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('keep' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), row: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('kill' as const), torn: fc.nat(40) }) },
)

test('whenever it is killed: what was written comes again from what was settled on, in order, and nothing else', async (t) => {
  const base = temporaryDirectory(t)
  let runs = 0
  const property = fc.asyncProperty(fc.array(step, { maxLength: 80, size: 'max' }), async (steps) => {
    let directory = join(base, String(runs++))
    let life = await begin(directory, { segmentBytes: SEGMENT_BYTES })
    /** All samples that are on disk, in order. */
    let written: ReadSample[] = []
    let buffered: ReadSample[] = []
    /** Of `written`, those that are settled, and that a mark on disk knows of at least. */
    let settled = 0
    let kept = 0
    let readTo = 0
    const open: { taken: Taken; samples: number }[] = []
    let clockMs = 1_000
    for (const action of steps) {
      if (action.do === 'put') {
        const sample = { row: action.row, value: action.isEnd ? ('stale' as const) : clockMs / 3, timeMs: clockMs++ }
        if (action.isEnd) life.writer.ended(action.row, sample.timeMs)
        else life.writer.sample(action.row, sample.value as number, sample.timeMs)
        buffered.push(sample)
      } else if (action.do === 'flush') {
        await life.flush()
        written = [...written, ...buffered]
        buffered = []
      } else if (action.do === 'read') {
        const found = await read(life.queue)
        assert.equal(found === undefined, readTo === written.length)
        if (found === undefined) continue
        assert.deepEqual(found.samples, written.slice(readTo, readTo + found.samples.length))
        readTo += found.samples.length
        open.push({ taken: found.taken, samples: found.samples.length })
      } else if (action.do === 'settle') {
        const done = open.shift()
        if (done !== undefined) life.queue.settle(done.taken, done.samples)
        settled += done?.samples ?? 0
      } else if (action.do === 'keep') {
        await life.queue.keep()
        kept = settled
      } else if (action.do === 'forget') {
        life.writer.forgotten(action.row)
      } else {
        // The process is gone: what was not written is, too. Of a write that was under way there is a part.
        const next = join(base, String(runs++))
        cpSync(directory, next, { recursive: true })
        tear(next, action.torn)
        await life.queue.close()
        rmSync(directory, { recursive: true })
        directory = next
        life = await begin(directory, { segmentBytes: SEGMENT_BYTES })
        buffered = []
        open.length = 0
        settled = kept
        readTo = kept
      }
      assert.equal(life.queue.samples, written.length - settled)
      assert.equal(life.dropped.size, 0)
    }
    await life.queue.close()
    rmSync(directory, { recursive: true })
  })
  await fc.assert(property, { numRuns: 40 })
})

/** Writes the beginning of a frame behind the last segment, as a kill in the middle of a write leaves it. */
function tear(directory: string, bytes: number): void {
  const last = readdirSync(directory)
    .filter((name) => name.endsWith('.segment'))
    .sort()
    .at(-1)
  if (last === undefined) return
  const path = join(directory, last)
  // Longer, with zeros: a file that grew before its content came.
  truncateSync(path, statSync(path).size + bytes)
}

test('the queue keeps to its size and gives up the oldest, counted', async (t) => {
  const life = await begin(temporaryDirectory(t), { maxBytes: MIB })
  const rows = 100
  let put = 0
  for (let round = 0; round < 3_000; round++) {
    for (let row = 0; row < rows; row++) life.writer.sample(row, round + 0.1, round)
    put += rows
    if (round % 50 !== 49) continue
    await life.flush()
    await life.queue.keep()
    assert.ok(life.queue.sizeBytes < 1.3 * MIB, String(life.queue.sizeBytes))
  }
  const dropped = life.dropped.get('queue_full') ?? 0
  assert.ok(dropped > 0)
  assert.equal(life.queue.samples, put - dropped)
  let found = 0
  let last = -1
  for (let next = await read(life.queue); next !== undefined; next = await read(life.queue)) {
    if (found === 0) assert.equal(next.samples[0]!.timeMs, dropped / rows)
    found += next.samples.length
    assert.ok(next.samples[0]!.timeMs > last)
    last = next.samples.at(-1)!.timeMs
  }
  assert.equal(found, put - dropped)
  assert.equal(last, 2_999)
  await life.queue.close()
})

test('a segment that is too old goes', async (t) => {
  const directory = temporaryDirectory(t)
  const first = await begin(directory)
  first.writer.sample(0, 1, 1)
  await first.flush()
  await first.queue.close()
  const second = await begin(directory, { maxAgeMs: -1 })
  second.writer.sample(0, 2, 2)
  await second.flush()
  await second.queue.keep()
  assert.deepEqual([...second.dropped], [['too_old', 1]])
  assert.equal((await read(second.queue))?.samples[0]?.value, 2)
  await second.queue.close()
})

test('flipped bytes cost what they are in and never the labels of others', async (t) => {
  const directory = temporaryDirectory(t)
  const life = await begin(directory)
  for (let round = 0; round < 6; round++) {
    // A new series each time, so that each payload of samples has definitions before it.
    for (let row = 0; row <= round; row++) life.writer.sample(row, row, round * 100 + row)
    await life.flush()
  }
  await life.queue.close()
  const name = readdirSync(directory).find((file) => file.endsWith('.segment'))!
  const { size } = statSync(join(directory, name))
  for (let at = 24; at < size; at += 7) {
    const copy = join(temporaryDirectory(t), 'queue')
    cpSync(directory, copy, { recursive: true })
    const handle = await systemFiles.open(join(copy, name), 'r+')
    await handle.write(Buffer.from([0x5a]), 0, 1, at)
    await handle.close()
    const again = await begin(copy)
    let found = 0
    let damaged = 0
    for (let next = await read(again.queue); next !== undefined; next = await read(again.queue)) {
      for (const { row, value, timeMs } of next.samples) {
        assert.equal(row, value)
        assert.equal(timeMs % 100, row)
      }
      found += next.samples.length
      damaged += next.damaged
    }
    const lost = (again.dropped.get('damaged') ?? 0) + damaged
    // What is cut off at the end nobody knows of.
    assert.ok(found + lost <= 21 && found + lost >= 15, `${at}: ${found} ${lost}`)
    await again.queue.close()
  }
})

test('a full disk loses what cannot be written, counted, and then goes on', async (t) => {
  const faulty = new FaultyFiles()
  const life = await begin(temporaryDirectory(t), { files: faulty.files })
  life.writer.sample(0, 1, 1)
  await life.flush()
  faulty.freeBytes = 10
  life.writer.sample(0, 2, 2)
  life.writer.sample(1, 2, 2)
  await life.flush()
  assert.equal(life.lost, 2)
  faulty.freeBytes = Number.POSITIVE_INFINITY
  life.writer.sample(1, 3, 3)
  life.writer.sample(0, 3, 3)
  await life.flush()
  const all: ReadSample[] = []
  for (let next = await read(life.queue); next !== undefined; next = await read(life.queue)) all.push(...next.samples)
  assert.deepEqual(all, [
    { row: 0, value: 1, timeMs: 1 },
    { row: 1, value: 3, timeMs: 3 },
    { row: 0, value: 3, timeMs: 3 },
  ])
  assert.equal(life.queue.samples, 3)
  await life.queue.close()
})
