import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeExportResponse, encodeStatus } from '#lib/otlp/responses.ts'
import { ENCODINGS, type Encoding, judgeAnswer, type Outcome } from '../../../agent/ship/outcome.ts'

const NOW_MS = Date.UTC(2026, 10, 21)
type Headers = Readonly<Record<string, string>>

function judge(
  status: number,
  content: Buffer | string = '',
  headers: Headers = {},
  encoding: Encoding = 'zstd',
  isProven = true,
): Outcome {
  return judgeAnswer({ status, headers, content: Buffer.from(content) }, { encoding, isProven, nowMs: NOW_MS })
}
const retry = (reason: string, afterMs = 0, message = reason.replace('http_', 'status ')): Outcome => ({
  ...{ kind: 'retry', reason, message, afterMs },
})

test('answers are told apart as the specification does', () => {
  const partial = encodeExportResponse({ rejected: 3, message: 'too old' })
  assert.deepEqual(judge(200), { kind: 'accepted', rejectedRecords: 0, message: '' })
  assert.deepEqual(judge(202, partial), { kind: 'accepted', rejectedRecords: 3, message: 'too old' })
  assert.deepEqual(judge(200, '<html>not protobuf</html>'), { kind: 'accepted', rejectedRecords: 0, message: '' })
  assert.deepEqual(judge(400, encodeStatus('bad field')), { kind: 'refused', message: 'bad field' })
  assert.deepEqual(judge(422, encodeStatus('bad field')), { kind: 'refused', message: 'bad field' })
  for (const status of [500, 502, 504, 401, 403, 404, 405, 408, 302]) {
    assert.deepEqual(judge(status, 'no such page'), retry(`http_${status}`))
  }
})

test('a 400 of a server that never accepted anything and does not speak OTLP is no verdict on the records', () => {
  const text = { 'content-type': 'text/plain; charset=utf-8' }
  const said = 'Client sent an HTTP request\nto an HTTPS server.'
  const expected = 'status 400: Client sent an HTTP request to an HTTPS server.'
  assert.deepEqual(judge(400, said, text, 'zstd', false), retry('http_400', 0, expected))
  assert.deepEqual(judge(400, '<html>', {}, 'zstd', false), retry('http_400'))
  assert.deepEqual(judge(400, said, text), { kind: 'refused', message: expected })
  assert.deepEqual(judge(400, encodeStatus('bad field'), {}, 'zstd', false), { kind: 'refused', message: 'bad field' })
})

test('too large is said in many ways', () => {
  assert.deepEqual(judge(413), { kind: 'too-large', message: 'status 413' })
  for (const [status, message] of [
    [400, 'http: request body too large'],
    [429, 'rpc error: code = ResourceExhausted desc = grpc: received message larger than max (5 vs. 4)'],
    [500, 'grpc: received message larger than max (5242903 vs. 4194304)'],
    [503, 'Request Entity Too Large'],
  ] as const) {
    assert.deepEqual(judge(status, encodeStatus(message)), { kind: 'too-large', message })
  }
  assert.equal(judge(429, encodeStatus('ingestion rate limit exceeded')).kind, 'retry')
})

test('a refused encoding is one only while there is another', () => {
  for (const encoding of ENCODINGS) {
    const isLast = encoding === 'identity'
    assert.equal(judge(415, '', {}, encoding).kind, isLast ? 'retry' : 'encoding-refused')
    for (const message of ['unsupported Content-Encoding: zstd', 'unsupported encoding', 'unknown compression type']) {
      assert.equal(judge(400, encodeStatus(message), {}, encoding).kind, isLast ? 'refused' : 'encoding-refused')
    }
  }
  assert.equal(judge(400, encodeStatus('string field contains invalid UTF-8 encoding')).kind, 'refused')
})

test('Retry-After is seconds or a date, by the clock of who says it, and has a bound', () => {
  const after = (header: string, date?: string) => {
    const outcome = judge(503, '', { 'retry-after': header, ...(date === undefined ? {} : { date }) })
    return outcome.kind === 'retry' ? outcome.afterMs : undefined
  }
  assert.equal(after('7'), 7_000)
  assert.equal(after('0'), 0)
  assert.equal(after('-5'), 0)
  assert.equal(after('soon'), 0)
  assert.equal(after('999999999'), 300_000)
  assert.equal(after(new Date(NOW_MS + 9_000).toUTCString()), 9_000)
  assert.equal(after('Thu, 01 Jan 1970 00:00:00 GMT'), 0)
  assert.equal(after('Thu, 01 Jan 1970 00:00:08 GMT', 'Thu, 01 Jan 1970 00:00:00 GMT'), 8_000)
  assert.equal(after('7', 'nonsense'), 7_000)
})

test('whatever a peer answers, there is an outcome, and no more than a line of its words', () => {
  const header = fc.oneof(fc.string(), fc.constantFrom('1', 'text/plain', 'Thu, 01 Jan 1970 00:00:00 GMT'))
  fc.assert(
    fc.property(
      fc.integer({ min: 100, max: 999 }),
      fc.oneof(
        fc.uint8Array({ maxLength: 2_000 }),
        fc.string({ maxLength: 2_000 }).map((text) => encodeStatus(text)),
        fc.string({ maxLength: 2_000 }).map((text) => Buffer.from(text)),
      ),
      fc.record({ 'retry-after': header, date: header, 'content-type': header }, { requiredKeys: [] }),
      fc.constantFrom(...ENCODINGS),
      fc.boolean(),
      (status, content, headers, encoding, isProven) => {
        const outcome = judge(status, Buffer.from(content), headers, encoding, isProven)
        assert.equal(outcome.kind === 'accepted', status >= 200 && status < 300)
        assert.ok(outcome.message.length < 250 && !/[\r\n]/.test(outcome.message))
        if (outcome.kind === 'retry') assert.ok(outcome.afterMs >= 0 && outcome.afterMs <= 300_000)
        if (encoding === 'identity') assert.notEqual(outcome.kind, 'encoding-refused')
      },
    ),
    { numRuns: 300 },
  )
})
