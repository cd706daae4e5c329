import assert from 'node:assert/strict'
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { systemFiles } from '#lib/files.ts'
import { DeadLetters } from '../../../collector/dead-letter/dead-letters.ts'
import type { DeadLetter } from '../../../collector/dead-letter/letter.ts'
import { collectorEvents } from '../../support/collector-events.ts'
import { FaultyFiles } from '../../support/faulty-files.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

function create(t: TestContext, maxBytes: number, files = systemFiles) {
  const directory = join(temporaryDirectory(t), 'dead-letter')
  const { events, count } = collectorEvents()
  const open = async () => {
    const letters = new DeadLetters({ files, directory, events, nowMs: () => Date.UTC(2026, 10, 21), maxBytes })
    await letters.open()
    return letters
  }
  return { directory, open, dropped: () => count('dead_letters_dropped_total') }
}

function letter(id: number, text = 'x', attempts = 1): DeadLetter {
  const bytes = Buffer.from(`{"create":{"_index":"logs-a-b","_id":"${id}"}}\n{"body":{"text":"${text}"}}\n`)
  const content = { kind: 'bulk', encoding: 'identity', records: 1, bytes, receivedAtMs: 0 } as const
  return { status: 400, type: 'document_parsing_exception', reason: 'failed to "parse"', attempts, content }
}

async function read(letters: DeadLetters, from = 0): Promise<number[]> {
  const ids: number[] = []
  for await (const { head } of letters.read(from)) ids.push(Number(head.documentId))
  return ids
}

test('a letter has the document, the error, the target and the time', async (t) => {
  const { open } = create(t, 1e6)
  const letters = await open()
  await letters.write([letter(7, 'ü', 3)])
  const [found] = await Array.fromAsync(letters.read(0))
  assert.deepEqual(found?.head, {
    ...{ at: '2026-11-21T00:00:00.000Z', status: 400, type: 'document_parsing_exception' },
    ...{ reason: 'failed to "parse"', attempts: 3, kind: 'bulk', encoding: 'identity', records: 1, receivedAtMs: 0 },
    ...{ index: 'logs-a-b', documentId: '7' },
  })
  assert.equal(found.bytes.toString(), '{"create":{"_index":"logs-a-b","_id":"7"}}\n{"body":{"text":"ü"}}\n')
  await letters.close()
})

test('the bound is kept by deleting the oldest segments, and what goes is counted', async (t) => {
  const { open, dropped } = create(t, 1024 ** 2)
  const letters = await open()
  for (let id = 0; id < 2_000; id += 100) {
    await letters.write(Array.from({ length: 100 }, (_, index) => letter(id + index, 'y'.repeat(1_000))))
  }
  const ids = await read(letters)
  assert.equal(ids.at(-1), 1_999)
  assert.deepEqual(
    ids,
    Array.from({ length: ids.length }, (_, index) => 2_000 - ids.length + index),
  )
  assert.equal(letters.count, ids.length)
  assert.equal(await dropped(), 2_000 - ids.length)
  assert.ok(letters.sizeBytes <= 1024 ** 2 && letters.sizeBytes > 512 * 1024, String(letters.sizeBytes))
  await letters.close()
  const reopened = await open()
  assert.deepEqual([reopened.count, reopened.sizeBytes], [ids.length, letters.sizeBytes])
  await reopened.close()
})

test('writers that begin a segment together agree where it begins', async (t) => {
  const { open } = create(t, 1024 ** 2)
  const letters = await open()
  for (let round = 0; round < 12; round++) {
    const writers = Array.from({ length: 8 }, (_, writer) => {
      const first = 32 * round + 4 * writer
      return letters.write(Array.from({ length: 4 }, (_, index) => letter(first + index, 'y'.repeat(700))))
    })
    await Promise.all(writers)
  }
  const all = await Array.fromAsync(letters.read(0))
  assert.deepEqual(
    all.map(({ id }) => id),
    Array.from({ length: 384 }, (_, id) => id),
  )
  await letters.finish(all.filter(({ id }) => id % 2 === 0).map(({ id }) => id))
  await letters.close()
  const again = await open()
  const left = (await Array.fromAsync(again.read(0))).map(({ id }) => id)
  assert.deepEqual(
    left,
    Array.from({ length: 192 }, (_, index) => 2 * index + 1),
  )
  assert.equal(again.count, 192)
  await again.close()
})

test('a torn tail is cut, a flipped byte costs one letter, which is counted', async (t) => {
  const { directory, open, dropped } = create(t, 1e6)
  const letters = await open()
  await letters.write([letter(0), letter(1), letter(2), letter(3)])
  await letters.close()
  const path = join(directory, readdirSync(directory).find((name) => name.endsWith('.segment'))!)
  appendFileSync(path, readFileSync(path).subarray(24, 80))
  const bytes = readFileSync(path)
  const at = bytes.indexOf('"_id":"1"')
  bytes[at] = bytes[at]! ^ 1
  writeFileSync(path, bytes)
  const again = await open()
  assert.deepEqual(await read(again), [0, 2, 3])
  assert.equal(again.count, 3)
  assert.equal(await dropped(), 1)
  await again.write([letter(4)])
  assert.deepEqual(await read(again), [0, 2, 3, 4])
  await again.close()
})

test('a failed sync is told, and only what is not on disk is to be written again', async (t) => {
  const disk = new FaultyFiles()
  const { open } = create(t, 1e6, disk.files)
  const letters = await open()
  await letters.write([letter(1)])
  disk.failingSyncs = 1
  const { left, error } = await letters.write([letter(2), letter(3)])
  assert.match(String(error), /EIO/)
  assert.ok(left.length > 0)
  await letters.write(left)
  assert.deepEqual(
    (await read(letters)).sort((a, b) => a - b),
    [1, 2, 3],
  )
  await letters.close()
})

test('marks that are damaged count as none', async (t) => {
  const { directory, open } = create(t, 1e6)
  const letters = await open()
  await letters.write([letter(0), letter(1)])
  await letters.finish([0])
  await letters.close()
  const path = join(directory, readdirSync(directory).find((name) => name.endsWith('.done'))!)
  writeFileSync(path, readFileSync(path, 'utf8').replace('"base":0', '"base":1'))
  const again = await open()
  assert.deepEqual(await read(again), [0, 1])
  await again.close()
})

type Step =
  | { readonly kind: 'write'; readonly sizes: readonly number[] }
  | { readonly kind: 'finish'; readonly places: readonly number[] }
  | { readonly kind: 'reopen' }

const steps = fc.oneof<fc.Arbitrary<Step>[]>(
  fc
    .array(fc.integer({ min: 0, max: 30_000 }), { minLength: 1, maxLength: 6 })
    .map((sizes) => ({ kind: 'write', sizes })),
  fc.array(fc.nat(40), { minLength: 1, maxLength: 12 }).map((places) => ({ kind: 'finish', places })),
  fc.constant({ kind: 'reopen' }),
)

test('letters are those that were written, without those that are done, whatever is reopened in between', async (t) => {
  const property = fc.asyncProperty(fc.array(steps, { maxLength: 14 }), async (todo) => {
    const { open } = create(t, 1e9)
    let letters = await open()
    let next = 0
    let model: number[] = []
    for (const step of todo) {
      if (step.kind === 'write') {
        const written = step.sizes.map((size) => letter(next++, 'x'.repeat(size)))
        assert.deepEqual((await letters.write(written)).left, [])
        model.push(...written.map((_, index) => next - written.length + index))
      } else if (step.kind === 'finish') {
        const ids = step.places.filter((place) => place < model.length).map((place) => model[place]!)
        await letters.finish(ids)
        model = model.filter((id) => !ids.includes(id))
      } else {
        await letters.close()
        letters = await open()
      }
      assert.equal(letters.count, model.length)
      assert.deepEqual(await read(letters), model)
      const from = next >> 1
      assert.deepEqual(
        await read(letters, from),
        model.filter((id) => id >= from),
      )
    }
    await letters.close()
  })
  await fc.assert(property, { numRuns: 15 })
})
