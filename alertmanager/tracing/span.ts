import { messageOf } from '#lib/errors.ts'
import type { AttributeValue } from '#lib/otlp/attributes.ts'

export type Attributes = Readonly<Record<string, AttributeValue>>

/** What a span is to those beside it, in the terms of OpenTelemetry. */
export type SpanKind = 'internal' | 'server' | 'client' | 'producer'

export interface SpanOptions {
  /** `internal` unless told. */
  readonly kind?: SpanKind
  readonly attributes?: Attributes
}

/** A piece of work of the router, as it is seen in a trace. Whoever starts one ends it. */
export interface Span {
  /** False where nothing is kept of it, so that what would be said of it need not be worked out. */
  readonly isRecording: boolean
  /** What requests carry that are part of this work: `traceparent` and `tracestate` of W3C Trace Context. */
  readonly headers: Readonly<Record<string, string>>
  /** A piece of this work. */
  child(name: string, options?: SpanOptions): Span
  set(attributes: Attributes): void
  /** Notes that something happened now. */
  event(name: string, attributes?: Attributes): void
  /** Says that the work failed, and why. The message must hold no secret. */
  fail(message: string): void
  end(): void
}

/** What all spans are while nothing is traced. */
export const NO_SPAN: Span = {
  isRecording: false,
  headers: {},
  child: () => NO_SPAN,
  set() {},
  event() {},
  fail() {},
  end() {},
}

/** Does the work of a span and ends it, as failed if the work throws. */
export async function inSpan<T>(span: Span, work: (span: Span) => Promise<T>): Promise<T> {
  try {
    return await work(span)
  } catch (error) {
    span.fail(messageOf(error))
    throw error
  } finally {
    span.end()
  }
}
