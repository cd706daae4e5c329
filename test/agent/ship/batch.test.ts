import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FILE_KEY_BYTES, parseRecordUid } from '#lib/record-uid.ts'
import { Line, STREAM_NAMES } from '../../../agent/decode/line.ts'
import { encodeResource } from '../../../agent/enrich/resource.ts'
import { Batch, encodeScope } from '../../../agent/ship/batch.ts'
import { Extent } from '../../../agent/ship/extent.ts'
import { RecordWriter } from '../../../agent/ship/record-writer.ts'
import { splitRequest } from '../../../agent/ship/split.ts'
import { decodeLogsRequest, type FlatRecord, flatRecords } from '../../support/otlp-proto.ts'

const origins = [0, 1, 2].map((index) => {
  const instance = {
    namespace: 'shop',
    pod: `web-${index}`,
    uid: `uid-${index}`,
    container: 'app',
    restartCount: index,
  }
  return { name: `web-${index}/app`, resource: encodeResource(instance, { nodeName: 'node-1' }) }
})

const records = fc.array(
  fc.record({
    origin: fc.constantFrom(0, 1, 2),
    stream: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
    body: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.integer({ min: 0, max: 40_000 }).map((n) => 'x'.repeat(n)),
    ),
    timeNs: fc.bigInt({ min: 0n, max: 2n ** 63n }),
    startOffset: fc.nat(2 ** 40),
    length: fc.nat(2 ** 20),
    originalBytes: fc.constantFrom(0, 0, 0, 2_000_000, 5_000_000_000),
    spanning: fc.boolean(),
  }),
  { minLength: 1, maxLength: 40 },
)
interface FlatRecordDraft {
  readonly origin: number
  readonly stream: 0 | 1 | 2
  readonly body: string
  readonly timeNs: bigint
  readonly startOffset: number
  readonly length: number
  readonly originalBytes: number
  readonly spanning: boolean
}

function createBatch() {
  const writer = new RecordWriter()
  writer.observe(Date.UTC(2026, 10, 21))
  return new Batch({
    maxBytes: 4 * 1024 ** 2,
    maxRecordBytes: 1024 ** 2,
    writer,
    scope: encodeScope('vedette.agent', '1'),
  })
}

function append(batch: Batch, draft: FlatRecordDraft): void {
  const line = new Line()
  line.bytes = Buffer.from(draft.body)
  line.bodyEnd = line.bytes.length
  line.stream = draft.stream
  line.timeHigh = Number(draft.timeNs >> 32n)
  line.timeLow = Number(draft.timeNs & 0xffff_ffffn)
  const extent = new Extent()
  extent.fileKey = Buffer.alloc(FILE_KEY_BYTES, 'k')
  extent.startOffset = draft.startOffset
  extent.endOffset = draft.startOffset + draft.length
  if (draft.spanning) {
    extent.endFileKey = Buffer.alloc(FILE_KEY_BYTES, 'z')
    extent.endFileOffset = 7
  }
  batch.append(origins[draft.origin]!, line, extent, draft.originalBytes)
}

const expected = (draft: FlatRecordDraft): Omit<FlatRecord, 'uid'> => ({
  container: origins[draft.origin]!.name,
  stream: STREAM_NAMES[draft.stream as 0],
  timeNs: draft.timeNs,
  severity: 0,
  body: Buffer.from(draft.body).toString(),
  originalBytes: draft.originalBytes,
})

test('protobufjs reads what was written, one ResourceLogs per container', () => {
  fc.assert(
    fc.property(records, (drafts) => {
      const batch = createBatch()
      for (const draft of drafts) append(batch, draft)
      const { body, records: count } = batch.take([])
      assert.equal(count, drafts.length)
      const found = flatRecords(body)
      for (const { name } of origins) {
        const ours = drafts.filter((draft) => origins[draft.origin]!.name === name)
        const theirs = found.filter(({ container }) => container === name)
        assert.deepEqual(
          theirs.map(({ uid: _, ...record }) => record),
          ours.map(expected),
        )
        for (const [index, { uid }] of theirs.entries()) checkUid(uid, ours[index]!)
      }
      const decoded = decodeLogsRequest(body)
      const present = new Set(drafts.map(({ origin }) => origin))
      assert.equal(decoded.resourceLogs?.length, present.size)
      for (const { scopeLogs } of decoded.resourceLogs ?? []) assert.equal(scopeLogs?.[0]?.scope?.name, 'vedette.agent')
      assert.equal(batch.records, 0, 'the batch is empty again')
    }),
    { numRuns: 200 },
  )
})

function checkUid(uid: string, draft: FlatRecordDraft): void {
  assert.equal(uid.length, draft.spanning ? 52 : 34)
  const parsed = parseRecordUid(uid.slice(0, 34))
  assert.equal(parsed?.timeNs, draft.timeNs)
  assert.equal(parsed?.fileKey, 'k'.repeat(FILE_KEY_BYTES))
  assert.equal(parsed?.startOffset, draft.startOffset)
  assert.equal(parsed?.lengthBytes, draft.length)
  if (draft.spanning) assert.equal(uid.slice(34), `${'z'.repeat(FILE_KEY_BYTES)}......6`)
}

test('a request that is too large splits into two with the same records', () => {
  fc.assert(
    fc.property(records, (drafts) => {
      const batch = createBatch()
      for (const draft of drafts) append(batch, draft)
      const { body } = batch.take([])
      const parts = splitRequest(body)
      assert.equal(parts.length, Math.min(2, drafts.length))
      assert.deepEqual(
        parts.flatMap((part) => flatRecords(part.body)),
        flatRecords(body),
      )
      assert.equal(parts[0]?.records, Math.ceil(drafts.length / 2))
    }),
    { numRuns: 100 },
  )
})

test('a full batch says so', () => {
  const writer = new RecordWriter()
  const batch = new Batch({ maxBytes: 1_000, maxRecordBytes: 1_000, writer, scope: encodeScope('s', '1') })
  const draft = { origin: 0, stream: 0, body: 'x'.repeat(400), timeNs: 1n, startOffset: 0, length: 1 } as const
  append(batch, { ...draft, originalBytes: 0, spanning: false })
  assert.equal(batch.isFull, false)
  append(batch, { ...draft, originalBytes: 0, spanning: false })
  assert.equal(batch.isFull, true)
})
