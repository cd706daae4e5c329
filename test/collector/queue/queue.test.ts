import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CodedError } from '#lib/errors.ts'
import { DiskQueue } from '../../../collector/queue/queue.ts'
import { collectorEvents } from '../../support/collector-events.ts'
import { FaultyFiles } from '../../support/faulty-files.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const SIZES = { segmentBytes: 1_024, maxBytes: 4_096, cacheBytes: 0 }

function open(directory: string, disk: FaultyFiles) {
  const { events } = collectorEvents()
  return DiskQueue.open({ files: disk.files, directory, events, nowMs: () => 1, ...SIZES })
}

const isCoded = (code: string) => (error: unknown) =>
  error instanceof CodedError && error.code === code && error.retryable

test('a full disk is told as such, and nothing of the request stays', async (t) => {
  const disk = new FaultyFiles()
  const queue = await open(temporaryDirectory(t), disk)
  disk.freeBytes = 50
  await assert.rejects(queue.append(Buffer.alloc(100), 'identity', 1, Buffer.alloc(100)), isCoded('DISK_FULL'))
  disk.freeBytes = Number.POSITIVE_INFINITY
  assert.equal(queue.queuedRecords, 0)
  assert.equal(await queue.take(), undefined)
  await queue.append(Buffer.from('x'), 'identity', 1, Buffer.from('x'))
  assert.equal((await queue.take())?.payload.toString(), 'x')
  await queue.close()
})

test('a full queue refuses, counting what is under way; an empty one takes anything', async (t) => {
  const queue = await open(temporaryDirectory(t), new FaultyFiles())
  const large = Buffer.alloc(10_000)
  await queue.append(large, 'identity', 1, large)
  await assert.rejects(queue.append(Buffer.alloc(1), 'identity', 1, Buffer.alloc(1)), isCoded('QUEUE_FULL'))
  const entry = await queue.take()
  entry!.settle()
  const appends = [large, large].map((payload) => queue.append(payload, 'identity', 1, payload))
  const [first, second] = await Promise.allSettled(appends)
  assert.deepEqual([first!.status, second!.status], ['fulfilled', 'rejected'])
  const next = await queue.take()
  next!.settle()
  await queue.save()
  assert.ok(queue.sizeBytes < 11_000, 'the settled segment is gone')
  await queue.close()
})
