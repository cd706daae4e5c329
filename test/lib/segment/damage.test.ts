import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { systemFiles } from '#lib/files.ts'
import { SegmentLog } from '#lib/segment/log.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const openLog = (directory: string) =>
  SegmentLog.open({ files: systemFiles, directory, segmentBytes: 1_024, maxPayloadBytes: 8_192 })

async function payloadsOf(log: SegmentLog): Promise<string[]> {
  const payloads: string[] = []
  for (let at: number | undefined = log.begin.sequence; at !== undefined; at = log.after(at)) {
    if (log.lengthOf(at) === undefined) continue
    const reader = await log.openReader({ sequence: at, offset: 0 })
    for (let record = await log.read(at, reader); record !== undefined; record = await log.read(at, reader)) {
      payloads.push(record.payload.toString('latin1'))
    }
    await reader.close()
  }
  return payloads
}

const damage = fc.record({
  file: fc.nat(),
  kind: fc.constantFrom('cut', 'flip', 'zero', 'insert', 'remove', 'overwrite'),
  at: fc.nat(),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
})

function harm(before: Buffer, { kind, at, bytes }: { kind: string; at: number; bytes: Uint8Array }): Buffer {
  const place = at % (before.length + 1)
  const [head, tail] = [before.subarray(0, place), before.subarray(place)]
  switch (kind) {
    case 'cut':
      return head
    case 'flip':
      return Buffer.from(before.map((byte, index) => (index === place ? byte ^ (bytes[0]! | 1) : byte)))
    case 'zero':
      return Buffer.concat([head, Buffer.alloc(tail.length)])
    case 'insert':
      return Buffer.concat([head, bytes, tail])
    case 'remove':
      return Buffer.concat([head, tail.subarray(bytes.length)])
    default:
      return Buffer.concat([head, bytes, tail.subarray(bytes.length)])
  }
}

/** A marker within a payload must not be taken for the begin of a frame. */
const payload = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(Buffer.from('1f4dc05e', 'hex'), Buffer.from('1f4dc05e0500000000000000ffff', 'hex')),
)

test('whatever happens to the files, a log opens, gives back only what was put in, and loses nothing before the damage', async (t) => {
  const root = temporaryDirectory(t)
  let serial = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(payload, { minLength: 1, maxLength: 30 }),
      fc.array(damage, { minLength: 1, maxLength: 3 }),
      async (payloads, damages) => {
        const directory = join(root, String(serial++))
        const { log } = await openLog(directory)
        const written: { text: string; sequence: number; end: number }[] = []
        for (const bytes of payloads) {
          const { sequence } = await log.append([bytes])
          written.push({ text: bytes.toString('latin1'), sequence, end: log.end.offset })
        }
        await log.close()
        const names = readdirSync(directory).sort((a, b) => (a < b ? -1 : 1))
        const intact = new Map(names.map((name) => [Number(name.slice(0, 16)), Number.POSITIVE_INFINITY]))
        for (const one of damages) {
          const name = names[one.file % names.length]!
          const path = join(directory, name)
          const before = readFileSync(path)
          const after = harm(before, one)
          writeFileSync(path, after)
          const sequence = Number(name.slice(0, 16))
          const changed = after.findIndex((byte, index) => byte !== before[index])
          const same = changed < 0 ? Math.min(after.length, before.length) : changed
          intact.set(sequence, Math.min(same, intact.get(sequence)!))
        }
        const again = await openLog(directory)
        const found = await payloadsOf(again.log)
        const surely = written.filter(({ sequence, end }) => end <= intact.get(sequence)!).map(({ text }) => text)
        assert.ok(
          isSubsequence(
            found,
            written.map(({ text }) => text),
          ),
          'nothing was invented, nothing changed places',
        )
        assert.ok(isSubsequence(surely, found), 'what stands before the damage is there')
        await again.log.append([Buffer.from('after')])
        assert.equal((await payloadsOf(again.log)).at(-1), 'after')
        await again.log.close()
      },
    ),
    { numRuns: 80 },
  )
})

function isSubsequence(part: readonly string[], whole: readonly string[]): boolean {
  let at = 0
  for (const text of whole) if (text === part[at]) at += 1
  return at === part.length
}
