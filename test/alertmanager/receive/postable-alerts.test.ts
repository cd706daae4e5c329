import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodePostableAlerts } from '../../../alertmanager/receive/postable-alerts.ts'

const decode = (value: unknown) => decodePostableAlerts(Buffer.from(JSON.stringify(value)))

test('what a client leaves out is left open', () => {
  const decoded = decode([{ labels: { a: 'b', n: null }, annotations: null, startsAt: null }])
  assert.ok(decoded.ok)
  const [alert] = decoded.value
  assert.deepEqual(
    { ...alert, labels: String(alert?.labels), annotations: String(alert?.annotations) },
    { labels: '{a="b"}', annotations: '{}', startsAt: undefined, endsAt: undefined, generatorUrl: '' },
  )
})

test('each refusal says where', () => {
  const rows: [body: unknown, status: number, message: RegExp][] = [
    [{}, 400, /parsing alerts body from \\"\\" failed, because cannot unmarshal object/],
    [[1], 400, /cannot unmarshal number into 0/],
    [[{ labels: [] }], 400, /cannot unmarshal array into 0\.labels/],
    [[{ labels: { a: 'b' } }, { labels: { a: 1 } }], 400, /cannot unmarshal number into 1\.labels\.a/],
    [[{ labels: {}, endsAt: 'soon' }], 400, /parsing time \\"soon\\": 0\.endsAt is not/],
    [
      [{ labels: {}, generatorURL: 'foo bar' }],
      422,
      /"code":601,"message":"0\.generatorURL in body must be of type uri/,
    ],
    [[{}], 422, /"code":602,"message":"0\.labels in body is required"/],
  ]
  for (const [body, status, message] of rows) {
    const decoded = decode(body)
    assert.ok(!decoded.ok)
    assert.equal(decoded.response.status, status)
    assert.match(String(decoded.response.body), message)
  }
})

test('a refusal does not send back megabytes', () => {
  const long = 'x y'.repeat(1_000_000)
  for (const alert of [{ startsAt: long }, { generatorURL: long }, { labels: { [long]: 1 } }]) {
    const decoded = decode([{ labels: {}, ...alert }])
    assert.ok(!decoded.ok && decoded.response.body.length < 1_000)
  }
})

test('nothing that a peer sends is more than refused', () => {
  const nearly = fc.array(
    fc.record(
      {
        labels: fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue()),
        annotations: fc.oneof(fc.dictionary(fc.string(), fc.string()), fc.jsonValue()),
        startsAt: fc.oneof(fc.date({ noInvalidDate: true }), fc.string(), fc.jsonValue()),
        endsAt: fc.oneof(fc.constantFrom('', '0001-01-01T00:00:00Z', '2026-02-30T00:00:00Z'), fc.jsonValue()),
        generatorURL: fc.oneof(fc.webUrl(), fc.string()),
      },
      { requiredKeys: [] },
    ),
  )
  const bodies = fc.oneof(
    nearly.map((value) => Buffer.from(JSON.stringify(value))),
    fc.json().map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
  )
  fc.assert(
    fc.property(bodies, (body) => {
      const decoded = decodePostableAlerts(body)
      if (decoded.ok)
        for (const { labels } of decoded.value) for (const value of Object.values(labels)) value.toString()
      else assert.ok(decoded.response.status === 400 || decoded.response.status === 422)
    }),
    { numRuns: 100 },
  )
})

test('brackets without an end are refused like any other nonsense', () => {
  const decoded = decodePostableAlerts(Buffer.alloc(4_000_000, '['))
  assert.ok(!decoded.ok && decoded.response.status === 400)
})
