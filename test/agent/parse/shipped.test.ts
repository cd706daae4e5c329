import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Line } from '../../../agent/decode/line.ts'
import { Batch, encodeScope } from '../../../agent/ship/batch.ts'
import { Extent } from '../../../agent/ship/extent.ts'
import { RecordWriter } from '../../../agent/ship/record-writer.ts'
import { decodeLogsRequest } from '../../support/otlp-proto.ts'

const hex = (digits: number) =>
  fc
    .string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF'), minLength: digits, maxLength: digits })
    .filter((id) => /[^0]/.test(id))

const draft = fc.record({
  severityNumber: fc.integer({ min: 0, max: 24 }),
  text: fc.string({ unit: 'binary', maxLength: 50 }),
  traceId: fc.option(hex(32)),
  spanId: fc.option(hex(16)),
  rest: fc.string({ unit: 'binary', maxLength: 200 }),
})

test('protobufjs reads the severity and the ids that were found in a body', () => {
  fc.assert(
    fc.property(fc.array(draft, { minLength: 1, maxLength: 10 }), (drafts) => {
      const writer = new RecordWriter()
      const batch = new Batch({ maxBytes: 1024, maxRecordBytes: 64, writer, scope: encodeScope('test', '1') })
      const origin = { resource: Buffer.alloc(0) }
      for (const { severityNumber, text, traceId, spanId, rest } of drafts) {
        const line = new Line()
        line.bytes = Buffer.from(`${text}${traceId ?? ''}${spanId ?? ''}${rest}`)
        line.bodyEnd = line.bytes.length
        const textBytes = Buffer.byteLength(text)
        line.fields.severityNumber = severityNumber
        line.fields.severityEnd = textBytes
        if (traceId !== null) line.fields.traceIdStart = textBytes
        if (spanId !== null) line.fields.spanIdStart = textBytes + (traceId?.length ?? 0)
        batch.append(origin, line, new Extent(), 0)
      }
      const { resourceLogs } = decodeLogsRequest(batch.take([]).body)
      const found = resourceLogs?.[0]?.scopeLogs?.[0]?.logRecords ?? []
      for (const [index, { severityNumber, text, traceId, spanId }] of drafts.entries()) {
        const record = found[index]!
        assert.equal(record.severityNumber ?? 0, severityNumber)
        const isWord = Buffer.byteLength(text) <= 32
        assert.equal(record.severityText ?? '', isWord ? Buffer.from(text).toString() : '')
        assert.equal(Buffer.from(record.traceId ?? []).toString('hex'), traceId?.toLowerCase() ?? '')
        assert.equal(Buffer.from(record.spanId ?? []).toString('hex'), spanId?.toLowerCase() ?? '')
      }
    }),
  )
})
