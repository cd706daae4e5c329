import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CriDecoder } from '../../../agent/decode/cri.ts'
import { createDecoder } from '../../../agent/decode/detect.ts'
import { DockerDecoder } from '../../../agent/decode/docker.ts'
import { FULL, Line, type LineDecoder, PARTIAL, UNPARSED } from '../../../agent/decode/line.ts'
import { LongLine } from '../../../agent/decode/long-line.ts'
import { decodeBehindNuls } from '../../../agent/decode/nuls.ts'

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

/** Bytes that have something of a line, or nothing. */
function hostileBytes(): fc.Arbitrary<Buffer> {
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
  return fc.oneof(texts, noise)
}

const noise = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes))

test('no bytes make a decoder throw or leave its bounds', () => {
  const decoders = [new CriDecoder(), new DockerDecoder(), createDecoder('auto')]
  fc.assert(
    fc.property(hostileBytes(), (bytes) => {
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

/** Bytes that would be taken for the rest of a line, if they were looked at. */
const SURROUNDINGS = [
  '',
  '}',
  '"}',
  '0123456789Z stdout F ',
  `"time":"${TIME}"}`,
  ' stdout F x\n',
  '\\u0041"',
  '\r',
  '\0',
]

test('what stands before or behind a line makes no difference', () => {
  const decoders = [new CriDecoder(), new DockerDecoder(), createDecoder('auto')]
  const around = fc.constantFrom(...SURROUNDINGS)
  fc.assert(
    fc.property(hostileBytes(), around, around, (bytes, before, behind) => {
      for (const decoder of decoders) {
        const [alone, among] = [new Line(), new Line()]
        const framed = Buffer.concat([Buffer.from(before), bytes, Buffer.from(behind)])
        decoder.decode(alone, bytes, 0, bytes.length)
        const body = alone.bytes.toString('latin1', alone.bodyStart, alone.bodyEnd)
        const start = Buffer.byteLength(before)
        decoder.decode(among, framed, start, start + bytes.length)
        assert.deepEqual(
          [among.kind, among.stream, among.timeHigh, among.timeLow],
          [alone.kind, alone.stream, alone.timeHigh, alone.timeLow],
        )
        assert.equal(among.bytes.toString('latin1', among.bodyStart, among.bodyEnd), body)
      }
    }),
    { numRuns: 5_000 },
  )
})

test('NULs before a line are passed over, and what is kept of a long one begins behind them', () => {
  const text = fc.oneof(
    fc.constant(`${TIME} stdout F a`),
    fc.constant(`{"log":"a\\n","stream":"stdout","time":"${TIME}"}`),
    fc.string(),
  )
  fc.assert(
    fc.property(
      fc.nat(40),
      text,
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 60 }),
      (nuls, body, chunk, limit) => {
        fc.pre(!body.startsWith('\0'))
        const decoder = createDecoder('auto')
        const bytes = Buffer.concat([Buffer.alloc(nuls), Buffer.from(body)])
        const [line, clean] = [new Line(), new Line()]
        decoder.decode(line, bytes, 0, bytes.length)
        assert.equal(decodeBehindNuls(line, decoder, bytes, 0, bytes.length), nuls)
        const found = [line.kind, line.bytes.toString('utf8', line.bodyStart, line.bodyEnd)]
        decoder.decode(clean, bytes, nuls, bytes.length)
        assert.deepEqual(found, [clean.kind, clean.bytes.toString('utf8', clean.bodyStart, clean.bodyEnd)])

        const long = new LongLine(limit)
        for (let at = 0; at < bytes.length; at += chunk) long.append(bytes, at, Math.min(bytes.length, at + chunk))
        assert.deepEqual([long.totalBytes, long.nulBytes], [bytes.length, nuls])
        assert.deepEqual(long.kept, bytes.subarray(nuls, nuls + limit))
      },
    ),
  )
})
