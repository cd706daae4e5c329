import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ANY_VALUE,
  EXPORT_REQUEST,
  KEY_VALUE,
  KEY_VALUE_LIST,
  LOG_RECORD,
  RESOURCE,
  RESOURCE_LOGS,
  SCOPE_LOGS,
} from '#lib/otlp/fields.ts'
import { decodePartialSuccess, decodeStatusMessage } from '#lib/otlp/responses.ts'
import { lengthDelimited } from '#lib/otlp/wire.ts'
import { encodeLogsRequest } from '../../support/otlp-proto.ts'
import { startCollector } from '../../support/start-collector.ts'

/** A value in values, too deep for protobufjs. */
function nested(depth: number): Buffer {
  if (depth === 0) return Buffer.from([ANY_VALUE.bool << 3, 1])
  const keyValue = lengthDelimited(KEY_VALUE_LIST.values, lengthDelimited(KEY_VALUE.value, nested(depth - 1)))
  return lengthDelimited(ANY_VALUE.kvlist, keyValue)
}

/** A part of a request: two records, under a resource or with a body that is too deep. */
function deepLogs(part: 'body' | 'resource'): Buffer {
  const records = [nested(1), nested(part === 'body' ? 33 : 1)].map((body) =>
    lengthDelimited(SCOPE_LOGS.logRecords, lengthDelimited(LOG_RECORD.body, body)),
  )
  const attribute = lengthDelimited(RESOURCE.attributes, lengthDelimited(KEY_VALUE.value, nested(33)))
  const resource = part === 'resource' ? [lengthDelimited(RESOURCE_LOGS.resource, attribute)] : []
  const scope = lengthDelimited(RESOURCE_LOGS.scopeLogs, ...records)
  return lengthDelimited(EXPORT_REQUEST.resourceLogs, ...resource, scope)
}

const LIMITS = ['otlp.max_record_bytes=10KiB', 'otlp.max_record_values=50']
const attributes = Array.from({ length: 51 }, (_, index) => ({ key: `k${index}`, value: { intValue: '1' } }))
const RECORDS = [
  { body: { stringValue: 'first' } },
  { body: { stringValue: 'x'.repeat(11_000) } },
  { body: { stringValue: 'attributes' }, attributes },
  { body: { stringValue: 'last' }, attributes: attributes.slice(0, 49) },
]

test('records beyond a limit are refused alone, and their senders are told how many', async (t) => {
  const { elasticsearch, collector } = await startCollector(t, LIMITS)
  const plain = encodeLogsRequest({ resourceLogs: [{ scopeLogs: [{ logRecords: RECORDS }] }] })
  const response = await collector.post(Buffer.concat([plain, deepLogs('body')]))
  assert.equal(response.status, 200)
  const { rejected, message } = decodePartialSuccess(Buffer.from(await response.arrayBuffer()))
  assert.equal(rejected, 3)
  assert.match(message, /1 with more than 10240 bytes, 1 with more than 50 values, 1 nested deeper than 32 levels$/)
  await collector.settle()
  const bodies = elasticsearch.sources().map(({ body }) => JSON.stringify(body))
  assert.deepEqual(bodies, ['{"text":"first"}', '{"text":"last"}', '{"structured":{"":true}}'])
  assert.equal(await collector.metric('records_rejected_total'), 3)
  assert.equal((await collector.account()).received, 3)
})

test('in JSON the count is a text, and a request of refused records only is no error', async (t) => {
  const { collector } = await startCollector(t, LIMITS)
  const logRecords = [RECORDS[1], RECORDS[2]]
  const response = await collector.post(
    Buffer.from(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] })),
    {
      'content-type': 'application/json',
    },
  )
  assert.equal(response.status, 200)
  const { partialSuccess } = (await response.json()) as { partialSuccess: Record<string, unknown> }
  assert.equal(partialSuccess.rejectedLogRecords, '2')
  assert.match(String(partialSuccess.errorMessage), /^records were refused/)
  assert.equal((await collector.account()).received, 0)
})

test('what the resource has counts for each of its records', async (t) => {
  const { collector } = await startCollector(t, LIMITS)
  const scopeLogs = [{ logRecords: [{}, {}] }]
  const wide = encodeLogsRequest({ resourceLogs: [{ resource: { attributes }, scopeLogs }, { scopeLogs }] })
  for (const request of [
    wide,
    Buffer.concat([encodeLogsRequest({ resourceLogs: [{ scopeLogs }] }), deepLogs('resource')]),
  ]) {
    const response = await collector.post(request)
    assert.equal(decodePartialSuccess(Buffer.from(await response.arrayBuffer())).rejected, 2)
  }
  assert.equal((await collector.account()).received, 4)
})

test('too many records are too large a request', async (t) => {
  const { collector } = await startCollector(t, ['otlp.max_request_records=10'])
  const request = (records: number) =>
    encodeLogsRequest({ resourceLogs: [{ scopeLogs: [{ logRecords: Array.from({ length: records }, () => ({})) }] }] })
  assert.equal((await collector.post(request(10))).status, 200)
  const refused = await collector.post(request(11))
  assert.equal(refused.status, 413)
  assert.match(decodeStatusMessage(Buffer.from(await refused.arrayBuffer())), /more than 10 records/)
  assert.equal((await collector.account()).received, 10)
})
