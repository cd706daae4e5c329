import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseRecordUid, RECORD_UID_BYTES } from '#lib/record-uid.ts'
import { AgentHarness } from '../../support/agent-harness.ts'
import { ContainerFiles } from '../../support/container-files.ts'
import { FakeCollector } from '../../support/fake-collector.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const NEWLINE = 10

const cri = fc
  .tuple(
    fc.constantFrom('stdout', 'stderr'),
    fc.constantFrom('F', 'F', 'P', 'F:x', 'X'),
    fc.string({ unit: 'binary', maxLength: 30 }),
  )
  .map(([stream, tag, body]) => Buffer.from(`2026-11-21T10:46:00.123456789Z ${stream} ${tag} ${body}`))
const docker = fc
  .tuple(fc.constantFrom('stdout', 'stderr'), fc.string({ unit: 'binary', maxLength: 30 }), fc.boolean())
  .map(([stream, log, full]) =>
    Buffer.from(JSON.stringify({ log: full ? `${log}\n` : log, stream, time: '2026-11-21T10:46:01.5Z' })),
  )
const noise = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes))
const long = fc.integer({ min: 900, max: 3_000 }).map((length) => Buffer.alloc(length, 'é'))
const line = fc
  .tuple(fc.oneof(cri, cri, docker, noise, long), fc.option(fc.tuple(fc.nat(), fc.nat(255)), { freq: 3 }))
  .map(([bytes, mutation]) => {
    const copy = Buffer.from(bytes)
    if (mutation !== null && copy.length > 0) copy[mutation[0] % copy.length] = mutation[1]
    return copy
  })
/** What is written before the agent looks again. */
const pieces = fc.array(fc.tuple(fc.array(line, { maxLength: 12 }), fc.boolean()), { minLength: 1, maxLength: 4 })

test('whatever bytes are in a file, each of them is in a record, and each record is accounted for', async (t) => {
  const root = temporaryDirectory(t)
  let serial = 0
  await fc.assert(
    fc.asyncProperty(pieces, async (writes) => {
      const directory = join(root, String(serial++))
      mkdirSync(directory)
      const collector = new FakeCollector()
      const agent = new AgentHarness(directory, collector, ['logs.max_record_bytes=1KiB', 'ship.batch.max_bytes=2KiB'])
      const files = new ContainerFiles(agent.podsDir)
      await agent.start()
      try {
        let written = Buffer.alloc(0)
        for (const [lines, isTorn] of writes) {
          const text = Buffer.concat(lines.flatMap((bytes) => [bytes, Buffer.from('\n')]))
          const piece = isTorn ? text.subarray(0, -1) : text
          files.append(piece)
          written = Buffer.concat([written, piece])
          await agent.settle()
        }
        await agent.clock.advance(12_000)
        await agent.settle()
        const { stats } = agent.pipeline.intake
        assert.equal(stats.bytes, written.length, 'every byte was decoded')
        assert.equal(stats.records, agent.pipeline.shipper.stats.acknowledgedRecords)
        assert.equal(stats.records, collector.records.size)
        assert.deepEqual(collector.conflicts, [])
        const covered = Buffer.alloc(written.length)
        for (const { uid } of collector.records.values()) {
          const { startOffset, lengthBytes } = parseRecordUid(uid.slice(0, RECORD_UID_BYTES))!
          covered.fill(1, startOffset, startOffset + lengthBytes)
        }
        for (const [offset, byte] of written.entries()) {
          assert.ok(covered[offset] === 1 || byte === NEWLINE || byte === 0, `byte ${offset} of ${written.length}`)
        }
      } finally {
        await agent.stop()
      }
    }),
    { numRuns: Number(process.env.VEDETTE_FUZZ_RUNS ?? 30) },
  )
})
