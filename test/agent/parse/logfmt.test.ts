import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BodyTime } from '#lib/parse/body-time.ts'
import { createContentParser } from '../../../agent/parse/detect.ts'
import { LogfmtParser } from '../../../agent/parse/logfmt.ts'
import { parsed } from './parsed.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'

test('ids, message and time of pairs', () => {
  const parser = new LogfmtParser(new BodyTime())
  const cases: [string, string, string, string][] = [
    [`level=info msg="a \\"b\\" c" trace_id=${TRACE} span_id=${SPAN}`, TRACE, SPAN, 'a \\"b\\" c'],
    [`msg=done traceID="${TRACE}"`, TRACE, '', 'done'],
    [`text [trace_id=${TRACE}, span_id=${SPAN}] more`, TRACE, SPAN, ''],
    [`traceparent=00-${TRACE}-${SPAN}-01`, TRACE, SPAN, ''],
    [`trace_id=${TRACE}0 span_id=0000000000000000`, '', '', ''],
    [`trace_id= ${TRACE} msg=`, '', '', ''],
  ]
  for (const [line, traceId, spanId, message] of cases) {
    const found = parsed(parser, line)
    assert.deepEqual([found.traceId, found.spanId, found.message], [traceId, spanId, message], line)
  }
  assert.equal(parsed(parser, 'ts=2026-11-21T10:46:00.5Z a=1').timeNs, 1_795_257_960_500_000_000n)
  assert.equal(parsed(parser, 'time="2026-11-21T10:46:00Z" a=1').timeNs, 1_795_257_960_000_000_000n)
  assert.equal(parsed(parser, 'ts=1795257960.5 a=1').timeNs, 1_795_257_960_500_000_000n)
})

test('ids beside a level in a text are found by detection', () => {
  const found = parsed(createContentParser('auto', { time: false }), `done level=warn trace_id=${TRACE}`)
  assert.deepEqual([found.severity, found.traceId], [13, TRACE])
})

test('text without a pair is no logfmt', () => {
  for (const line of ['', 'ERROR x', '= a', 'a b c', 'a = b']) {
    assert.equal(parsed(new LogfmtParser(), line).matched, false, line)
  }
})

test('where the message of other formats is', () => {
  const parser = createContentParser('auto', { time: false })
  assert.equal(parsed(parser, 'I1121 10:00:00.000000   123 file.go:1] "Started" a="b"').message, '"Started" a="b"')
  assert.equal(parsed(parser, '<3>out of memory').message, 'out of memory')
  assert.equal(parsed(parser, '1:M 21 Nov 2026 10:00:00.123 * Ready').message, 'Ready')
})
