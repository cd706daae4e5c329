/** Bytes that a whole number of 64 bits may take. */
export const MAX_VARINT_BYTES = 10

/** Writes a whole number, not negative and below 2^53, and returns the offset behind it. */
export function writeLongVarint(target: Uint8Array, at: number, value: number): number {
  let to = at
  let rest = value
  while (rest >= 0x8000_0000) {
    target[to++] = (rest % 0x80) | 0x80
    rest = Math.floor(rest / 0x80)
  }
  while (rest >= 0x80) {
    target[to++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  target[to++] = rest
  return to
}

/** Writes an int64 as protobuf has it: a negative one takes ten bytes. */
export function writeInt64(target: Uint8Array, at: number, value: number): number {
  if (value >= 0) return writeLongVarint(target, at, value)
  let rest = BigInt.asUintN(64, BigInt(value))
  let to = at
  while (rest >= 0x80n) {
    target[to++] = Number(rest & 0x7fn) | 0x80
    rest >>= 7n
  }
  target[to++] = Number(rest)
  return to
}

/** Bytes that {@link writeInt64} takes. */
export function int64Bytes(value: number): number {
  if (value < 0) return MAX_VARINT_BYTES
  let bytes = 1
  for (let limit = 0x80; value >= limit; limit *= 0x80) bytes++
  return bytes
}

/** Folds the sign into the lowest bit, so that what is near 0 is short. */
export function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value
}

export function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}
