import assert from 'node:assert/strict'
import { copyFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { CodedError } from '#lib/errors.ts'
import { DiskQueue, type QueueOptions } from '../../../collector/queue/queue.ts'
import { collectorEvents } from '../../support/collector-events.ts'
import { FaultyFiles } from '../../support/faulty-files.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

/** Four entries to a segment, twenty to a queue. */
const SIZES = {
  segmentBytes: 4_096,
  maxBytes: 20_480,
  cacheBytes: 0,
  minFreeBytes: 0,
  whenFull: 'drop_oldest',
  order: 'none',
} as const
const PAYLOAD_BYTES = 1_000

async function harness(directory: string, options: Partial<QueueOptions> = {}, disk = new FaultyFiles()) {
  const { events, count } = collectorEvents()
  const queue = await DiskQueue.open({ files: disk.files, directory, events, nowMs: () => 7, ...SIZES, ...options })
  const append = (id: number, records = 1) => {
    const payload = Buffer.alloc(PAYLOAD_BYTES)
    payload.writeUInt32LE(id)
    return queue.append({ kind: 'otlp_logs', payload, encoding: 'identity', records, body: payload })
  }
  const take = async () => {
    const entry = await queue.take()
    return entry === undefined ? undefined : { id: entry.payload.readUInt32LE(0), settle: entry.settle }
  }
  const takeAll = async () => {
    const ids: number[] = []
    for (let taken = await take(); taken !== undefined; taken = await take()) ids.push(taken.id)
    return ids
  }
  return { queue, disk, append, take, takeAll, dropped: () => count('records_dropped_total'), count }
}

const isCoded = (code: string) => (error: unknown) =>
  error instanceof CodedError && error.code === code && error.retryable

async function appendMany(append: (id: number, records: number) => Promise<unknown>, from: number, to: number) {
  for (let id = from; id < to; id++) await append(id, 2)
}

test('drop_oldest gives up whole files of which nothing was read, and counts their records', async (t) => {
  const { queue, append, take, takeAll, dropped } = await harness(temporaryDirectory(t))
  await appendMany(append, 0, 6)
  const first = await take()
  assert.equal(first!.id, 0)
  await appendMany(append, 6, 40)
  const count = await dropped()
  assert.ok(count > 0 && count % 2 === 0)
  assert.equal(queue.queuedRecords, 40 * 2 - 2 - count)
  assert.ok(queue.sizeBytes <= SIZES.maxBytes)
  const ids = await takeAll()
  // The file that is being read stays, those behind it went, the newest are there.
  const missing = Array.from({ length: 40 }, (_, id) => id).filter((id) => id > 0 && !ids.includes(id))
  assert.equal(missing.length * 2, count)
  assert.deepEqual(
    missing,
    Array.from({ length: missing.length }, (_, index) => missing[0]! + index),
    'one piece, behind the file that is being read',
  )
  assert.deepEqual(ids.slice(0, 3), [1, 2, 3])
  assert.equal(ids.at(-1), 39)
  assert.equal(queue.lostRecords, 0)
  assert.equal(queue.queuedRecords, 0)
  await queue.close()
})

test('what was dropped is no damage after a restart, and is dropped again if the power was cut before', async (t) => {
  const directory = temporaryDirectory(t)
  const before = await harness(directory)
  await appendMany(before.append, 0, 20)
  const saved = readdirSync(directory).filter((name) => name.endsWith('.segment'))
  const aside = temporaryDirectory(t)
  for (const name of saved) copyFileSync(join(directory, name), join(aside, name))
  await appendMany(before.append, 20, 28)
  const count = await before.dropped()
  assert.ok(count > 0)
  const left = before.queue.queuedRecords
  await before.queue.close()
  for (const name of saved.slice(1, -1)) copyFileSync(join(aside, name), join(directory, name))

  const after = await harness(directory)
  assert.equal(after.queue.recoveredRecords, left)
  assert.equal(after.queue.oldestAtMs, 7)
  const ids = await after.takeAll()
  assert.equal(ids.length * 2, left)
  assert.equal(after.queue.lostRecords, 0)
  assert.equal(await after.dropped(), 0)
  await after.queue.close()

  rmSync(join(directory, 'position.json'))
  const without = await harness(directory)
  await without.takeAll()
  // Nobody knows any more that they were dropped.
  assert.equal(without.queue.lostRecords, count)
  assert.equal(without.queue.recoveredRecords, left + count)
  await without.queue.close()
})

test('where nothing may be dropped, drop_oldest refuses', async (t) => {
  const { queue, append, count } = await harness(temporaryDirectory(t), { segmentBytes: 1024 ** 2 })
  await appendMany(append, 0, 19)
  await assert.rejects(append(20), isCoded('QUEUE_FULL'))
  assert.equal(await count('queue_full_total'), 1)
  await queue.close()
})

test('a disk that cannot note what goes keeps it, and the sender waits', async (t) => {
  const { queue, append, takeAll, disk, dropped } = await harness(temporaryDirectory(t))
  await appendMany(append, 0, 19)
  disk.isReadOnly = true
  await assert.rejects(append(20), isCoded('QUEUE_FULL'))
  assert.equal(await dropped(), 0)
  disk.isReadOnly = false
  assert.equal((await takeAll()).length, 19)
  await queue.close()
})

test('below the floor of free disk senders wait, with an empty queue too, until there is room', async (t) => {
  const { queue, append, takeAll, disk, count } = await harness(temporaryDirectory(t), {
    ...{ minFreeBytes: 10_000, whenFull: 'refuse' },
  })
  disk.freeBytes = 10_500
  await queue.look()
  assert.equal(queue.freeBytes, 10_500)
  await assert.rejects(append(0), isCoded('DISK_LOW'))
  assert.equal(await count('queue_disk_low_total'), 1)
  disk.freeBytes = 11_500
  await queue.look()
  await append(1)
  await assert.rejects(append(2), isCoded('DISK_LOW'), 'what was written since the last look counts')
  assert.deepEqual(await takeAll(), [1])
  await queue.close()
})

test('on a disk that became read-only nothing is taken and nothing that is there is lost', async (t) => {
  const { queue, append, take, disk, count } = await harness(temporaryDirectory(t), { whenFull: 'refuse' })
  await appendMany(append, 0, 3)
  disk.isReadOnly = true
  for (let attempt = 0; attempt < 3; attempt++) await assert.rejects(append(9), { code: 'EROFS' })
  const taken = await take()
  assert.equal(taken!.id, 0)
  taken!.settle()
  await queue.save()
  assert.equal(await count('queue_write_errors_total'), 4)
  disk.isReadOnly = false
  await append(3)
  assert.equal(queue.queuedRecords, 2 + 2 + 1)
  await queue.close()
})
