import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readRecords, type ShippedRecord } from '../../../agent/observe/shipped-record.ts'
import { logsRequest } from '../../support/otlp-arbitraries.ts'
import { decodeLogsRequest, encodeLogsRequest } from '../../support/otlp-proto.ts'

function read(body: Buffer, isWanted = (_: object) => true): readonly ShippedRecord[] {
  const records: ShippedRecord[] = []
  readRecords(body, { isWanted, onRecord: (read) => records.push(read()) > 0 })
  return records
}

test('a record is read with all that it has', () => {
  const body = encodeLogsRequest({
    resourceLogs: [
      {
        resource: { attributes: [{ key: 'k8s.pod.name', value: { stringValue: 'web-0' } }] },
        scopeLogs: [
          {
            logRecords: [
              {
                timeUnixNano: '1795257960123456789',
                severityNumber: 17,
                severityText: 'error',
                body: {
                  kvlistValue: { values: [{ key: 'a', value: { arrayValue: { values: [{ boolValue: true }] } } }] },
                },
                attributes: [
                  { key: 'big', value: { intValue: '9223372036854775807' } },
                  { key: 'small', value: { intValue: '-3' } },
                  { key: 'half', value: { doubleValue: 0.5 } },
                  { key: 'raw', value: { bytesValue: Buffer.from('hi') } },
                  { key: 'none' },
                ],
                traceId: Buffer.from('00112233445566778899aabbccddeeff', 'hex'),
                spanId: Buffer.from('0011223344556677', 'hex'),
              },
              {},
            ],
          },
        ],
      },
    ],
  })
  assert.deepEqual(read(body), [
    {
      time: '2026-11-21T10:46:00.123456789Z',
      severity_number: 17,
      severity_text: 'error',
      body: { a: [true] },
      trace_id: '00112233445566778899aabbccddeeff',
      span_id: '0011223344556677',
      attributes: { big: '9223372036854775807', small: -3, half: 0.5, raw: 'aGk=', none: null },
      resource: { 'k8s.pod.name': 'web-0' },
    },
    { body: null, attributes: {}, resource: { 'k8s.pod.name': 'web-0' } },
  ])
  assert.deepEqual(
    read(body, () => false),
    [],
  )
})

test('as many records are read as protobufjs reads, with the same bodies', () => {
  fc.assert(
    fc.property(logsRequest, (request) => {
      const body = encodeLogsRequest(request)
      const theirs = (decodeLogsRequest(body).resourceLogs ?? []).flatMap(({ scopeLogs }) =>
        (scopeLogs ?? []).flatMap(({ logRecords }) => logRecords ?? []),
      )
      const ours = read(body)
      assert.equal(ours.length, theirs.length)
      for (const [index, { body: text }] of ours.entries()) {
        const expected = theirs[index]!.body?.stringValue
        if (expected !== undefined) assert.equal(text, expected)
      }
    }),
    { numRuns: 30 },
  )
})

test('bytes that are no request end the reading, whatever they are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      read(Buffer.from(bytes))
    }),
    { numRuns: 200 },
  )
})
