import { FILE_KEY_BYTES } from '#lib/record-uid.ts'
import type { Extent } from '../ship/extent.ts'

/**
 * Whether a record is the one of `oneIn` that is kept. It depends on nothing but the place where the record begins, so
 * whoever reads it again decides the same.
 *
 * @param seed of who asks: two that ask about the same record decide independently
 */
export function isSampled({ fileKey, startOffset }: Extent, oneIn: number, seed: number): boolean {
  let hash = mix(seed)
  for (let index = 0; index < FILE_KEY_BYTES; index++) hash = Math.imul(hash ^ fileKey[index]!, 0x01000193)
  hash = mix(hash ^ (startOffset >>> 0))
  hash = mix(hash ^ Math.floor(startOffset / 2 ** 32))
  return (hash >>> 0) % oneIn === 0
}

/** Has each bit of the number bear on all bits of the result: the end of MurmurHash3. */
function mix(number: number): number {
  let mixed = Math.imul(number ^ (number >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
