import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  ANY_VALUE,
  EXPORT_REQUEST,
  KEY_VALUE,
  KEY_VALUE_LIST,
  LOG_RECORD,
  RESOURCE_LOGS,
  SCOPE_LOGS,
} from '#lib/otlp/fields.ts'
import { inspectLogs, MAX_VALUE_DEPTH } from '#lib/otlp/validate.ts'
import { lengthDelimited } from '#lib/otlp/wire.ts'
import { RECORD_UID_BYTES } from '#lib/record-uid.ts'
import type { BulkBody } from '../../../collector/encode/bulk-body.ts'
import { BulkEncoder } from '../../../collector/encode/bulk-encoder.ts'
import { naiveDocuments } from '../../support/naive-documents.ts'
import { logsRequest, scramble } from '../../support/otlp-arbitraries.ts'
import { decodeLogsRequest, encodeLogsRequest } from '../../support/otlp-proto.ts'

const RECEIVED_AT_MS = Date.UTC(2026, 10, 21)
const create = (maxBytes = 1e9) => new BulkEncoder({ dataStream: 'logs-x-y', maxBytes, stats: { repaired: 0 } })

/** Ids and sources, numbers as their own text behind `#`. */
function parse({ bytes, offsets }: BulkBody): { id: string; source: unknown }[] {
  return Array.from({ length: offsets.length - 1 }, (_, index) => {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(offsets[index], offsets[index + 1]))
    const [action, document, rest] = text.split('\n')
    assert.equal(rest, '')
    const { create: target } = JSON.parse(action!) as { create: { _index: string; _id: string } }
    assert.equal(target._index, 'logs-x-y')
    return { id: target._id, source: JSON.parse(document!, keepNumbers) as unknown }
  })
}

function keepNumbers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === 'number' ? `#${context!.source}` : value
}

test('the documents are what a naive mapping of the decoded message says, in any legal form of it', () => {
  const encoder = create()
  const property = fc.property(logsRequest, fc.nat(), (request, seed) => {
    const plain = encodeLogsRequest(request)
    const expected = naiveDocuments(decodeLogsRequest(plain), RECEIVED_AT_MS)
    for (const message of [plain, scramble(plain, seed)]) {
      assert.equal(inspectLogs(message)?.records, expected.length)
      assert.equal(encoder.add(message, RECEIVED_AT_MS), 'all')
      const documents = parse(encoder.take())
      assert.deepEqual(
        documents.map(({ source }) => source),
        expected.map(({ source }) => source),
      )
      const made = documents.filter(({ id }, index) => {
        const wanted = expected[index]!.id
        if (wanted !== undefined) assert.equal(id, wanted)
        return wanted === undefined
      })
      for (const { id } of made) assert.match(id, new RegExp(`^[.0-9A-Z_a-z]{${RECORD_UID_BYTES}}$`))
      assert.equal(new Set(made.map(({ id }) => id)).size, made.length, 'made ids are distinct')
      encoder.add(message, RECEIVED_AT_MS)
      assert.deepEqual(parse(encoder.take()), documents, 'and the same for the same request')
    }
  })
  fc.assert(property, { numRuns: 300 })
})

/** What protobufjs has against a message. */
function problemOf(message: Buffer): string {
  try {
    decodeLogsRequest(message)
    return ''
  } catch (error) {
    return String(error)
  }
}

test('a request that is gathered in parts gives the same documents', () => {
  const property = fc.property(logsRequest, fc.integer({ min: 1, max: 2_000 }), (request, maxBytes) => {
    const message = encodeLogsRequest(request)
    const whole = create()
    whole.add(message, RECEIVED_AT_MS)
    const encoder = create(maxBytes)
    const documents: unknown[] = []
    let added = encoder.add(message, RECEIVED_AT_MS)
    for (; typeof added === 'object'; added = encoder.add(message, RECEIVED_AT_MS, added.nextRecord)) {
      documents.push(...parse(encoder.take()))
    }
    assert.equal(added, 'all')
    documents.push(...parse(encoder.take()))
    assert.deepEqual(documents, parse(whole.take()))
  })
  fc.assert(property, { numRuns: 150 })
})

test('hostile bytes neither throw nor make a document that is not JSON, and leave what was gathered as it was', () => {
  const encoder = create()
  const good = encodeLogsRequest({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ severityText: 'good' }] }] }] })
  const mutations = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 })
  const property = fc.property(logsRequest, mutations, fc.nat(), (request, changes, cut) => {
    const message = encodeLogsRequest(request)
    for (const [at, byte] of changes) if (message.length > 0) message[at % message.length] = byte
    for (const hostile of [message, message.subarray(0, cut % (message.length + 1))]) {
      const records = inspectLogs(hostile)?.records
      encoder.add(good, RECEIVED_AT_MS)
      const added = encoder.add(hostile, RECEIVED_AT_MS)
      encoder.add(good, RECEIVED_AT_MS)
      const documents = parse(encoder.take())
      if (records !== undefined) {
        assert.equal(added, 'all', 'what was let in can be written out')
        assert.match(problemOf(hostile), /^$|not valid for encoding utf-8/, 'and is a message, its texts aside')
      }
      if (added === 'malformed') assert.equal(documents.length, 2)
      else if (records !== undefined) assert.equal(documents.length, records + 2)
      assert.deepEqual((documents.at(-1)!.source as { severity_text: string }).severity_text, 'good')
    }
  })
  fc.assert(property, { numRuns: 500, endOnFailure: true })
  const anything = fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    inspectLogs(Buffer.from(bytes))
    encoder.add(Buffer.from(bytes), RECEIVED_AT_MS)
    parse(encoder.take())
  })
  fc.assert(anything, { numRuns: 600 })
})

test('values nest as deep as is allowed and no deeper', () => {
  const nested = (depth: number): Buffer => {
    if (depth === 0) return Buffer.from([ANY_VALUE.bool << 3, 1])
    const keyValue = lengthDelimited(KEY_VALUE_LIST.values, lengthDelimited(KEY_VALUE.value, nested(depth - 1)))
    return lengthDelimited(ANY_VALUE.kvlist, keyValue)
  }
  const request = (depth: number) => {
    const record = lengthDelimited(SCOPE_LOGS.logRecords, lengthDelimited(LOG_RECORD.body, nested(depth)))
    return lengthDelimited(EXPORT_REQUEST.resourceLogs, lengthDelimited(RESOURCE_LOGS.scopeLogs, record))
  }
  const encoder = create()
  assert.equal(inspectLogs(request(MAX_VALUE_DEPTH))?.records, 1)
  assert.equal(encoder.add(request(MAX_VALUE_DEPTH), RECEIVED_AT_MS), 'all')
  assert.equal(parse(encoder.take()).length, 1)
  assert.equal(inspectLogs(request(MAX_VALUE_DEPTH))?.refused.size, 0)
  for (const depth of [MAX_VALUE_DEPTH + 1, 5_000]) {
    assert.deepEqual([...inspectLogs(request(depth))!.refused], [[0, 'too_deep']])
  }
})

test('what is not UTF-8 is repaired in its own document, and is no id', () => {
  const stats = { repaired: 0 }
  const encoder = new BulkEncoder({ dataStream: 'logs-x-y', maxBytes: 1e9, stats })
  const value = (stringValue: string) => ({ key: 'log.record.uid', value: { stringValue } })
  const message = encodeLogsRequest({
    resourceLogs: [
      {
        scopeLogs: [
          {
            logRecords: [
              { body: { stringValue: 'caf@' }, attributes: [value('first')] },
              { body: { stringValue: 'fine' }, attributes: [value('sec@nd')] },
            ],
          },
        ],
      },
    ],
  })
  for (let at = 0; at < message.length; at++) if (message[at] === 64) message[at] = 0xe9
  encoder.add(message, RECEIVED_AT_MS)
  const [first, second] = parse(encoder.take())
  assert.deepEqual([first!.id, (first!.source as { body: unknown }).body], ['first', { text: 'caf\ufffd' }])
  assert.equal(second!.id.length, RECORD_UID_BYTES)
  assert.deepEqual((second!.source as { attributes: unknown }).attributes, { 'log.record.uid': 'sec\ufffdnd' })
  assert.equal(stats.repaired, 2)
})

test('very many keys take time in proportion to their number', () => {
  const attributes = Array.from({ length: 60_000 }, (_, index) => ({
    key: `k${index % 30_000}`,
    value: { intValue: String(index) },
  }))
  const encoder = create()
  encoder.add(encodeLogsRequest({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ attributes }] }] }] }), RECEIVED_AT_MS)
  const [document] = parse(encoder.take())
  const written = (document!.source as { attributes: Record<string, string> }).attributes
  assert.equal(Object.keys(written).length, 30_000)
  assert.equal(written.k7, '#30007')
})

test('documents with their action lines are added as they are, as far as they fit', () => {
  const lines = [1, 2, 3].map((n) => `{"create":{"_index":"logs-x-y","_id":"${n}"}}\n{"n":${n}}\n`)
  const encoder = create(lines[0]!.length + 1)
  assert.deepEqual(encoder.addLines(Buffer.from(lines.join(''))), { nextRecord: 2 })
  assert.deepEqual(
    parse(encoder.take()).map(({ id }) => id),
    ['1', '2'],
  )
  assert.equal(encoder.addLines(Buffer.from(lines.join('')), 2), 'all')
  assert.deepEqual(parse(encoder.take()), [{ id: '3', source: { n: '#3' } }])
  for (const torn of ['{"create":{}}', '{"create":{}}\n', '{"create":{}}\n{}']) {
    assert.equal(create().addLines(Buffer.from(`${lines[0]}${torn}`)), 'malformed')
  }
  assert.equal(encoder.lengthBytes, 0)
})
