/** Differs from process to process, so that nobody can prepare keys that fall together. */
const SEED = (Math.random() * 2 ** 32) | 0

/** Hash of a piece of bytes and a number, four bytes at a step (after MurmurHash3). */
export function hashBytes(context: number, bytes: Uint8Array, start: number, end: number): number {
  let hash = mix(SEED, context)
  let at = start
  for (const last = end - 3; at < last; at = (at + 4) | 0) {
    const word = bytes[at]! | (bytes[(at + 1) | 0]! << 8) | (bytes[(at + 2) | 0]! << 16) | (bytes[(at + 3) | 0]! << 24)
    hash = mix(hash, word)
  }
  let rest = 0
  for (; at < end; at = (at + 1) | 0) rest = (rest << 8) | bytes[at]!
  return finish(mix(hash, rest) ^ (end - start))
}

/** Hash of three numbers. */
export function hashNumbers(a: number, b: number, c: number): number {
  return finish(mix(mix(mix(SEED, a), b), c))
}

function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e_2d51)
  k = Math.imul((k << 15) | (k >>> 17), 0x1b87_3593)
  const mixed = hash ^ k
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe654_6b64) | 0
}

function finish(hash: number): number {
  let h = hash ^ (hash >>> 16)
  h = Math.imul(h, 0x85eb_ca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2_ae35)
  return (h ^ (h >>> 16)) >>> 0
}
