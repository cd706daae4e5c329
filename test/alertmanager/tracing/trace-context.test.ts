import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isInFraction, readTraceContext, traceHeaders } from '../../../alertmanager/tracing/trace-context.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'

test('a trace goes on by the headers of W3C Trace Context', () => {
  const context = { traceId: TRACE, spanId: SPAN, isSampled: true, state: 'vendor=x' }
  const headers = traceHeaders(context)
  assert.deepEqual(headers, { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'vendor=x' })
  assert.deepEqual(readTraceContext(headers), context)
  assert.deepEqual(traceHeaders({ ...context, isSampled: false, state: '' }), { traceparent: `00-${TRACE}-${SPAN}-00` })
  assert.equal(readTraceContext({ traceparent: `00-${TRACE}-${SPAN}-02` })?.isSampled, false)
  assert.equal(readTraceContext({ traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'é=1' })?.state, '')
  assert.equal(readTraceContext({ traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'a'.repeat(513) })?.state, '')
})

test('a later version may have more; what is no traceparent begins a new trace', () => {
  assert.equal(readTraceContext({ traceparent: `cc-${TRACE}-${SPAN}-01-what-comes-later` })?.traceId, TRACE)
  for (const traceparent of [
    '',
    'x',
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${TRACE}-${SPAN}-1`,
    `00-${TRACE}-${SPAN}-0g`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  ]) {
    assert.equal(readTraceContext({ traceparent }), undefined, traceparent)
  }
  assert.equal(readTraceContext({}), undefined)
})

test('the same traces are kept as by OpenTelemetry elsewhere', () => {
  const bound = (fraction: number) => BigInt(Math.floor(fraction * 2 ** 63))
  const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 32 })
  fc.assert(
    fc.property(hex, fc.double({ min: 0, max: 1, noNaN: true }), (traceId, fraction) => {
      const half = BigInt(`0x${traceId.slice(16)}`) >> 1n
      // Where both are as good as the same a number cannot tell them apart.
      fc.pre(fraction === 0 || fraction === 1 || (half >> 10n) - (bound(fraction) >> 10n) !== 0n)
      assert.equal(isInFraction(traceId, fraction), fraction === 1 || half < bound(fraction))
    }),
  )
  assert.equal(isInFraction('f'.repeat(32), 1), true)
  assert.equal(isInFraction('0'.repeat(32), 0), false)
})
