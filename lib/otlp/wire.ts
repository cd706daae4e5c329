/** Protobuf wire types. */
export const VARINT = 0
export const FIXED64 = 1
export const LENGTH_DELIMITED = 2
export const FIXED32 = 5

/** The tag of a field below 16: one byte. */
export function tag(field: number, wireType: number): number {
  return (field << 3) | wireType
}

/** Bytes that a varint below 2^32 takes. */
export function varintBytes(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5
}

/** Writes a varint below 2^32 and returns the offset behind it. */
export function writeVarint(target: Uint8Array, at: number, value: number): number {
  let to = at
  let rest = value
  while (rest >= 0x80) {
    target[to++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  target[to++] = rest
  return to
}

/** A length-delimited field as a message of its own: tag, length, content. For setup code, not for hot paths. */
export function lengthDelimited(field: number, ...parts: readonly (Uint8Array | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
  const result = Buffer.alloc(1 + varintBytes(content.length) + content.length)
  result[0] = tag(field, LENGTH_DELIMITED)
  content.copy(result, writeVarint(result, 1, content.length))
  return result
}
