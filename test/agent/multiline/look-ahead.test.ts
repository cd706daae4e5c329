import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LookAhead } from '../../../agent/multiline/look-ahead.ts'
import { TraceGrammar } from '../../../agent/multiline/trace-grammar.ts'

const BODIES = [
  ...[
    '',
    'a plain line',
    'java.lang.IllegalStateException: no',
    '\tat com.shop.Order.pay(Order.java:7)',
    '  at f (a.js:1:2)',
  ],
  ...[
    'Traceback (most recent call last):',
    '  File "a.py", line 1, in f',
    'panic: no',
    'goroutine 1 [running]:',
    '#0 a.php',
  ],
  ...[
    '{"msg":"Exception"}',
    "app.rb:1:in `f': no (RuntimeError)",
    'Caused by: x.y.ZException',
    '[stacktrace]',
    'x stdout F y',
  ],
]
const line = fc.record({
  time: fc.constantFrom('2026-11-21T10:46:00Z', '2026-11-21T10:46:00.12345Z', '2026-11-21T10:46:00.123456789+05:30'),
  stream: fc.constantFrom('stdout', 'stdout', 'stderr'),
  tag: fc.constantFrom('F', 'F', 'F', 'F', 'P', 'F:x', '?'),
  body: fc.constantFrom(...BODIES),
})

test('a line is let go only if no line that comes next on its stream makes a trace of the two, and none is missed', () => {
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 40 }), fc.infiniteStream(fc.boolean()), (lines, asks) => {
      const bytes = Buffer.from(
        lines.map(({ time, stream, tag, body }) => `${time} ${stream} ${tag} ${body}\n`).join(''),
      )
      const ahead = new LookAhead()
      ahead.begin()
      let at = 0
      for (const [index, { time, stream, tag, body }] of lines.entries()) {
        const newline = ahead.nextNewline(bytes, at)
        assert.equal(newline, bytes.indexOf('\n', at))
        const bodyStart = at + time.length + stream.length + tag.length + 3
        if (tag === 'F' && asks.next().value) {
          const waits = ahead.mustWait(bytes, at, bodyStart, newline, bytes.length)
          const next = lines.slice(index + 1).find((other) => other.stream === stream)
          if (!waits && next !== undefined) {
            const [first, second] = [Buffer.from(body), Buffer.from(next.body)]
            const isOpened = new TraceGrammar().open(first, 0, first.length, second, 0, second.length)
            assert.equal(isOpened, false, `${body} | ${next.body}`)
          }
        }
        at = newline + 1
      }
    }),
    { numRuns: 1_000 },
  )
})
