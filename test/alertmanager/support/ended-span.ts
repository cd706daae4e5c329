import type { EndedSpan } from '../../../alertmanager/tracing/recorded-span.ts'

/** A span that has ended and says nothing but its name. */
export function endedSpan(name = 'work'): EndedSpan {
  return {
    ...{ name, kind: 'internal', startMs: 0, endMs: 0, attributes: {}, events: [], failure: undefined },
    context: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), isSampled: true, state: '' },
    parentSpanId: undefined,
  }
}
