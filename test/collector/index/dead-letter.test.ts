import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { systemFiles } from '#lib/files.ts'
import { SegmentLog } from '#lib/segment/log.ts'
import { type DeadLetter, DeadLetterFile } from '../../../collector/index/dead-letter.ts'
import { encodeEntryHeader } from '../../../collector/queue/entry.ts'
import { collectorEvents } from '../../support/collector-events.ts'
import { CollectorHarness, recordsOf } from '../../support/collector-harness.ts'
import { FakeElasticsearch } from '../../support/fake-elasticsearch.ts'
import { FaultyFiles } from '../../support/faulty-files.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

function create(t: TestContext, maxBytes: number, files = systemFiles) {
  const directory = join(temporaryDirectory(t), 'dead-letter')
  const { events, count } = collectorEvents()
  const open = async () => {
    const file = new DeadLetterFile({ files, directory, events, nowMs: () => Date.UTC(2026, 10, 21), maxBytes })
    await file.open()
    return file
  }
  return { directory, open, dropped: () => count('dead_letter_lines_dropped_total') }
}

function letter(id: number, text = 'x'): DeadLetter {
  const content = Buffer.from(`{"create":{"_index":"logs-a-b","_id":"${id}"}}\n{"body":{"text":"${text}"}}\n`)
  return { status: 400, type: 'document_parsing_exception', reason: 'failed to "parse"', content }
}

function read(directory: string): { action: { create: { _id: string } } }[] {
  const texts = readdirSync(directory)
    .sort()
    .map((name) => readFileSync(join(directory, name), 'utf8'))
  const whole = texts.flatMap((text) => text.slice(0, text.lastIndexOf('\n') + 1).split('\n'))
  return whole.filter((line) => line !== '').map((line) => JSON.parse(line) as { action: { create: { _id: string } } })
}

const idsOf = (directory: string) => read(directory).map(({ action }) => Number(action.create._id))

test('the bound is kept by deleting the oldest files, and what goes is counted', async (t) => {
  const { directory, open, dropped } = create(t, 16_384)
  const file = await open()
  for (let id = 0; id < 400; id++) await file.write([letter(id, 'y'.repeat(100))])
  await file.close()
  const ids = idsOf(directory)
  assert.equal(ids.at(-1), 399)
  assert.deepEqual(
    ids,
    Array.from({ length: ids.length }, (_, index) => 400 - ids.length + index),
  )
  assert.equal(await dropped(), 400 - ids.length)
  assert.ok(file.sizeBytes <= 16_384 && file.sizeBytes > 8_192, String(file.sizeBytes))
  const reopened = await open()
  assert.equal(reopened.sizeBytes, file.sizeBytes)
})

test('writes of several workers do not mix, and a torn line of an earlier run stays alone', async (t) => {
  const { directory, open } = create(t, 1_000_000)
  const first = await open()
  await Promise.all(Array.from({ length: 20 }, (_, id) => first.write([letter(2 * id), letter(2 * id + 1)])))
  await first.close()
  const [name] = readdirSync(directory)
  writeFileSync(join(directory, name!), '{"at":"2026', { flag: 'a' })
  const second = await open()
  await second.write([letter(40)])
  await second.close()
  assert.deepEqual(
    idsOf(directory),
    Array.from({ length: 41 }, (_, id) => id),
  )
})

test('a failed sync is an error, and the letters are written again elsewhere', async (t) => {
  const disk = new FaultyFiles()
  const { directory, open } = create(t, 1_000_000, disk.files)
  const file = await open()
  await file.write([letter(1)])
  disk.failingSyncs = 1
  await assert.rejects(file.write([letter(2)]), /EIO/)
  await file.write([letter(2)])
  await file.close()
  assert.deepEqual([...new Set(idsOf(directory))], [1, 2])
  assert.equal(readdirSync(directory).length, 2)
})

test('an entry that cannot be made into documents is kept whole, and is no loss', async (t) => {
  const elasticsearch = new FakeElasticsearch()
  const collector = new CollectorHarness(temporaryDirectory(t), await elasticsearch.start(), [
    'elasticsearch.concurrency=1',
  ])
  t.after(() => elasticsearch.stop())
  const request = zstdCompressSync(recordsOf(['a', 'b'], (id) => id))
  const header = encodeEntryHeader({ kind: 'otlp_logs', encoding: 'zstd', receivedAtMs: Date.UTC(2026, 10, 21) })
  const unknown = Buffer.from(header)
  unknown[0] = 9
  const { log } = await SegmentLog.open({
    ...{ files: systemFiles, directory: join(collector.directory, 'queue') },
    ...{ segmentBytes: 1e6, maxPayloadBytes: 1e6 },
  })
  await log.append([header, request], 2)
  await log.append([header, Buffer.from('this is not zstd')], 3)
  await log.append([header, zstdCompressSync(Buffer.from('this is not protobuf'))], 4)
  await log.append([unknown, request], 2)
  await log.close()
  await collector.start()
  await collector.settle()
  const { recovered, indexed, deadLetter, lost } = await collector.account()
  assert.deepEqual({ recovered, indexed, deadLetter, lost }, { recovered: 11, indexed: 2, deadLetter: 9, lost: 0 })
  assert.equal(await collector.metric('queue_undecodable_entries_total'), 3)
  await collector.stop()
  const letters = read(join(collector.directory, 'dead-letter')) as unknown as Record<string, string>[]
  assert.deepEqual(
    letters.map(({ records, encoding }) => [records, encoding]),
    [
      [3, 'zstd'],
      [4, 'zstd'],
      [2, 'unknown'],
    ],
  )
  const [, protobuf, foreign] = letters.map(({ entry }) => Buffer.from(entry!, 'base64'))
  assert.equal(zstdDecompressSync(protobuf!).toString(), 'this is not protobuf')
  assert.deepEqual(foreign, Buffer.concat([unknown, request]))
})
