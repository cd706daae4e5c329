import type { Clock } from '#lib/clock.ts'
import { type EndedSpan, newSpanId, newTraceId, recordSpan, unsampledSpan } from './recorded-span.ts'
import { NO_SPAN, type Span, type SpanOptions } from './span.ts'
import { isInFraction, type TraceContext } from './trace-context.ts'

interface StartOptions extends SpanOptions {
  /** The trace that asked for the work; without it a trace begins here. */
  readonly parent?: TraceContext | undefined
}

/** Starts traces, as the `tracing` section in force says. */
export interface Tracer {
  /** False where nothing is ever traced. */
  readonly isOn: boolean
  start(name: string, options?: StartOptions): Span
  /** Sends what is left, until the signal aborts or a few seconds are over. */
  close(deadline?: AbortSignal): Promise<void>
}

/** Without a `tracing` section. */
export const NO_TRACER: Tracer = {
  isOn: false,
  start: () => NO_SPAN,
  close: () => Promise.resolve(),
}

export interface TracerOptions {
  /** Share of the traces that begin here that are kept, from 0 to 1. For others the one who began them decides. */
  readonly samplingFraction: number
  readonly clock: Clock
  readonly exporter: SpanTaker
}

/** Takes spans away. Must not throw, and hold up nobody. */
export interface SpanTaker {
  add(span: EndedSpan): void
  close(deadline?: AbortSignal): Promise<void>
}

export function createTracer({ samplingFraction, clock, exporter }: TracerOptions): Tracer {
  const onEnd = (span: EndedSpan) => exporter.add(span)
  return {
    isOn: true,
    start(name, { parent, ...options } = {}) {
      const traceId = parent?.traceId ?? newTraceId()
      const isSampled = parent?.isSampled ?? isInFraction(traceId, samplingFraction)
      const context = { traceId, spanId: newSpanId(), isSampled, state: parent?.state ?? '' }
      if (!isSampled) return unsampledSpan(context)
      return recordSpan(name, { ...options, context, parentSpanId: parent?.spanId }, { clock, onEnd })
    },
    close: (deadline) => exporter.close(deadline),
  }
}
