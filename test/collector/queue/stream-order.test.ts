import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { DiskQueue, type QueueEntry } from '../../../collector/queue/queue.ts'
import { collectorEvents } from '../../support/collector-events.ts'
import { FaultyFiles } from '../../support/faulty-files.ts'
import { encodeLogsRequest } from '../../support/otlp-proto.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const SIZES = {
  segmentBytes: 2_048,
  maxBytes: 1024 ** 2,
  minFreeBytes: 0,
  whenFull: 'refuse',
  order: 'stream',
} as const
const CARRIERS = 3

/** A request of containers, whose only record of each says the request's number. */
function requestOf(id: number, containers: readonly number[]): Buffer {
  return encodeLogsRequest({
    resourceLogs: containers.map((container) => ({
      resource: { attributes: [{ key: 'k8s.container.name', value: { stringValue: `c${container}` } }] },
      scopeLogs: [{ logRecords: [{ body: { stringValue: `${id}` } }] }],
    })),
  })
}

function open(directory: string, cacheBytes: number) {
  const { events } = collectorEvents()
  return DiskQueue.open({ files: new FaultyFiles().files, directory, events, nowMs: () => 1, ...SIZES, cacheBytes })
}

type Step =
  | { readonly kind: 'append'; readonly containers: readonly number[] }
  | { readonly kind: 'take'; readonly by: number }
  | { readonly kind: 'deliver'; readonly by: number }

const steps = fc.oneof<fc.Arbitrary<Step>[]>(
  fc.uniqueArray(fc.nat(5), { minLength: 1, maxLength: 3 }).map((containers) => ({ kind: 'append', containers })),
  fc.nat(CARRIERS - 1).map((by) => ({ kind: 'take', by })),
  fc.nat(CARRIERS - 1).map((by) => ({ kind: 'deliver', by })),
)

test('several carriers keep the order of each stream, whatever they do, and leave nothing behind', async (t) => {
  const property = fc.asyncProperty(
    fc.array(steps, { maxLength: 80, size: 'max' }),
    fc.constantFrom(0, 100_000),
    async (todo, cacheBytes) => {
      const queue = await open(temporaryDirectory(t), cacheBytes)
      const appended: (readonly number[])[] = []
      const carriers = Array.from({ length: CARRIERS }, () => ({ entries: [] as { id: number; entry: QueueEntry }[] }))
      const delivered: number[] = []
      const take = async (by: number) => {
        const entry = await queue.take(carriers[by]!)
        if (entry === undefined) return false
        const id = Number(/\d+$/.exec(entry.body!.toString('latin1'))![0])
        const containers = appended[id]!
        assert.equal(entry.records, containers.length)
        const others = carriers.filter((_, index) => index !== by).flatMap(({ entries }) => entries)
        const isShared = others.some((other) => appended[other.id]!.some((one) => containers.includes(one)))
        assert.ok(!isShared, 'nobody else carries a request of the same stream')
        carriers[by]!.entries.push({ id, entry })
        return true
      }
      const deliver = (by: number) => {
        for (const { id, entry } of carriers[by]!.entries.splice(0)) {
          delivered.push(id)
          entry.settle()
        }
      }
      for (const step of todo) {
        if (step.kind === 'take') await take(step.by)
        else if (step.kind === 'deliver') deliver(step.by)
        else {
          const { containers } = step
          const body = requestOf(appended.length, containers)
          appended.push(containers)
          const payload = gzipSync(body)
          await queue.append({ kind: 'otlp_logs', payload, encoding: 'gzip', records: containers.length, body })
        }
        const carried = carriers.flatMap(({ entries }) => entries).reduce((sum, { entry }) => sum + entry.records, 0)
        const done = delivered.reduce((sum, id) => sum + appended[id]!.length, 0)
        const all = appended.reduce((sum, containers) => sum + containers.length, 0)
        assert.equal(queue.queuedRecords + carried + done, all)
      }
      for (let turn = 0; delivered.length < appended.length; turn++) {
        assert.ok(turn < 1_000, 'it goes on')
        for (let by = 0; by < CARRIERS; by++) {
          await take(by)
          deliver(by)
        }
      }
      for (let container = 0; container <= 5; container++) {
        const ids = delivered.filter((id) => appended[id]!.includes(container))
        assert.deepEqual(
          ids,
          ids.toSorted((a, b) => a - b),
          `the order of container ${container}`,
        )
      }
      await queue.close()
    },
  )
  await fc.assert(property, { numRuns: 30 })
})

test('a stream whose carrier is stuck holds up its own requests, and others only at the end of what may wait', async (t) => {
  const queue = await open(temporaryDirectory(t), 0)
  const append = (id: number, container: number) => {
    const body = requestOf(id, [container])
    return queue.append({ kind: 'otlp_logs', payload: body, encoding: 'identity', records: 1, body })
  }
  for (let id = 0; id < 200; id++) await append(id, id % 2)
  const [stuck, free] = [{}, {}]
  const first = await queue.take(stuck)
  let passed = 0
  for (let entry = await queue.take(free); entry !== undefined; entry = await queue.take(free)) {
    entry.settle()
    passed += 1
  }
  // 64 of the other stream wait, and as many as are between them pass.
  assert.equal(passed, 64)
  assert.equal(queue.queuedRecords, 200 - 1 - passed)
  const woken = queue.arrival()
  first!.settle()
  await woken
  for (let entry = await queue.take(free); entry !== undefined; entry = await queue.take(free)) {
    entry.settle()
    passed += 1
  }
  assert.equal(passed, 199)
  await queue.save()
  await queue.close()
})
