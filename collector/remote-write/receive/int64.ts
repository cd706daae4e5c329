import type { ProtoReader } from '#lib/otlp/proto-reader.ts'

/** The varint that was read as an int64: it may be negative. */
export function int64Of({ value, high, low }: ProtoReader): number {
  return high >= 0x8000_0000 ? (high - 2 ** 32) * 2 ** 32 + low : value
}
