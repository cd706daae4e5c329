import assert from 'node:assert/strict'
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { systemFiles } from '#lib/files.ts'
import { SEGMENT_HEADER_BYTES, segmentFileName } from '#lib/segment/header.ts'
import { SegmentLog } from '#lib/segment/log.ts'
import { FaultyFiles } from '../../support/faulty-files.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const LIMITS = { segmentBytes: 4_096, maxPayloadBytes: 8_192 }

const openLog = (directory: string, files = systemFiles) => SegmentLog.open({ files, directory, ...LIMITS })

/** Every payload that a reader finds, segment after segment, and the bytes it skipped. */
async function readAll(log: SegmentLog): Promise<{ payloads: string[]; lostBytes: number }> {
  const payloads: string[] = []
  let lostBytes = 0
  let sequence: number | undefined = log.begin.sequence
  while (sequence !== undefined && log.lengthOf(sequence) !== undefined) {
    const reader = await log.openReader({ sequence, offset: 0 })
    for (;;) {
      const record = await log.read(sequence, reader)
      if (record === undefined) break
      if (lostBytes === 0 && reader.lostBytes === 0) assert.equal(record.itemsBefore, payloads.length)
      payloads.push(record.payload.toString())
    }
    lostBytes += reader.lostBytes
    await reader.close()
    sequence = log.after(sequence)
  }
  return { payloads, lostBytes }
}

test('payloads come back in order, across segments and restarts', async (t) => {
  const directory = temporaryDirectory(t)
  const expected: string[] = []
  for (let round = 0; round < 3; round++) {
    const { log } = await openLog(directory)
    const texts = Array.from({ length: 40 }, (_, index) => `round ${round} record ${index} ${'x'.repeat(index * 7)}`)
    await Promise.all(texts.map((text) => log.append([Buffer.from(text.slice(0, 5)), Buffer.from(text.slice(5))])))
    expected.push(...texts)
    assert.deepEqual((await readAll(log)).payloads, expected)
    await log.close()
  }
  assert.ok((await systemFiles.readdir(directory)).length > 2, 'the data spans segments')
})

test('a torn tail is cut, whatever was acknowledged stays', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ maxLength: 300 }), { minLength: 1, maxLength: 30 }),
      fc.nat(),
      async (texts, cut) => {
        const directory = temporaryDirectory(t)
        const first = await openLog(directory)
        for (const text of texts) await first.log.append([Buffer.from(text)])
        const { sequence, offset } = first.log.end
        await first.log.close()
        const path = join(directory, segmentFileName(sequence))
        const left = SEGMENT_HEADER_BYTES + (cut % (offset - SEGMENT_HEADER_BYTES + 1))
        truncateSync(path, left)

        const second = await openLog(directory)
        const { payloads } = await readAll(second.log)
        assert.deepEqual(payloads, texts.slice(0, payloads.length), 'a prefix is left')
        assert.equal(second.recovery.tornBytes, left - second.log.end.offset)
        await second.log.append([Buffer.from('after')])
        assert.equal((await readAll(second.log)).payloads.at(-1), 'after')
        await second.log.close()
      },
    ),
    { numRuns: 40 },
  )
})

test('a flipped byte costs the record it lies in, and no other', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 20 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      async (count, at, flip) => {
        const directory = temporaryDirectory(t)
        const { log } = await openLog(directory)
        const texts = Array.from({ length: count }, (_, index) => `record ${index} ${'y'.repeat(index * 3)}`)
        const starts: number[] = []
        for (const text of texts) starts.push((await log.append([Buffer.from(text)])).offset)
        // Damage before the last record, whose loss could not be told from a torn write.
        const damaged = SEGMENT_HEADER_BYTES + (at % (starts.at(-1)! - SEGMENT_HEADER_BYTES))
        const path = join(directory, segmentFileName(log.begin.sequence))
        const bytes = readFileSync(path)
        bytes[damaged]! ^= flip
        writeFileSync(path, bytes)
        const victim = starts.findLastIndex((start) => start <= damaged)
        const { payloads, lostBytes } = await readAll(log)
        assert.deepEqual(
          payloads,
          texts.filter((_, index) => index !== victim),
        )
        assert.equal(lostBytes, starts[victim + 1]! - starts[victim]!)
        await log.close()
      },
    ),
    { numRuns: 60 },
  )
})

test('a full disk rejects the append, leaves no trace, and the log goes on when there is room', async (t) => {
  const directory = temporaryDirectory(t)
  const faulty = new FaultyFiles()
  const { log } = await openLog(directory, faulty.files)
  await log.append([Buffer.from('before')])
  faulty.freeBytes = 10
  await assert.rejects(log.append([Buffer.from('does not fit any more')]), { code: 'ENOSPC' })
  faulty.freeBytes = Number.POSITIVE_INFINITY
  await log.append([Buffer.from('after')])
  assert.deepEqual(await readAll(log), { payloads: ['before', 'after'], lostBytes: 0 })
  await log.close()
})

test('a failed sync rejects what it would have covered, and nothing is written behind it', async (t) => {
  const directory = temporaryDirectory(t)
  const faulty = new FaultyFiles()
  const { log } = await openLog(directory, faulty.files)
  await log.append([Buffer.from('before')])
  faulty.failingSyncs = 1
  await assert.rejects(log.append([Buffer.from('lost')]), { code: 'EIO' })
  const { sequence } = await log.append([Buffer.from('after')])
  assert.equal(sequence, 2)
  assert.deepEqual((await readAll(log)).payloads, ['before', 'after'])
  await log.close()
})

test('after a power cut every acknowledged payload is there', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ minLength: 1, maxLength: 900 }), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 64 }),
      async (texts, longestWriteBytes) => {
        const directory = temporaryDirectory(t)
        const faulty = new FaultyFiles()
        faulty.longestWriteBytes = longestWriteBytes
        const { log } = await openLog(directory, faulty.files)
        const acknowledged: string[] = []
        const pending = texts.map(async (text) => {
          await log.append([Buffer.from(text)])
          acknowledged.push(text)
        })
        await pending[Math.floor(texts.length / 2)]
        const surely = [...acknowledged]
        const synced = new Map(faulty.syncedBytes)
        await Promise.all(pending)
        await log.close()
        for (const [path, bytes] of synced) if (path.endsWith('.segment')) truncateSync(path, bytes)
        for (const name of await systemFiles.readdir(directory)) {
          if (!synced.has(join(directory, name))) await systemFiles.unlink(join(directory, name))
        }
        const reopened = await openLog(directory)
        const { payloads } = await readAll(reopened.log)
        assert.deepEqual(payloads.slice(0, surely.length), surely)
        await reopened.log.close()
      },
    ),
    { numRuns: 25 },
  )
})

test('whole segments are deleted once nobody needs them', async (t) => {
  const directory = temporaryDirectory(t)
  const { log } = await openLog(directory)
  for (let index = 0; index < 10; index++) await log.append([Buffer.alloc(2_000, 65 + index)])
  const before = log.sizeBytes
  await log.deleteBefore(log.end.sequence)
  assert.ok(log.sizeBytes < before)
  assert.deepEqual(log.begin.sequence, log.end.sequence)
  await log.close()
})
