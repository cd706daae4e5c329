import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CriDecoder } from '../../../agent/decode/cri.ts'
import { createDecoder } from '../../../agent/decode/detect.ts'
import { DockerDecoder } from '../../../agent/decode/docker.ts'
import { FULL, Line, type LineDecoder, PARTIAL, UNPARSED } from '../../../agent/decode/line.ts'

const KINDS = { [FULL]: 'full', [PARTIAL]: 'partial', [UNPARSED]: 'unparsed' }
const STREAMS = ['stdout', 'stderr', 'none']

function decode(decoder: LineDecoder, text: string | Buffer) {
  // Not at the begin of its buffer, and with something behind it: decoders must stay within their bounds.
  const bytes = Buffer.concat([Buffer.from('###'), Buffer.from(text as string), Buffer.from('\n"},stdout F')])
  const line = new Line()
  decoder.decode(line, bytes, 3, 3 + Buffer.byteLength(text))
  return {
    kind: KINDS[line.kind],
    stream: STREAMS[line.stream],
    body: line.bytes.toString('utf8', line.bodyStart, line.bodyEnd),
    timeNs: (BigInt(line.timeHigh) << 32n) | BigInt(line.timeLow),
  }
}

const TIME = '2026-11-21T10:46:00.123456789Z'
const TIME_NS = 1_795_257_960_123_456_789n

test('CRI lines', () => {
  const decoder = new CriDecoder()
  const cases: [string, string, string, string][] = [
    [`${TIME} stdout F hello`, 'full', 'stdout', 'hello'],
    [`${TIME} stderr P half`, 'partial', 'stderr', 'half'],
    [`${TIME} stdout F `, 'full', 'stdout', ''],
    [`${TIME} stdout F`, 'full', 'stdout', ''],
    [`${TIME} stdout F:tag:other content`, 'full', 'stdout', 'content'],
    [`${TIME} stdout P:x `, 'partial', 'stdout', ''],
    [`${TIME} stdout F  leading blanks`, 'full', 'stdout', ' leading blanks'],
    [`${TIME} stdout F nul \0 inside`, 'full', 'stdout', 'nul \0 inside'],
    [`${TIME} stdout X what`, 'unparsed', 'none', `${TIME} stdout X what`],
    [`${TIME} stdlog F what`, 'unparsed', 'none', `${TIME} stdlog F what`],
    [`${TIME} stdout Fx`, 'unparsed', 'none', `${TIME} stdout Fx`],
    [`${TIME} stdout `, 'unparsed', 'none', `${TIME} stdout `],
    [`${TIME}`, 'unparsed', 'none', TIME],
    ['', 'unparsed', 'none', ''],
    ['panic: no header', 'unparsed', 'none', 'panic: no header'],
    [`\0\0${TIME} stdout F torn`, 'unparsed', 'none', `\0\0${TIME} stdout F torn`],
  ]
  for (const [text, kind, stream, body] of cases) {
    const line = decode(decoder, text)
    assert.deepEqual([line.kind, line.stream, line.body], [kind, stream, body], text)
    if (kind !== 'unparsed') assert.equal(line.timeNs, TIME_NS, text)
  }
})

test("Docker's json-file lines", () => {
  const decoder = new DockerDecoder()
  const object = (log: string, more = '') => `{"log":${JSON.stringify(log)},"stream":"stderr","time":"${TIME}"${more}}`
  const cases: [string, string, string][] = [
    [object('hello\n'), 'full', 'hello'],
    [object('hello\r\n'), 'full', 'hello'],
    [object('16 KiB of …'), 'partial', '16 KiB of …'],
    [object('\n'), 'full', ''],
    [object(''), 'partial', ''],
    [object('a "quoted" \\ back\ttab\n'), 'full', 'a "quoted" \\ back\ttab'],
    [`{"log":"\\u003ca\\u003e \\ud83d\\ude00 \\ud83d\\n","stream":"stderr","time":"${TIME}"}`, 'full', '<a> 😀 �'],
    [object('x\n', ',"attrs":{"a":["}",{"b":1}],"c":null}'), 'full', 'x'],
    [` { "time" : "${TIME}" , "stream" : "stderr", "log" : "any order\\n" } `.trim(), 'full', 'any order'],
  ]
  for (const [text, kind, body] of cases) {
    const line = decode(decoder, text)
    assert.deepEqual([line.kind, line.stream, line.body, line.timeNs], [kind, 'stderr', body, TIME_NS], text)
  }
  const broken = [
    '',
    '{',
    '{}',
    object('half an object\n').slice(0, -1),
    object('half an object\n').slice(0, 30),
    '{"log":"no time\\n","stream":"stdout"}',
    `{"log":"bad escape \\x","stream":"stdout","time":"${TIME}"}`,
    `{"log":"bad escape \\u12g4","stream":"stdout","time":"${TIME}"}`,
    '\0\0\0\0',
  ]
  for (const text of broken) {
    const line = decode(decoder, text)
    assert.deepEqual([line.kind, line.body], ['unparsed', text], text)
  }
})

test("agrees with JSON on any text in Docker's format", () => {
  const decoder = new DockerDecoder()
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (log, full) => {
      const text = full ? `${log}\n` : log
      fc.pre(full || !log.endsWith('\n'))
      const line = decode(decoder, JSON.stringify({ log: text, stream: 'stdout', time: TIME }))
      const expected = Buffer.from(full ? text.replace(/\r?\n$/, '') : text).toString()
      assert.deepEqual([line.kind, line.body], [full ? 'full' : 'partial', expected])
    }),
    { numRuns: 1_000 },
  )
})

test('no bytes make a decoder throw or leave its bounds', () => {
  const decoders = [new CriDecoder(), new DockerDecoder(), createDecoder('auto')]
  const pieces = fc.constantFrom(
    TIME,
    ' ',
    'stdout',
    'stderr',
    'P',
    'F',
    ':',
    '{',
    '}',
    '"log":',
    '"',
    '\\u',
    '\\',
    '[',
    ',',
    '\0',
    '2026-11-21T',
  )
  const fragments = fc.array(fc.oneof(pieces, fc.string({ maxLength: 4 })), { maxLength: 20 })
  const texts = fragments.map((parts) => Buffer.from(parts.join('')))
  const noise = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes))
  fc.assert(
    fc.property(fc.oneof(texts, noise), (bytes) => {
      for (const decoder of decoders) {
        const line = new Line()
        decoder.decode(line, bytes, 0, bytes.length)
        assert.ok(line.bodyStart >= 0 && line.bodyEnd >= line.bodyStart)
        assert.ok(line.bodyEnd <= line.bytes.length)
        if (line.kind === UNPARSED) assert.deepEqual([line.bodyStart, line.bodyEnd], [0, bytes.length])
      }
    }),
    { numRuns: 5_000 },
  )
})
