/** Digits of the ids of W3C Trace Context and OpenTelemetry. */
export const TRACE_ID_DIGITS = 32
export const SPAN_ID_DIGITS = 16

const DASH = 45
/** `00-`, before the trace id. */
const VERSION_BYTES = 3
/** `00-<trace id>-<span id>-01` */
const TRACEPARENT_BYTES = VERSION_BYTES + TRACE_ID_DIGITS + 1 + SPAN_ID_DIGITS + 3

/** The value of a hexadecimal digit of either case; 255 if it is none. */
const VALUES = new Uint8Array(256).fill(255)
for (const [value, digit] of Buffer.from('0123456789abcdef').entries()) VALUES[digit] = value
for (const [value, digit] of Buffer.from('ABCDEF').entries()) VALUES[digit] = value + 10

/** Whether so many bytes from `start` on are hexadecimal digits and not all zero, as the id of anything must be. */
export function isHexId(bytes: Buffer, start: number, digits: number): boolean {
  let all = 0
  for (let index = 0; index < digits; index++) all |= VALUES[bytes[(start + index) | 0]!]!
  // 255 sets bits that no digit does.
  return all !== 0 && all < 16
}

/**
 * Whether `bytes[start, end)` is a `traceparent` header (W3C Trace Context, of any version) with ids that are valid; they
 * begin at {@link traceparentTraceId} and {@link traceparentSpanId}.
 */
export function isTraceparent(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < TRACEPARENT_BYTES || bytes[start + 2] !== DASH) return false
  const spanId = traceparentSpanId(start)
  if (bytes[spanId - 1] !== DASH || bytes[spanId + SPAN_ID_DIGITS] !== DASH) return false
  return isHexId(bytes, traceparentTraceId(start), TRACE_ID_DIGITS) && isHexId(bytes, spanId, SPAN_ID_DIGITS)
}

export function traceparentTraceId(start: number): number {
  return start + VERSION_BYTES
}

export function traceparentSpanId(start: number): number {
  return start + VERSION_BYTES + TRACE_ID_DIGITS + 1
}

/**
 * Writes what an even number of hexadecimal digits stand for, which {@link isHexId} has checked.
 *
 * @returns the offset behind the bytes
 */
export function hexToBytes(target: Uint8Array, at: number, bytes: Buffer, start: number, digits: number): number {
  const end = start + digits
  let to = at
  for (let from = start; from < end; from += 2) {
    target[to++] = (VALUES[bytes[from]!]! << 4) | VALUES[bytes[(from + 1) | 0]!]!
  }
  return to
}
