import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { recordsOf } from '../../support/collector-harness.ts'
import { startCollector } from '../../support/start-collector.ts'

const JSON_TYPE = 'application/json'

async function start(t: TestContext) {
  const { elasticsearch, collector } = await startCollector(t)
  const post = async (text: string) => {
    const response = await collector.post(Buffer.from(text), { 'content-type': JSON_TYPE })
    return { status: response.status, message: await response.text() }
  }
  return { elasticsearch, collector, post }
}

test("OTLP's own JSON: hex ids, integers as text or number, numbers of enums, unknown fields", async (t) => {
  const { elasticsearch, collector, post } = await start(t)
  const text = `{"future":{"x":[1]},"resourceLogs":[{"schemaUrl":"u","scopeLogs":[{"logRecords":[{
    "timeUnixNano":1790000000123456789,"observedTimeUnixNano":"1790000000123456790","severityNumber":9,
    "traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"eee19b7ec3c1b174","unknown":null,
    "body":{"kvlistValue":{"values":[{"key":"big","value":{"intValue":"9223372036854775807"}},
      {"key":"small","value":{"intValue":-7}},{"key":"bytes","value":{"bytesValue":"AQID"}},
      {"key":"exact","value":{"intValue":9007199254740993}}]}},
    "attributes":[{"key":"log.record.uid","value":{"stringValue":"id"}},{"key":"d","value":{"doubleValue":1.5}}]}]}]}]}`
  assert.deepEqual(await post(text), { status: 200, message: '{}' })
  await collector.settle()
  const [line] = [...elasticsearch.documents.values()]
  assert.match(line!, /"big":9223372036854775807,"small":-7,"bytes":"AQID","exact":9007199254740993/)
  const document = JSON.parse(line!) as Record<string, unknown>
  assert.equal(document['@timestamp'], '2026-09-21T14:13:20.123456789Z')
  assert.equal(document.observed_timestamp, '2026-09-21T14:13:20.123456790Z')
  assert.deepEqual(document.attributes, { d: 1.5 })
  assert.equal(document.severity_number, 9)
  assert.equal(document.trace_id, '5b8efff798038103d269b633813fc60c')
  assert.equal(document.span_id, 'eee19b7ec3c1b174')
})

test('what JSON has no number for, numbers as texts, and bytes that are not UTF-8', async (t) => {
  const { elasticsearch, collector, post } = await start(t)
  const values = ['"NaN"', '"-Infinity"', '"1.5e3"', '-0.25'].map(
    (text, index) => `{"key":"d${index}","value":{"doubleValue":${text}}}`,
  )
  const json = `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"severityNumber":"9","flags":"1","body":null,
    "timeUnixNano":"18446744073709551615","attributes":[${values.join(',')}]}]}]}]}`
  assert.equal((await post(json)).status, 200)
  const broken = recordsOf(['b'], () => 'a\u00e9b')
  broken[broken.indexOf(0xc3)] = 0xff
  assert.equal((await collector.post(broken)).status, 200)
  await collector.settle()
  const [first, second] = elasticsearch.sources()
  assert.deepEqual(first!.attributes, { d0: 'NaN', d1: '-Infinity', d2: 1_500, d3: -0.25 })
  assert.equal(first!.severity_number, 9)
  assert.deepEqual(second!.body, { text: 'a\ufffd\ufffdb' })
  for (const wrong of [
    '"severityNumber":"SEVERITY_NUMBER_INFO"',
    '"timeUnixNano":"soon"',
    '"body":{"doubleValue":"much"}',
  ]) {
    const text = `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{${wrong}}]}]}]}`
    assert.equal((await post(text)).status, 400, wrong)
  }
  await collector.account()
})
