import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FILE_KEY_BYTES } from '#lib/record-uid.ts'
import { Line } from '../../../agent/decode/line.ts'
import { encodeResource } from '../../../agent/enrich/resource.ts'
import { Batch, encodeScope } from '../../../agent/ship/batch.ts'
import { Extent } from '../../../agent/ship/extent.ts'
import { RecordWriter } from '../../../agent/ship/record-writer.ts'
import { shortenRecord } from '../../../agent/ship/shorten.ts'
import { decodeLogsRequest, encodeLogsRequest, flatRecords } from '../../support/otlp-proto.ts'

const ORIGIN = {
  resource: encodeResource(
    { namespace: 'shop', pod: 'web', uid: 'u', container: 'app', restartCount: 0 },
    { nodeName: 'n' },
  ),
}

/** A request of one record as the agent makes it. */
function requestOf(body: string, originalBytes: number, severityNumber: number): Buffer {
  const writer = new RecordWriter()
  const batch = new Batch({ maxBytes: 1e6, maxRecordBytes: 1e6, writer, scope: encodeScope('vedette.agent', '1') })
  const line = new Line()
  line.bytes = Buffer.from(body)
  line.bodyEnd = line.bytes.length
  line.fields.severityNumber = severityNumber
  const extent = new Extent()
  extent.fileKey = Buffer.alloc(FILE_KEY_BYTES, 'k')
  batch.append(ORIGIN, line, extent, originalBytes)
  return Buffer.from(batch.take([]).body)
}

test('half of the body is left, whole characters, and everything else as it was', () => {
  const unit = fc.constantFrom('a', 'é', '€', '😀')
  fc.assert(
    fc.property(
      fc.array(unit, { minLength: 1_025, maxLength: 3_000 }).map((units) => units.join('')),
      fc.constantFrom(0, 0, 5_000_000_000),
      fc.constantFrom(0, 17),
      (body, originalBytes, severity) => {
        const request = requestOf(body, originalBytes, severity)
        const shorter = shortenRecord(request)!
        const [before] = flatRecords(request)
        const [after] = flatRecords(shorter)
        const bytes = Buffer.byteLength(after!.body)
        assert.ok(body.startsWith(after!.body))
        assert.ok(bytes <= Buffer.byteLength(body) / 2 && bytes > Buffer.byteLength(body) / 2 - 4)
        const expected = { ...before, body: after!.body, originalBytes: originalBytes || Buffer.byteLength(body) }
        assert.deepEqual(after, expected)
        const record = (bytes: Buffer) => decodeLogsRequest(bytes).resourceLogs?.[0]?.scopeLogs?.[0]?.logRecords?.[0]
        assert.equal(record(shorter)?.severityNumber, record(request)?.severityNumber)
        assert.equal(record(shorter)?.attributes?.at(-1)?.key, 'log.record.uid')
        const [resourceBefore, resourceAfter] = [request, shorter].map((bytes) => decodeLogsRequest(bytes).resourceLogs)
        assert.deepEqual(resourceAfter?.[0]?.resource, resourceBefore?.[0]?.resource)
      },
    ),
    { numRuns: 50 },
  )
})

test('again and again until there is too little to cut', () => {
  let request: Buffer | undefined = requestOf('x'.repeat(100_000), 0, 0)
  const lengths: number[] = []
  for (let rounds = 0; request !== undefined && rounds < 20; rounds++) {
    const [record] = flatRecords(request)
    lengths.push(record!.body.length)
    assert.equal(record!.originalBytes, rounds === 0 ? 0 : 100_000)
    request = shortenRecord(request)
  }
  assert.deepEqual(lengths, [100_000, 50_000, 25_000, 12_500, 6_250, 3_125, 1_562, 781])
})

test('what has no text to cut stays as it is', () => {
  const of = (body: object) =>
    encodeLogsRequest({ resourceLogs: [{ resource: {}, scopeLogs: [{ scope: {}, logRecords: [{ body }] }] }] })
  assert.equal(shortenRecord(of({ intValue: '7' })), undefined)
  assert.equal(shortenRecord(of({ bytesValue: Buffer.alloc(5_000) })), undefined)
  assert.equal(shortenRecord(of({ stringValue: 'short' })), undefined)
  assert.equal(shortenRecord(Buffer.alloc(0)), undefined)
})
