import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CodedError } from '#lib/errors.ts'
import { DiskQueue, type QueueOptions, type QueueRequest } from '../../../collector/queue/queue.ts'
import { collectorEvents } from '../../support/collector-events.ts'
import { FaultyFiles } from '../../support/faulty-files.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const SIZES = {
  segmentBytes: 1_024,
  maxBytes: 4_096,
  cacheBytes: 0,
  minFreeBytes: 0,
  whenFull: 'refuse',
  order: 'none',
} as const
const LARGE = { segmentBytes: 1_024 ** 2, maxBytes: 1_024 ** 2 }

function open(directory: string, disk: FaultyFiles, sizes: Partial<QueueOptions> = {}) {
  const { events } = collectorEvents()
  return DiskQueue.open({ files: disk.files, directory, events, nowMs: () => 1, ...SIZES, ...sizes })
}

function request(payload: Buffer): QueueRequest {
  return { kind: 'otlp_logs', payload, encoding: 'identity', records: 1, body: payload }
}

const isCoded = (code: string) => (error: unknown) =>
  error instanceof CodedError && error.code === code && error.retryable

test('a full disk is told as such, and nothing of the request stays', async (t) => {
  const disk = new FaultyFiles()
  const queue = await open(temporaryDirectory(t), disk)
  disk.freeBytes = 50
  await assert.rejects(queue.append(request(Buffer.alloc(100))), isCoded('DISK_FULL'))
  disk.freeBytes = Number.POSITIVE_INFINITY
  assert.equal(queue.queuedRecords, 0)
  assert.equal(await queue.take(), undefined)
  await queue.append(request(Buffer.from('x')))
  assert.equal((await queue.take())?.payload.toString(), 'x')
  await queue.close()
})

test('a full queue refuses, counting what is under way; an empty one takes anything', async (t) => {
  const queue = await open(temporaryDirectory(t), new FaultyFiles())
  const large = Buffer.alloc(10_000)
  await queue.append(request(large))
  await assert.rejects(queue.append(request(Buffer.alloc(1))), isCoded('QUEUE_FULL'))
  const entry = await queue.take()
  entry!.settle()
  const appends = [large, large].map((payload) => queue.append(request(payload)))
  const [first, second] = await Promise.allSettled(appends)
  assert.deepEqual([first!.status, second!.status], ['fulfilled', 'rejected'])
  const next = await queue.take()
  next!.settle()
  await queue.save()
  assert.ok(queue.sizeBytes < 11_000, 'the settled segment is gone')
  await queue.close()
})

test('in a backlog the oldest requests stay in memory, and all come in order, from there or from disk', async (t) => {
  const queue = await open(temporaryDirectory(t), new FaultyFiles(), { ...LARGE, cacheBytes: 1_000 })
  const append = (name: number) => {
    const body = Buffer.alloc(300, `${name}`)
    const payload = Buffer.from(`payload ${name}`)
    return queue.append({ kind: 'otlp_logs', payload, encoding: 'zstd', records: name, body })
  }
  const kept = []
  for (const name of [1, 2, 3, 4, 5]) kept.push(await append(name))
  assert.deepEqual(kept, [true, true, true, false, false])
  const take = async () => {
    const { header, payload, records, body } = (await queue.take())!
    assert.deepEqual(header, { kind: 'otlp_logs', encoding: 'zstd', receivedAtMs: 1 })
    assert.equal(payload.toString(), `payload ${records}`)
    return [records, body?.toString('latin1', 0, 1)]
  }
  assert.deepEqual(
    [await take(), await take()],
    [
      [1, '1'],
      [2, '2'],
    ],
  )
  assert.equal(await append(6), true)
  assert.deepEqual(
    [await take(), await take(), await take(), await take()],
    [
      [3, '3'],
      [4, undefined],
      [5, undefined],
      [6, '6'],
    ],
  )
  assert.equal(await queue.take(), undefined)
  assert.equal(queue.queuedRecords, 0)
  await queue.close()
})
