/**
 * A staleness marker is a NaN with bits of its own (Prometheus, model/value). In a JavaScript number these bits may be
 * lost, so it is looked for and written as two halves, never as a number.
 */
const STALE_HIGH = 0x7ff0_0000
const STALE_LOW = 0x0000_0002

/** The NaN that Prometheus writes for one that is a value. */
const NAN_HIGH = 0x7ff8_0000
const NAN_LOW = 0x0000_0001

export function writeStale(target: DataView, at: number): void {
  target.setUint32(at, STALE_LOW, true)
  target.setUint32(at + 4, STALE_HIGH, true)
}

/** Writes a value as eight bytes, little endian; every NaN as the same one. */
export function writeValue(target: DataView, at: number, value: number): void {
  if (Number.isNaN(value)) {
    target.setUint32(at, NAN_LOW, true)
    target.setUint32(at + 4, NAN_HIGH, true)
  } else {
    target.setFloat64(at, value, true)
  }
}

/** Whether the halves of a value are a staleness marker; both as unsigned numbers. */
export function isStale(high: number, low: number): boolean {
  return high === STALE_HIGH && low === STALE_LOW
}
