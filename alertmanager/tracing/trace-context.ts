import type { IncomingHttpHeaders } from 'node:http'

/** Where a trace stands when it enters or leaves the router, as W3C Trace Context has it. Ids are in lower case. */
export interface TraceContext {
  readonly traceId: string
  readonly spanId: string
  readonly isSampled: boolean
  /** What other systems wrote beside it; empty if they did not. */
  readonly state: string
}

/** Later versions may have more behind a dash, version 0 has not. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:$|(?<!^00.*)-)/
const SAMPLED = 1
/** Longer ones may be dropped. */
const STATE = /^[\x20-\x7e]{0,512}$/

/** The trace that a request is part of; undefined if it says none or what is none. */
export function readTraceContext(headers: IncomingHttpHeaders): TraceContext | undefined {
  const { traceparent, tracestate } = headers
  const fields = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent) : null
  if (fields === null) return undefined
  const state = Array.isArray(tracestate) ? tracestate.join(',') : (tracestate ?? '')
  return {
    traceId: fields[1]!,
    spanId: fields[2]!,
    isSampled: (Number.parseInt(fields[3]!, 16) & SAMPLED) !== 0,
    state: STATE.test(state) ? state : '',
  }
}

/** The headers by which a request says which trace it is part of. */
export function traceHeaders({ traceId, spanId, isSampled, state }: TraceContext): Readonly<Record<string, string>> {
  const traceparent = `00-${traceId}-${spanId}-0${isSampled ? SAMPLED : 0}`
  return state === '' ? { traceparent } : { traceparent, tracestate: state }
}

/**
 * Whether a trace that begins here is one of the fraction that is kept. It follows from the id, as in OpenTelemetry's
 * `TraceIDRatioBased`, so that all services with the same fraction keep the same traces.
 */
export function isInFraction(traceId: string, fraction: number): boolean {
  // Half of the id is a number of 64 bits, of which the first 53 are enough. The rest may round it up to one.
  return fraction >= 1 || Number.parseInt(traceId.slice(16), 16) / 2 ** 64 < fraction
}
