import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hexToBytes, isHexId } from '#lib/parse/trace-id.ts'
import { CONTENT_FORMATS, createContentParser } from '../../../agent/parse/detect.ts'
import { parsed } from './parsed.ts'

const PARSERS = CONTENT_FORMATS.map((format) => createContentParser(format, { time: true }))

const PIECES = fc.constantFrom(
  ...[
    '{',
    '}',
    '[',
    ']',
    '"',
    '\\',
    '\\"',
    ':',
    ',',
    '=',
    ' ',
    '\t',
    '\n',
    '\x1b[',
    '\x1b[32m',
    '|',
    '<',
    '>',
    '<3>',
    '-',
  ],
  ...[
    'level',
    'severity',
    'trace_id',
    'span_id',
    'traceparent',
    '@t',
    '@l',
    'log',
    'msg',
    '"level":',
    '"log":{',
    'time=',
  ],
  ...['ERROR', 'error', 'info', 'I', 'W', 'LOG', 'FATAL', 'INFO+2', 'level=', '0123456789abcdef', '00-', '-01', '0'],
  ...['I1121 10:00:00.000000', '2026-11-21T10:00:00', '1:M 21 Nov 2026 10:00:00.123', '10.0.0.1 - - [', '] "', '" 500'],
  ...['ä', '😀', '\u0000', '17952579601234'],
)

test('no text makes a parser throw or leave the body', () => {
  const texts = fc.array(fc.oneof(PIECES, PIECES, fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 30 })
  fc.assert(
    fc.property(texts, (pieces) => {
      const text = pieces.join('')
      for (const parser of PARSERS) {
        // Checks that each range lies in the body and cuts no character.
        const found = parsed(parser, text)
        assert.ok(found.severity >= 0 && found.severity <= 24)
        if (found.text !== '') assert.ok(found.severity > 0)
        for (const id of [found.traceId, found.spanId]) assert.match(id, /^([0-9a-fA-F]{16}|[0-9a-fA-F]{32}|)$/)
        if (!found.matched) assert.deepEqual([found.severity, found.text, found.message, found.timeNs], [0, '', '', 0n])
      }
    }),
    { numRuns: 5_000 },
  )
})

test('what is behind the body does not count, wherever a line is cut', () => {
  const lines = [
    '{"level":"error","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","log":{"level":"info"},"msg":"x"}',
    'time="2026-11-21T10:00:00Z" level=warning trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id="00f067aa0ba902b7"',
    'I1121 10:00:00.000000   123 file.go:1] msg',
    '10.0.0.1 - - [21/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 500 612',
    '2026-11-21 10:00:00,123 ERROR [main] x',
    '1:M 21 Nov 2026 10:00:00.123 # x',
    '[2026-11-21T10:00:00.123Z] "GET /x HTTP/1.1" 503 UF 0',
    '<134>x',
    'fatal error: x',
    '[E 2026] x',
    '[W] x',
    'app.ERROR: x',
    '=ERROR REPORT==== x',
    '| info | x',
    'LOG:  x',
    '{"t":{"$date":1},"s":"I"}',
    '{"@t":"x","level":"\\u001b[32minfo\\u001b[0m"}',
    'level=INFO+2 ts=1795257960.123',
    '{"ts":1795257960.123,"traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}',
    '\x1b[2m2026\x1b[0m \x1b[32minfo\x1b[0m x',
  ]
  for (const line of lines) {
    for (let length = 0; length <= line.length; length++) {
      for (const parser of PARSERS) {
        const found = parsed(parser, line.slice(0, length))
        for (const behind of [line.slice(length), '', ' ', '\n{"level":"error"}', '1 2 3', '": 500 [x] ERROR: ']) {
          assert.deepEqual(parsed(parser, line.slice(0, length), Buffer.from(behind)), found, line.slice(0, length))
        }
      }
    }
  }
})

test('long bodies of one kind of byte', () => {
  const bodies = ['a', 'A', ' ', '=', '"', '\\', '{', '[', ':', '\x1b[', '.', '1', 'a=', 'a="', '{"', 'é', '\t', '<']
  for (const piece of bodies) {
    const body = piece.repeat(500_000)
    for (const parser of PARSERS) assert.equal(parsed(parser, body).severity, 0)
  }
})

test('an id as bytes is what its digits say', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.boolean(), (id, upper) => {
      const hex = Buffer.from(id).toString('hex')
      const digits = Buffer.from(`..${upper ? hex.toUpperCase() : hex}..`)
      const target = Buffer.alloc(20)
      assert.equal(
        isHexId(digits, 2, 32),
        id.some((byte) => byte !== 0),
      )
      assert.equal(hexToBytes(target, 3, digits, 2, 32), 19)
      assert.deepEqual(target.subarray(3, 19), Buffer.from(id))
      assert.deepEqual([target[2], target[19]], [0, 0])
    }),
  )
})
