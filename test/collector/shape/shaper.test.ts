import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { BulkBody } from '../../../collector/encode/bulk-body.ts'
import { BulkEncoder } from '../../../collector/encode/bulk-encoder.ts'
import type { ConditionSpec } from '../../../collector/shape/condition-config.ts'
import type { ShapeConfig } from '../../../collector/shape/config.ts'
import { collectorEvents } from '../../support/collector-events.ts'
import { naiveKept } from '../../support/naive-shaping.ts'
import { logsRequest, scramble } from '../../support/otlp-arbitraries.ts'
import { decodeLogsRequest, encodeLogsRequest, type ProtoLogsRequest } from '../../support/otlp-proto.ts'
import { createShaper, shapeConfig } from '../../support/shape-config.ts'

const RECEIVED_AT_MS = Date.UTC(2026, 10, 21)
const ANY = { containers: [], resource: {}, attributes: {} }

interface Document {
  readonly index: string
  readonly id: string
  readonly source: Record<string, unknown>
}

function documentsOf({ bytes, offsets }: BulkBody): Document[] {
  return Array.from({ length: offsets.length - 1 }, (_, index) => {
    const [action, document] = bytes.toString('utf8', offsets[index], offsets[index + 1]).split('\n')
    const { create } = JSON.parse(action!) as { create: { _index: string; _id: string } }
    const source = JSON.parse(document!) as Record<string, unknown>
    // A record that gets an id has an attribute more, which is not in its document.
    if (Object.keys((source.attributes as object | undefined) ?? {}).length === 0) delete source.attributes
    return { index: create._index, id: create._id, source }
  })
}

function encode(request: Buffer, isShaped: boolean): Document[] {
  const encoder = new BulkEncoder({ dataStream: 'logs-x-y', maxBytes: 1e9, stats: { repaired: 0 } })
  assert.equal(encoder.add(request, RECEIVED_AT_MS, 0, isShaped), 'all')
  return documentsOf(encoder.take())
}

function shaped(config: ShapeConfig, request: Buffer) {
  const { events, count } = collectorEvents()
  const result = createShaper(config, events).shape(request, RECEIVED_AT_MS)
  const documents = result === undefined ? encode(request, false) : encode(result.request, true)
  return { result, documents, events, count }
}

const conditions = fc.record<ConditionSpec>(
  {
    containers: fc.constantFrom([], [{ namespace: 'shop', pod: '*', container: '*' }]),
    resource: fc.constantFrom({}, {}, { a: '*' }, { b: 'x' }),
    attributes: fc.constantFrom({}, {}, { a: '*' }, { b: 'true' }),
    min_severity: fc.constantFrom('TRACE', 'WARN'),
    max_severity: fc.constantFrom('INFO', 'FATAL'),
    contains: fc.constantFrom('x', '"', 'xx'),
    matches: fc.constantFrom('x{3}', '[a-z]\\d', '^$'),
  },
  { requiredKeys: ['containers', 'resource', 'attributes'] },
)
const rules = fc.array(
  fc.tuple(conditions, fc.constantFrom<('drop' | 'keep')[]>('drop', 'drop', 'keep')).map(([condition, action]) => ({
    ...condition,
    action,
  })),
  { minLength: 1, maxLength: 3 },
)

/** Without attributes that have the name of an id and are none, of which a shaped record keeps nothing. */
function withoutFalseIds(request: ProtoLogsRequest): ProtoLogsRequest {
  const isId = ({ key, value }: { readonly key?: string; readonly value?: { readonly stringValue?: string } }) =>
    key !== 'log.record.uid' || (value?.stringValue !== undefined && /^uid-\d$/.test(value.stringValue))
  return {
    resourceLogs: (request.resourceLogs ?? []).map((section) => ({
      ...section,
      scopeLogs: (section.scopeLogs ?? []).map((scope) => ({
        ...scope,
        logRecords: (scope.logRecords ?? []).map((record) =>
          record.attributes === undefined ? record : { ...record, attributes: record.attributes.filter(isId) },
        ),
      })),
    })),
  }
}

test('what rules keep is what a naive look at the decoded message keeps, with the ids and documents of before', () => {
  const property = fc.property(logsRequest, rules, fc.nat(), (original, some, seed) => {
    const plain = encodeLogsRequest(withoutFalseIds(original))
    const config = shapeConfig({ rules: some })
    const kept = naiveKept(config, decodeLogsRequest(plain))
    for (const message of [plain, scramble(plain, seed)]) {
      const all = encode(message, false)
      const { documents, result } = shaped(config, message)
      assert.deepEqual(
        documents,
        kept.map((place) => all[place]),
      )
      assert.equal(result?.tally.droppedRecords ?? 0, all.length - kept.length)
    }
  })
  fc.assert(property, { numRuns: 120 })
})

const text = (stringValue: string) => ({ body: { stringValue } })

function requestOf(records: readonly object[], attributes: Readonly<Record<string, string>> = {}): Buffer {
  const resource = {
    attributes: Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } })),
  }
  return encodeLogsRequest({ resourceLogs: [{ resource, scopeLogs: [{ logRecords: records }] }] } as ProtoLogsRequest)
}

test('secrets are replaced in texts before rules look, and counted; the rest of a record stays', () => {
  const config = shapeConfig({
    redact: { presets: ['jwt', 'email'], patterns: [{ name: 'order', pattern: 'order-(\\d+)' }] },
    rules: [{ ...ANY, contains: 'order-4', action: 'drop' }],
  })
  const message = requestOf([
    {
      ...text('mail to ann@example.com about order-42 ü order-43'),
      severityText: 'INFO',
      traceId: Buffer.alloc(16, 7),
    },
    text('nothing here'),
    { body: { kvlistValue: { values: [{ key: 'mail', value: { stringValue: 'ann@example.com' } }] } } },
  ])
  const { documents } = shaped(config, message)
  assert.deepEqual(
    documents.map(({ source }) => source.body),
    [
      { text: 'mail to [REDACTED:email] about order-[REDACTED:order] ü order-[REDACTED:order]' },
      { text: 'nothing here' },
      { structured: { mail: 'ann@example.com' } },
    ],
  )
  assert.equal(documents[0]!.source.trace_id, '07'.repeat(16))
  assert.equal(documents[0]!.source.severity_text, 'INFO')
})

test('a sample is of the same records again, also of those without an id', () => {
  const config = shapeConfig({ rules: [{ ...ANY, name: 'some', action: 'sample', one_in: 4 }] })
  const message = requestOf(Array.from({ length: 400 }, (_, index) => text(`record ${index}`)))
  const first = shaped(config, message)
  const ids = first.documents.map(({ id }) => id)
  assert.ok(ids.length > 50 && ids.length < 160, `${ids.length} of 400`)
  assert.deepEqual(
    shaped(config, message).documents.map(({ id }) => id),
    ids,
  )
  assert.equal(first.result!.tally.droppedRecords, 400 - ids.length)
})

test('what was dropped is counted when it is settled, by rule', async () => {
  const config = shapeConfig({
    rules: [
      { ...ANY, name: 'health', contains: '/healthz', action: 'drop' },
      { ...ANY, max_severity: 'DEBUG', action: 'drop' },
    ],
  })
  const message = requestOf([
    text('GET /healthz'),
    { ...text('x'), severityNumber: 5 },
    text('GET /healthz'),
    text('y'),
  ])
  const { result, events, count } = shaped(config, message)
  assert.equal(await count('records_dropped_total'), 0)
  result!.tally.report(events)
  assert.equal(await count('records_dropped_total'), 3)
})

test('a request of resources that no rule is about goes on as it is', () => {
  const config = shapeConfig({
    rules: [{ ...ANY, containers: [{ namespace: 'shop', pod: '*', container: '*' }], action: 'drop' }],
  })
  assert.equal(shaped(config, requestOf([text('x')], { 'k8s.namespace.name': 'other' })).result, undefined)
  const { documents, result } = shaped(config, requestOf([text('x')], { 'k8s.namespace.name': 'shop' }))
  assert.deepEqual(documents, [])
  assert.equal(result!.tally.droppedRecords, 1)
})

test('a record whose shaping fails goes on as it came, with its neighbours', async () => {
  const { events, count } = collectorEvents()
  const shaper = createShaper(shapeConfig({ redact: { presets: ['email'], patterns: [] } }), events)
  const message = requestOf([text('a@b.example'), text('c@d.example'), text('e@f.example')])
  const redact = shaper.redactor!.redact.bind(shaper.redactor)
  let calls = 0
  shaper.redactor!.redact = (line, isCut) => {
    calls += 1
    if (calls === 2) throw new Error('a fault of the redactor')
    return redact(line, isCut)
  }
  const documents = encode(shaper.shape(message, RECEIVED_AT_MS)!.request, true)
  assert.deepEqual(
    documents.map(({ source }) => (source.body as { text: string }).text),
    ['[REDACTED:email]', 'c@d.example', '[REDACTED:email]'],
  )
  assert.equal(await count('shape_failures_total'), 1)
})

test('what a sender writes in the fields that shaping uses is not trusted', () => {
  const forged = Buffer.concat([
    Buffer.from([0xfa, 0x7f, 3]),
    Buffer.from('{x}'),
    Buffer.from([0xf2, 0x7f, 2]),
    Buffer.from('{]'),
  ])
  const record = Buffer.concat([Buffer.from([0x2a, 3, 0x0a, 1, 0x61]), forged])
  const nested = (tag: number, content: Buffer) => Buffer.concat([Buffer.from([tag, content.length]), content])
  const message = nested(0x0a, nested(0x12, nested(0x12, record)))
  const config = shapeConfig({ rules: [{ ...ANY, contains: 'b', action: 'drop' }] })
  for (const documents of [encode(message, false), shaped(config, message).documents]) {
    assert.deepEqual(
      documents.map(({ index, source }) => [index, source.body]),
      [['logs-x-y', { text: 'a' }]],
    )
  }
})
