import assert from 'node:assert/strict'
import { readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemFiles } from '#lib/files.ts'
import { SEGMENT_HEADER_BYTES, segmentFileName } from '#lib/segment/header.ts'
import { type Reached, SegmentLog } from '#lib/segment/log.ts'
import { FaultyFiles } from '../../support/faulty-files.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const open = async (directory: string, files = systemFiles, reached?: Reached) =>
  (
    await SegmentLog.open({
      ...{ files, directory, segmentBytes: 4_096, maxPayloadBytes: 8_192 },
      ...(reached === undefined ? {} : { reached }),
    })
  ).log

test('what was cut below a known place is not written to again, and counting goes on from there', async (t) => {
  const directory = temporaryDirectory(t)
  const first = await open(directory)
  await first.append([Buffer.from('one')], 5)
  const reached = { ...first.end, items: 5 }
  await first.close()
  truncateSync(join(directory, segmentFileName(1)), SEGMENT_HEADER_BYTES + 7)
  for (let run = 0; run < 2; run++) {
    const log = await open(directory, systemFiles, reached)
    assert.equal(log.items, 5 + run)
    const { sequence } = await log.append([Buffer.from('two')], 1)
    assert.ok(sequence > 1)
    assert.equal(log.lengthOf(1), SEGMENT_HEADER_BYTES)
    await log.close()
  }
})

test('a segment whose making was interrupted does not hide the count of those before it', async (t) => {
  const directory = temporaryDirectory(t)
  const first = await open(directory)
  await first.append([Buffer.from('one')], 7)
  await first.close()
  writeFileSync(join(directory, segmentFileName(2)), 'VDT')
  const second = await open(directory)
  assert.equal(second.items, 7)
  await second.close()
})

test('a full disk leaves no trail of empty segments', async (t) => {
  const directory = temporaryDirectory(t)
  const disk = new FaultyFiles()
  const log = await open(directory, disk.files)
  await log.append([Buffer.from('one')])
  for (let attempt = 0; attempt < 5; attempt++) {
    disk.freeBytes = SEGMENT_HEADER_BYTES
    await assert.rejects(log.append([Buffer.alloc(100)]), /ENOSPC/)
  }
  disk.freeBytes = Number.POSITIVE_INFINITY
  const position = await log.append([Buffer.from('two')])
  const reader = await log.openReader(position)
  assert.equal((await log.read(position.sequence, reader))?.payload.toString(), 'two')
  await reader.close()
  await log.close()
  assert.equal(readdirSync(directory).length, 2)
})
