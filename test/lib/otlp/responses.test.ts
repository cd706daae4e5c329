import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ProtoReader } from '#lib/otlp/proto-reader.ts'
import { decodePartialSuccess, decodeStatusMessage, encodeExportResponse, encodeStatus } from '#lib/otlp/responses.ts'
import { ExportLogsServiceResponse, Status } from '../../support/otlp-proto.ts'

const text = fc.string({ unit: 'binary', maxLength: 300 })

test('answers are what protobufjs reads and writes', () => {
  const property = fc.property(fc.nat(), text, (rejected, message) => {
    const ours = encodeExportResponse({ rejected, message })
    const decoded = ExportLogsServiceResponse.toObject(ExportLogsServiceResponse.decode(ours), {
      longs: Number,
      defaults: true,
    })
    const partialSuccess = { rejectedLogRecords: rejected, errorMessage: message }
    assert.deepEqual(decoded, { partialSuccess: rejected === 0 && message === '' ? null : partialSuccess })
    const theirs = ExportLogsServiceResponse.encode(ExportLogsServiceResponse.fromObject({ partialSuccess })).finish()
    assert.deepEqual(decodePartialSuccess(Buffer.from(theirs)), { rejected, message })
    const decodedStatus = Status.toObject(Status.decode(encodeStatus(message, { code: 3 })), { defaults: true })
    assert.deepEqual(decodedStatus, { code: 3, message, details: [] })
    const status = Status.encode(Status.fromObject({ code: 3, message })).finish()
    assert.equal(decodeStatusMessage(Buffer.from(status)), message)
  })
  fc.assert(property, { numRuns: 200 })
})

test('answers of any bytes are read without an exception', () => {
  const property = fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
    decodePartialSuccess(Buffer.from(bytes))
    decodeStatusMessage(Buffer.from(bytes))
  })
  fc.assert(property, { numRuns: 1_000 })
})

test('a reader stays within its bounds and comes to an end, whatever it reads', () => {
  const property = fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(60), fc.nat(60), (content, from, to) => {
    const bytes = Buffer.from(content)
    const start = Math.min(from, bytes.length)
    const end = Math.max(start, Math.min(to, bytes.length))
    const reader = new ProtoReader(bytes, start, end)
    for (let fields = 0; reader.next() !== 0; fields++) {
      assert.ok(reader.at <= end && fields < 60)
      if (reader.wireType === 2) assert.ok(reader.start >= start && reader.stop <= end)
    }
    if (!reader.failed) assert.equal(reader.at, end)
  })
  fc.assert(property, { numRuns: 2_000 })
})
