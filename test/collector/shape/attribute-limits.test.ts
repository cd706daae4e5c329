import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { inspectLogs } from '#lib/otlp/validate.ts'
import { collectorEvents } from '../../support/collector-events.ts'
import { logsRequest, scramble } from '../../support/otlp-arbitraries.ts'
import {
  decodeLogsRequest,
  encodeLogsRequest,
  type ProtoAnyValue,
  type ProtoKeyValue,
} from '../../support/otlp-proto.ts'
import { createShaper, shapeConfig } from '../../support/shape-config.ts'

const LIMITS = { max_attributes: 2, max_depth: 1, max_key_bytes: 8, max_value_bytes: 10 }

function limited(message: Buffer, limits: Partial<typeof LIMITS>) {
  const shaper = createShaper(shapeConfig({ attribute_limits: limits }), collectorEvents().events)
  return decodeLogsRequest(shaper.shape(message, 1)?.request ?? message)
}

function attributesAfter(attributes: readonly ProtoKeyValue[], limits: Partial<typeof LIMITS>): unknown {
  const uid = { key: 'log.record.uid', value: { stringValue: 'uid-of-the-record' } }
  const message = encodeLogsRequest({
    resourceLogs: [{ scopeLogs: [{ logRecords: [{ attributes: [...attributes, uid] }] }] }],
  })
  const [section] = limited(message, limits).resourceLogs!
  const left = section!.scopeLogs![0]!.logRecords![0]!.attributes!
  assert.deepEqual(left.at(-1), uid)
  return left.slice(0, -1)
}

const text = (key: string, stringValue: string): ProtoKeyValue => ({ key, value: { stringValue } })

test('what is beyond a limit is cut, replaced or left out, and the id stays', () => {
  const inner: ProtoAnyValue = { arrayValue: { values: [{ arrayValue: { values: [] } }] } }
  assert.deepEqual(attributesAfter([text('a', '1'), text('b', '2'), text('c', '3')], LIMITS), [
    text('a', '1'),
    text('b', '2'),
  ])
  assert.deepEqual(attributesAfter([text('ü'.repeat(5), 'x'.repeat(11))], LIMITS), [
    text('üüüü…[cut]', `${'x'.repeat(10)}…[cut]`),
  ])
  assert.deepEqual(attributesAfter([{ key: 'deep', value: inner }], LIMITS), [text('deep', '[too deep]')])
  const wide: ProtoAnyValue = { arrayValue: { values: [{ stringValue: 'x'.repeat(20) }] } }
  assert.deepEqual(attributesAfter([{ key: 'wide', value: wide }], LIMITS), [text('wide', '[too large]')])
  assert.deepEqual(attributesAfter([{ key: 'wide', value: wide }], { max_depth: 1 }), [{ key: 'wide', value: wide }])
})

test('whatever comes, all attributes are within the limits, and the rest of a record is as it was', () => {
  const property = fc.property(logsRequest, fc.nat(), (request, seed) => {
    const plain = encodeLogsRequest(request)
    for (const message of [plain, scramble(plain, seed)]) {
      const shaper = createShaper(shapeConfig({ attribute_limits: LIMITS }), collectorEvents().events)
      const shaped = shaper.shape(message, 1)
      if (shaped === undefined) continue
      assert.equal(inspectLogs(shaped.request)?.records, inspectLogs(message)?.records)
      const records = (bytes: Buffer) =>
        (decodeLogsRequest(bytes).resourceLogs ?? []).flatMap(({ scopeLogs = [] }) =>
          scopeLogs.flatMap(({ logRecords = [] }) => logRecords),
        )
      const before = records(message)
      for (const [index, { attributes = [], ...rest }] of records(shaped.request).entries()) {
        const { attributes: _all, ...same } = before[index]!
        assert.deepEqual(rest, same)
        const others = attributes.filter(({ key }) => key !== 'log.record.uid')
        assert.ok(others.length <= LIMITS.max_attributes)
        for (const { key = '', value } of others) {
          assert.ok(Buffer.byteLength(key) <= LIMITS.max_key_bytes + Buffer.byteLength('…[cut]'))
          const length = Buffer.byteLength(value?.stringValue ?? '')
          assert.ok(length <= LIMITS.max_value_bytes + Buffer.byteLength('…[cut]'))
        }
      }
    }
  })
  fc.assert(property, { numRuns: 60 })
})
