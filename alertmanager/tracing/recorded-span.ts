import { randomBytes } from 'node:crypto'
import type { Clock } from '#lib/clock.ts'
import type { AttributeValue } from '#lib/otlp/attributes.ts'
import type { Attributes, Span, SpanKind, SpanOptions } from './span.ts'
import { type TraceContext, traceHeaders } from './trace-context.ts'

/** A span that has ended, on its way out. Times are epoch milliseconds with fractions. */
export interface EndedSpan {
  readonly context: TraceContext
  /** Undefined where the trace begins. */
  readonly parentSpanId: string | undefined
  readonly name: string
  readonly kind: SpanKind
  readonly startMs: number
  readonly endMs: number
  readonly attributes: Attributes
  readonly events: readonly SpanEvent[]
  /** Why it failed, if it did. */
  readonly failure: string | undefined
}

interface SpanEvent {
  readonly atMs: number
  readonly name: string
  readonly attributes: Attributes
}

export interface RecordDeps {
  readonly clock: Clock
  readonly onEnd: (span: EndedSpan) => void
}

/** As many as the SDKs of OpenTelemetry keep. */
const MAX_EVENTS = 128
/** Group keys and messages of services can be of any length; so many characters say which they are. */
const MAX_TEXT = 4_096

export function newTraceId(): string {
  return randomBytes(16).toString('hex')
}

export function newSpanId(): string {
  return randomBytes(8).toString('hex')
}

/** Starts the first span that this router has of a trace. */
export function recordSpan(
  name: string,
  options: SpanOptions & { readonly context: TraceContext; readonly parentSpanId: string | undefined },
  deps: RecordDeps,
): Span {
  const { clock } = deps
  // The wall clock may jump, and knows whole milliseconds only: all of a trace is measured from where it began here.
  const epochMs = clock.nowMs() - clock.monotonicMs()
  return new RecordedSpan(name, options, { ...deps, nowMs: () => epochMs + clock.monotonicMs() })
}

interface TraceDeps {
  readonly nowMs: () => number
  readonly onEnd: (span: EndedSpan) => void
}

class RecordedSpan implements Span {
  readonly isRecording = true
  readonly #name: string
  readonly #kind: SpanKind
  readonly #context: TraceContext
  readonly #parentSpanId: string | undefined
  readonly #startMs: number
  readonly #attributes: Record<string, AttributeValue>
  readonly #events: SpanEvent[] = []
  readonly #deps: TraceDeps
  #failure: string | undefined
  #isEnded = false

  constructor(
    name: string,
    options: SpanOptions & { readonly context: TraceContext; readonly parentSpanId: string | undefined },
    deps: TraceDeps,
  ) {
    const { context, parentSpanId, kind = 'internal', attributes = {} } = options
    this.#name = name
    this.#kind = kind
    this.#context = context
    this.#parentSpanId = parentSpanId
    this.#startMs = deps.nowMs()
    this.#attributes = cutTexts(attributes)
    this.#deps = deps
  }

  get headers(): Readonly<Record<string, string>> {
    return traceHeaders(this.#context)
  }

  child(name: string, options: SpanOptions = {}): Span {
    const context = { ...this.#context, spanId: newSpanId() }
    return new RecordedSpan(name, { ...options, context, parentSpanId: this.#context.spanId }, this.#deps)
  }

  set(attributes: Attributes): void {
    Object.assign(this.#attributes, cutTexts(attributes))
  }

  event(name: string, attributes: Attributes = {}): void {
    if (this.#events.length >= MAX_EVENTS) return
    this.#events.push({ atMs: this.#deps.nowMs(), name, attributes: cutTexts(attributes) })
  }

  fail(message: string): void {
    this.#failure = message.slice(0, MAX_TEXT)
  }

  end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#deps.onEnd({
      ...{ context: this.#context, parentSpanId: this.#parentSpanId, name: this.#name, kind: this.#kind },
      ...{ startMs: this.#startMs, endMs: this.#deps.nowMs() },
      ...{ attributes: this.#attributes, events: this.#events, failure: this.#failure },
    })
  }
}

function cutTexts(attributes: Attributes): Record<string, AttributeValue> {
  const cut: Record<string, AttributeValue> = {}
  for (const [name, value] of Object.entries(attributes)) {
    cut[name] = typeof value === 'string' ? value.slice(0, MAX_TEXT) : value
  }
  return cut
}

/** A span of a trace that is not kept: others are told so, and that is all. */
export function unsampledSpan(context: TraceContext): Span {
  const span: Span = {
    isRecording: false,
    headers: traceHeaders(context),
    child: () => span,
    set() {},
    event() {},
    fail() {},
    end() {},
  }
  return span
}
