const NANOSECONDS_A_SECOND = 1_000_000_000n

/** Nanoseconds since the epoch, as two unsigned 32-bit halves, in RFC 3339 with nine digits. */
export function printNanoseconds(high: number, low: number): string {
  const nanoseconds = (BigInt(high) << 32n) | BigInt(low)
  const seconds = Number(nanoseconds / NANOSECONDS_A_SECOND)
  const fraction = String(nanoseconds % NANOSECONDS_A_SECOND).padStart(9, '0')
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${fraction}Z`
}
