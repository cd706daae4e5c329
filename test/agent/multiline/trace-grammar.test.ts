import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canFollow } from '../../../agent/multiline/can-follow.ts'
import { couldBegin } from '../../../agent/multiline/could-begin.ts'
import { TraceGrammar } from '../../../agent/multiline/trace-grammar.ts'
import { groupLines, groupText, readTraceCorpus } from './trace-corpus.ts'

const CORPUS = readTraceCorpus()
const TRACES = [...CORPUS.values()].flat().filter(({ lines }) => lines.length > 1)

const mayBegin = (line: string) => {
  const bytes = Buffer.from(line)
  return new TraceGrammar().mayBegin(bytes, 0, bytes.length)
}

for (const [name, records] of CORPUS) {
  test(`${name} is grouped as it says`, () => {
    const expected = records.map(({ lines }) => [...lines])
    assert.deepEqual(groupText(expected.flat()), expected)
  })
}

test('every trace is grouped alone, with carriage returns, and its first line is held if it can be', () => {
  for (const { lines, isHeld } of TRACES) {
    assert.deepEqual(groupText(lines), [lines])
    const returned = lines.map((line) => `${line}\r`)
    assert.deepEqual(groupText(returned), [returned])
    assert.equal(mayBegin(lines[0]!), isHeld, lines[0]!)
  }
})

/** Lines of the common kinds, which must cost nothing. */
const ORDINARY = [
  '{"level":"info","message":"TypeError: no"}',
  '10.0.0.1 - - [21/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 12',
  'I1121 10:00:00.123456       1 main.go:42] not a stack',
  'level=info ts=2026-11-21T10:00:00Z msg="goroutine 1 [running]:"',
  'time="2026-11-21T10:00:00Z" level=error msg="java.lang.IllegalStateException: x"',
  '2026-11-21 10:00:00 ERROR [main] c.e.Foo - failed: java.lang.IllegalStateException: x',
  '[2026-11-21 10:00:00] INFO: ready',
  '[ERROR] Traceback',
  'INFO:     127.0.0.1:5000 - "GET /cart HTTP/1.1" 200 OK',
  'Starting the server on port 8080',
  'Stacking boxes',
  'goods were sold',
  '#general',
  '<14>1 2026-11-21T10:00:00Z host app - - - text',
  'Nov 21 10:00:00 host app[1]: text',
  'cart: 7 items',
  'GET /cart 200 3ms',
  'WARN  com.shop.Cart - slow',
  'Ошибка: нет',
  '',
  '\r',
]

test('ordinary lines neither begin nor follow', () => {
  for (const line of ORDINARY) {
    const bytes = Buffer.from(line)
    assert.equal(mayBegin(line), false, line)
    assert.equal(canFollow(bytes, 0, bytes.length), false, line)
  }
})

/** Frames whose begin was lost go to a line before them that names an exception, and to no other. */
const WHOLE = TRACES.filter(({ lines }) => !lines[0]!.startsWith('\t'))
/** A blank line behind a trace belongs to it where the trace could go on, so here there are none. */
const ordinary = fc.array(fc.constantFrom(...ORDINARY.slice(0, -2)), { minLength: 1, maxLength: 4 })

test('ordinary lines between traces change nothing about the traces', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(ordinary, fc.constantFrom(...WHOLE)), { maxLength: 12 }), ordinary, (parts, end) => {
      const expected = [...parts.flatMap(([lines, trace]) => [...lines.map((line) => [line]), trace.lines])]
      expected.push(...end.map((line) => [line]))
      assert.deepEqual(groupText(expected.flat()), expected)
    }),
  )
})

test('an ordinary line within a trace is a record of its own, except where a line of any text is due', () => {
  const wanted = ORDINARY[0]!
  for (const { lines } of TRACES) {
    for (let at = 1; at < lines.length; at += 1) {
      const groups = groupText([...lines.slice(0, at), wanted, ...lines.slice(at)])
      if (groups.some((group) => group.length === 1 && group[0] === wanted)) continue
      const before = lines[at - 1]!
      assert.match(before, /panicked at .*:$|^\s*\^+$|\^$|^$/, `${before} was followed by anything`)
    }
  }
})

const pieces = TRACES.flatMap(({ lines }) => lines)
const anyLine = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...pieces).map((line) => Buffer.from(line)) },
  { weight: 1, arbitrary: fc.constantFrom(...ORDINARY).map((line) => Buffer.from(line)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constantFrom(...pieces), fc.nat(), fc.nat(255), fc.nat()).map(([line, at, byte, cut]) => {
      const bytes = Buffer.from(line)
      if (bytes.length > 0) bytes[at % bytes.length] = byte
      return bytes.subarray(0, cut % 3 === 0 ? cut % (bytes.length + 1) : bytes.length)
    }),
  },
)

test('whatever the lines are, each is in one record, in order, and nothing throws', () => {
  fc.assert(
    fc.property(fc.array(anyLine, { maxLength: 40 }), (lines) => {
      assert.deepEqual(groupLines(lines).flat(), lines)
    }),
    { numRuns: 500 },
  )
})

test('no trace opens with a line that could not begin one, or with a pair that nobody would ask about', () => {
  fc.assert(
    fc.property(anyLine, anyLine, (first, next) => {
      const grammar = new TraceGrammar()
      if (!grammar.open(first, 0, first.length, next, 0, next.length)) return
      const pair = `${first}\n${next}`
      assert.ok(couldBegin(first, 0, first.length), pair)
      assert.ok(grammar.mayBegin(first, 0, first.length) || canFollow(next, 0, next.length), pair)
    }),
    {
      numRuns: 20_000,
      examples: [[Buffer.from('node:0nternal/process/promises:394'), Buffer.from(' ---> System.Exception: a')]],
    },
  )
  for (const first of [...pieces, ...ORDINARY].map((line) => Buffer.from(line))) {
    if (couldBegin(first, 0, first.length)) continue
    assert.ok(
      !pieces.some((line) => new TraceGrammar().open(first, 0, first.length, Buffer.from(line), 0, line.length)),
    )
  }
})

test('what stands around a line in its buffer does not matter', () => {
  const around = fc.constantFrom('', ' ', '\n', ':12:in `', '0x', '::Error: ', ']:', '{', '    at a.b(c)')
  fc.assert(
    fc.property(anyLine, anyLine, around, around, (first, next, before, behind) => {
      const wrap = (line: Buffer) => Buffer.concat([Buffer.from(before), line, Buffer.from(behind)])
      const at = before.length
      const alone = new TraceGrammar()
      const within = new TraceGrammar()
      const [a, b] = [wrap(first), wrap(next)]
      assert.equal(within.mayBegin(a, at, at + first.length), alone.mayBegin(first, 0, first.length))
      assert.equal(
        within.open(a, at, at + first.length, b, at, at + next.length),
        alone.open(first, 0, first.length, next, 0, next.length),
      )
      assert.equal(within.continues(b, at, at + next.length), alone.continues(next, 0, next.length))
    }),
    { numRuns: 2_000 },
  )
})

test('a line of a megabyte costs no more than its ends', () => {
  const long = Buffer.alloc(1 << 20, ' ')
  const grammar = new TraceGrammar()
  for (const begin of ['    at a.b(', 'panic: ', 'java.lang.X: ', '/app/x.rb:1', "thread 'main'", '  | ', '\t']) {
    const line = Buffer.from(long)
    line.write(begin)
    for (const other of pieces) {
      const bytes = Buffer.from(other)
      grammar.open(line, 0, line.length, bytes, 0, bytes.length)
      grammar.continues(line, 0, line.length)
      grammar.open(bytes, 0, bytes.length, line, 0, line.length)
      grammar.mayBegin(line, 0, line.length)
    }
  }
})
