const MASK = (1n << 64n) - 1n
const P1 = 0x9e3779b185ebca87n
const P2 = 0xc2b2ae3d27d4eb4fn
const P3 = 0x165667b19e3779f9n
const P4 = 0x85ebca77c2b2ae63n
const P5 = 0x27d4eb2f165667c5n

const multiply = (a: bigint, b: bigint) => (a * b) & MASK
const add = (a: bigint, b: bigint) => (a + b) & MASK
const rotate = (value: bigint, bits: bigint) => ((value << bits) | (value >> (64n - bits))) & MASK
const round = (lane: bigint, input: bigint) => multiply(rotate(add(lane, multiply(input, P2)), 31n), P1)

/**
 * XXH64 with seed 0, as the xxHash specification has it. Slow and short: it is for a few alerts after a file of
 * Alertmanager's was taken over.
 */
export function xxhash64(bytes: Buffer): bigint {
  let at = 0
  let hash = P5
  if (bytes.length >= 32) {
    const lanes: [bigint, bigint, bigint, bigint] = [add(P1, P2), P2, 0n, -P1 & MASK]
    for (; at + 32 <= bytes.length; at += 32) {
      for (const lane of [0, 1, 2, 3] as const) {
        lanes[lane] = round(lanes[lane], bytes.readBigUInt64LE(at + 8 * lane))
      }
    }
    const [a, b, c, d] = lanes
    hash = add(add(rotate(a, 1n), rotate(b, 7n)), add(rotate(c, 12n), rotate(d, 18n)))
    for (const lane of lanes) hash = add(multiply(hash ^ round(0n, lane), P1), P4)
  }
  hash = add(hash, BigInt(bytes.length))
  for (; at + 8 <= bytes.length; at += 8) {
    hash = add(multiply(rotate(hash ^ round(0n, bytes.readBigUInt64LE(at)), 27n), P1), P4)
  }
  if (at + 4 <= bytes.length) {
    hash = add(multiply(rotate(hash ^ multiply(BigInt(bytes.readUInt32LE(at)), P1), 23n), P2), P3)
    at += 4
  }
  for (; at < bytes.length; at++) hash = multiply(rotate(hash ^ multiply(BigInt(bytes[at]!), P5), 11n), P1)
  hash = multiply(hash ^ (hash >> 33n), P2)
  hash = multiply(hash ^ (hash >> 29n), P3)
  return hash ^ (hash >> 32n)
}
