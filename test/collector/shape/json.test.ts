import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BulkEncoder } from '../../../collector/encode/bulk-encoder.ts'
import type { JsonStats } from '../../../collector/shape/json-body.ts'
import { collectorEvents } from '../../support/collector-events.ts'
import { encodeLogsRequest, type ProtoLogRecord } from '../../support/otlp-proto.ts'
import { createShaper, JSON_LIMITS, shapeConfig } from '../../support/shape-config.ts'

const ANY = { containers: [], resource: {}, attributes: {}, keep_original: false }
const LARGE = { max_depth: 20, max_fields: 1_000, max_bytes: 100_000, max_value_bytes: 10_000 }

function shape(
  records: readonly ProtoLogRecord[],
  json: Partial<ReturnType<typeof shapeConfig>['json']> = {},
  stats: JsonStats = { parsed: 0, invalid: 0, tooLarge: 0, limited: 0 },
) {
  const config = shapeConfig({ json: { bodies: [ANY], ...JSON_LIMITS, ...json } })
  const shaper = createShaper(config, collectorEvents().events, undefined, stats)
  const request = encodeLogsRequest({ resourceLogs: [{ scopeLogs: [{ logRecords: records }] }] })
  const encoder = new BulkEncoder({ dataStream: 'logs-x-y', maxBytes: 1e9, stats: { repaired: 0 } })
  assert.equal(encoder.add(shaper.shape(request, 1)!.request, 1, 0, true), 'all')
  const lines = encoder.take().bytes.toString().trimEnd().split('\n')
  assert.equal(lines.length, 2 * records.length)
  return lines.filter((_, index) => index % 2 === 1)
}

const record = (stringValue: string): ProtoLogRecord => ({ body: { stringValue } })
const parsed = (line: string) =>
  JSON.parse(line) as Record<string, unknown> & { body: { text: string; structured?: object } }

test('an object becomes fields: its message the text, severity and ids where the record came without', () => {
  const text =
    '{"level":"warn","msg":"say \\"hi\\"\\n","trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"b7ad6b7169203331","n":[1,{"a":null}]}'
  const tagged = { ...record(text), severityNumber: 17, severityText: 'BAD', traceId: Buffer.alloc(16, 1) }
  const [own, other] = shape([record(text), tagged], LARGE).map(parsed)
  assert.deepEqual(own!.body, { text: 'say "hi"\n', structured: JSON.parse(text) as object })
  assert.equal(own!.severity_text, 'warn')
  assert.equal(own!.severity_number, 13)
  assert.equal(own!.trace_id, '0af7651916cd43dd8448eb211c80319c')
  assert.equal(own!.span_id, 'b7ad6b7169203331')
  assert.equal(other!.severity_text, 'BAD')
  assert.equal(other!.severity_number, 17)
  assert.equal(other!.trace_id, '01'.repeat(16))
})

test('without a message the text stays; the original is kept where that is asked for', () => {
  const text = ' {"a":1} '
  const [document] = shape([record(text)], { bodies: [{ ...ANY, keep_original: true }] }).map(parsed)
  assert.deepEqual(document!.body, { text, structured: { a: 1 } })
  assert.deepEqual(document!.attributes, { 'log.record.original': text })
})

test('what is no object stays a text, and is counted if it looks like one', () => {
  const stats = { parsed: 0, invalid: 0, tooLarge: 0, limited: 0 }
  const texts = ['plain', '[1]', '{"a":', '{a:1}', '{}x', '', `{"a":"${'x'.repeat(2_000)}"}`, '{"a":1}{"b":2}']
  const documents = shape(texts.map(record), {}, stats).map(parsed)
  assert.deepEqual(
    documents.map(({ body }) => body),
    texts.map((text) => ({ text })),
  )
  assert.deepEqual(stats, { parsed: 0, invalid: 2, tooLarge: 1, limited: 0 })
})

test('numbers are kept to the last digit, of two keys the last one counts, names of prototypes are names', () => {
  const [line] = shape([record('{"id":12345678901234567890,"f":1.10,"e":1e400,"a":1,"a":2,"__proto__":{"x":1}}')])
  assert.match(line!, /"structured":\{"id":12345678901234567890,"f":1\.10,"e":1e400,"a":2,"__proto__":\{"x":1\}\}/)
})

test('beyond a limit something is left out, cut or stays a text, and the rest is there', () => {
  const stats = { parsed: 0, invalid: 0, tooLarge: 0, limited: 0 }
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`k${index}`, index]))
  const [deep, wide, long] = shape(
    [record('{"a":{"b":{"c":{"d":1}}}}'), record(JSON.stringify(many)), record(`{"a":"${'ü'.repeat(40)}","z":1}`)],
    {},
    stats,
  ).map((line) => parsed(line).body.structured as Record<string, unknown>)
  assert.deepEqual(deep, { a: { b: { c: '{"d":1}' } } })
  assert.equal(Object.keys(wide!).length, JSON_LIMITS.max_fields)
  assert.deepEqual(long, { a: `${'ü'.repeat(15)}…[cut]`, z: 1 })
  assert.deepEqual(stats, { parsed: 3, invalid: 0, tooLarge: 0, limited: 3 })
})

test('whatever JSON it is, the structure is what JSON.parse says, in one line', () => {
  const value = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 6 })
  const property = fc.property(value, fc.constantFrom(0, 2), (object, indent) => {
    // An escaped key is taken by JSON.parse of Node 26 for a known one that looks like its source.
    fc.pre(!JSON.stringify(object).includes('\\'))
    const text = JSON.stringify(object, null, indent)
    const [line] = shape([record(text)], LARGE)
    assert.deepEqual(parsed(line!).body.structured, JSON.parse(text))
  })
  fc.assert(property, { numRuns: 100 })
})

test('hostile texts give JSON or stay texts', () => {
  const nested = (open: string, close: string, levels: number) => `{"a":${open.repeat(levels)}1${close.repeat(levels)}}`
  const texts = [
    nested('[', ']', 40_000),
    nested('{"a":', '}', 15_000),
    '{"\\u0000":"\\ud800","\ud800":1}',
    `{"a":${'9'.repeat(50_000)}}`,
    '{"msg":"\\ud83d"}',
  ]
  for (const line of shape(texts.map(record), LARGE)) assert.ok(parsed(line).body.text.length > 0)
})
