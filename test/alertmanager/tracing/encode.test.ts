import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeTraces } from '../../../alertmanager/tracing/encode.ts'
import type { EndedSpan } from '../../../alertmanager/tracing/recorded-span.ts'
import { decodeTraces } from '../support/trace-proto.ts'

const id = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((b) => Buffer.from(b).toString('hex'))
const text = fc.string({ unit: 'grapheme', maxLength: 40 })
const value = fc.oneof(text, fc.boolean(), fc.maxSafeInteger())
const attributes = fc
  .dictionary(fc.string({ minLength: 1, maxLength: 10 }), value, { maxKeys: 4, noNullPrototype: true })
  .filter((map) => !Object.hasOwn(map, '__proto__'))
const epochMs = fc.double({ min: 0, max: 4e12, noNaN: true })
const KINDS = { internal: 1, server: 2, client: 3, producer: 4 } as const

const span: fc.Arbitrary<EndedSpan> = fc.record({
  context: fc.record({
    traceId: id(16),
    spanId: id(8),
    isSampled: fc.constant(true),
    state: fc.constantFrom('', 'a=1,b=2'),
  }),
  parentSpanId: fc.option(id(8), { nil: undefined }),
  name: text,
  kind: fc.constantFrom('internal', 'server', 'client', 'producer'),
  startMs: epochMs,
  endMs: epochMs,
  attributes,
  events: fc.array(fc.record({ atMs: epochMs, name: text, attributes }), { maxLength: 3 }),
  failure: fc.option(text, { nil: undefined }),
})

/** Nanoseconds, as near as a number of milliseconds comes to them. */
const nanos = (ms: number) => BigInt(Math.floor(ms)) * 1_000_000n + BigInt(Math.floor((ms - Math.floor(ms)) * 1e6))

test('what is sent is what OTLP says, whatever the spans hold', () => {
  fc.assert(
    fc.property(attributes, fc.array(span, { maxLength: 5 }), (resource, spans) => {
      const decoded = decodeTraces(encodeTraces(resource, spans))
      assert.deepEqual(decoded.resource, resource)
      assert.equal(decoded.scope, 'alertmanager')
      assert.deepEqual(
        decoded.spans,
        spans.map(({ context, parentSpanId, name, kind, startMs, endMs, failure, ...rest }) => ({
          ...{ name, kind: KINDS[kind], traceId: context.traceId, spanId: context.spanId, traceState: context.state },
          ...{
            parentSpanId: parentSpanId ?? '',
            start: nanos(startMs),
            end: nanos(endMs),
            attributes: rest.attributes,
          },
          events: rest.events.map((event) => ({
            name: event.name,
            at: nanos(event.atMs),
            attributes: event.attributes,
          })),
          status: failure === undefined ? undefined : { code: 2, message: failure },
        })),
      )
    }),
  )
})
