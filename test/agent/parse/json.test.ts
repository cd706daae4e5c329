import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BodyTime } from '#lib/parse/body-time.ts'
import { JsonParser } from '#lib/parse/json.ts'
import { severityOf, severityWord } from '#lib/parse/severity.ts'
import { parsed } from './parsed.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'

test('ids of traces and spans', () => {
  const parser = new JsonParser()
  const cases: [string, string, string][] = [
    [`{"trace_id":"${TRACE}","span_id":"${SPAN}"}`, TRACE, SPAN],
    [`{"traceId":"${TRACE}","spanId":"${SPAN}"}`, TRACE, SPAN],
    [`{"TraceId":"${TRACE}","SpanId":"${SPAN}"}`, TRACE, SPAN],
    [`{"trace.id":"${TRACE}","span.id":"${SPAN}"}`, TRACE, SPAN],
    [`{"trace":{"id":"${TRACE}"},"span":{"name":"a","id":"${SPAN}"}}`, TRACE, SPAN],
    [`{"otelTraceID":"${TRACE}","otelSpanID":"${SPAN}","otelServiceName":"a"}`, TRACE, SPAN],
    [`{"@tr":"${TRACE}","@sp":"${SPAN}"}`, TRACE, SPAN],
    [`{"traceparent":"00-${TRACE}-${SPAN}-01"}`, TRACE, SPAN],
    [`{"dd.trace_id":"${TRACE}","dd.span_id":"1234567890123456"}`, TRACE, ''],
    [`{"dd":{"trace_id":"${TRACE}","span_id":"1234567890123456"}}`, TRACE, ''],
    [
      `{"logging.googleapis.com/trace":"projects/p/traces/${TRACE}","logging.googleapis.com/spanId":"${SPAN}"}`,
      TRACE,
      SPAN,
    ],
    [`{"trace_id":"${TRACE.toUpperCase()}"}`, TRACE.toUpperCase(), ''],
    [`{"trace_id":"${TRACE}","traceId":"${TRACE.replace('4', '5')}"}`, TRACE, ''],
    ['{"trace_id":"6482948571627182","span_id":"7"}', '', ''],
    [`{"trace_id":"${TRACE.replace('f', 'g')}","span_id":"${SPAN.replace('f', ' ')}"}`, '', ''],
    [`{"trace_id":"${'0'.repeat(32)}","span_id":"${'0'.repeat(16)}"}`, '', ''],
    [`{"traceparent":"00-${'0'.repeat(32)}-${SPAN}-01"}`, '', ''],
    [`{"traceparent":"00-${TRACE}-${SPAN}"}`, '', ''],
    [`{"id":"${TRACE}","a":{"trace_id":"${TRACE}"}}`, '', ''],
    [`{"trace_id":${TRACE}}`, '', ''],
  ]
  for (const [line, traceId, spanId] of cases) {
    const found = parsed(parser, line)
    assert.deepEqual([found.traceId, found.spanId], [traceId, spanId], line)
  }
})

test('the time, only if asked for', () => {
  const ns = 1_795_257_960_123_456_789n
  const cases: [string, bigint][] = [
    ['{"time":"2026-11-21T10:46:00.123456789Z"}', ns],
    ['{"@timestamp":"2026-11-21T11:46:00.123456789+01:00"}', ns],
    ['{"ts":1795257960.123}', 1_795_257_960_123_000_000n],
    ['{"ts":1795257960}', 1_795_257_960_000_000_000n],
    ['{"time":1795257960123,"x":1}', 1_795_257_960_123_000_000n],
    ['{"timestamp":1795257960123456}', 1_795_257_960_123_456_000n],
    ['{"timestamp":1795257960123456789}', ns],
    ['{"timestamp":"1795257960123456789"}', ns],
    ['{"timestamp":1795257960.1234567891234}', ns],
    ['{"ts":1795257960123.456789}', ns],
    ['{"time":"late","ts":1795257960}', 1_795_257_960_000_000_000n],
    ['{"@t":"2026-11-21T10:46:00Z","@mt":"x"}', 1_795_257_960_000_000_000n],
    ['{"time":17}', 0n],
    ['{"time":1.795257960e9}', 0n],
    ['{"time":-1795257960}', 0n],
    ['{"time":"2026-11-21"}', 0n],
    ['{"time":""}', 0n],
    ['{"time":9999999999}', 0n],
    ['{"t":{"time":1795257960}}', 0n],
  ]
  const parser = new JsonParser(new BodyTime())
  for (const [line, expected] of cases) {
    assert.equal(parsed(parser, line).timeNs, expected, line)
    assert.equal(parsed(new JsonParser(), line).timeNs, 0n, line)
  }
})

test('any number of nanoseconds', () => {
  const parser = new JsonParser(new BodyTime())
  fc.assert(
    fc.property(fc.bigInt({ min: 10n ** 18n, max: 92n * 10n ** 17n - 1n }), (ns) => {
      assert.equal(parsed(parser, `{"ts":${ns}}`).timeNs, ns)
    }),
  )
})

test('what is behind a long text is found, within a budget', () => {
  const parser = new JsonParser()
  const behind = (value: unknown) => parsed(parser, JSON.stringify({ value, level: 'error' }))
  assert.equal(behind('x'.repeat(1_000_000)).severity, 17)
  assert.equal(behind('x'.repeat(300)).severity, 17)
  assert.equal(behind(`${'at a.b(C.java:1)\n\tat '.repeat(2_000)}`).severity, 17)
  assert.equal(behind({ stack: 'x'.repeat(10_000), more: ['x'.repeat(10_000), '\\'.repeat(99)] }).severity, 17)
  // Thousands of small things are not looked through; the body is still an object.
  for (const value of [Array.from({ length: 10_000 }, () => 'a'), '"'.repeat(100_000), '\\'.repeat(100_000)]) {
    const { matched, severity } = behind(value)
    assert.deepEqual([matched, severity], [true, 0])
  }
  assert.equal(parsed(parser, '[{"a":'.repeat(100_000)).matched, false)
  assert.equal(parsed(parser, '{"a":'.repeat(100_000)).severity, 0)
})

test('what is no object', () => {
  const parser = new JsonParser()
  const lines = [
    '',
    '{',
    '{"',
    '{"a',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":"',
    '{"a":"\\"}',
    '{"a":{}',
    '{"level":"error"',
    '{a:1}',
  ]
  lines.push(
    '{"level":"error"} and more',
    '[1]',
    '"x"',
    'null',
    '{"a" 1}',
    '{"a":x}',
    `{"level":"error","a":"${'x'.repeat(500)}`,
  )
  for (const line of lines) {
    const { matched, severity, message } = parsed(parser, line)
    assert.deepEqual([matched, severity, message], [false, 0, ''], line)
  }
})

test('the span is looked for near the trace once all else is known', () => {
  const parser = new JsonParser()
  const begin = `{"level":"info","msg":"x","trace_id":"${TRACE}"`
  assert.equal(parsed(parser, `${begin},"trace_flags":"01","span_id":"${SPAN}"}`).spanId, SPAN)
  assert.equal(parsed(parser, `${begin},"a":1,"b":2,"c":3,"span_id":"${SPAN}"}`).spanId, '')
  assert.equal(parsed(parser, `{"trace_id":"${TRACE}","a":1,"b":2,"c":3,"span_id":"${SPAN}","msg":"x"}`).spanId, SPAN)
})

test('the message', () => {
  const parser = new JsonParser()
  assert.equal(parsed(parser, '{"level":"info","msg":"a \\"quoted\\" ö"}').message, 'a \\"quoted\\" ö')
  assert.equal(parsed(parser, '{"message":{"a":1},"event":"x"}').message, 'x')
})

test('agrees with JSON.parse on the members of any object', () => {
  const parser = new JsonParser()
  const level = fc.constantFrom(
    'info',
    'ERROR',
    'Warning',
    'trace',
    'nothing',
    '',
    'in"fo',
    'é',
    30,
    50,
    400,
    null,
    true,
    7,
  )
  const members = fc.record(
    {
      level,
      trace_id: fc.constantFrom(TRACE, 'x', 5, null),
      span_id: fc.constantFrom(SPAN, '', [SPAN]),
      msg: fc.string(),
    },
    { requiredKeys: [] },
  )
  const others = fc.dictionary(fc.string({ unit: 'binary', maxLength: 12 }), fc.jsonValue({ maxDepth: 4 }), {
    maxKeys: 5,
  })
  const known =
    /^(@l|@t|@tr|@sp|@m|@mt|s|id|log|dd|trace|span|.*(level|lvl|severity|priority|trace|span).*|ms?g|message|event)$/i
  fc.assert(
    fc.property(others, members, others, fc.constantFrom(undefined, 1, '\t'), (before, inner, after, indent) => {
      const unknown = (object: object) => Object.fromEntries(Object.entries(object).filter(([key]) => !known.test(key)))
      const text = JSON.stringify({ ...unknown(before), ...inner, ...unknown(after) }, undefined, indent)
      fc.pre(text.length < 4_000)
      const found = parsed(parser, text)
      const value = JSON.parse(text) as Record<string, unknown>
      const word = typeof value.level === 'string' ? Buffer.from(value.level) : Buffer.alloc(0)
      const numbers: Readonly<Record<number, number>> = { 30: 9, 50: 17, 400: 17 }
      const number = typeof value.level === 'number' ? (numbers[value.level] ?? 0) : 0
      assert.deepEqual(
        [found.matched, found.severity, found.traceId, found.spanId],
        [
          true,
          severityOf(severityWord(word, 0, word.length)) || number,
          value.trace_id === TRACE ? TRACE : '',
          value.span_id === SPAN ? SPAN : '',
        ],
        text,
      )
      if (typeof value.msg === 'string') assert.equal(`"${found.message}"`, JSON.stringify(value.msg))
    }),
    { numRuns: 2_000 },
  )
})
