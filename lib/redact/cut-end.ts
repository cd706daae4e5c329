import { byteClass, runStart } from './byte-class.ts'

const WRITTEN_NUMBER = byteClass('0-9 -')
const NO_BLANK = byteClass('!-\x7f', true)
/** Most bytes of a number with its blanks. */
const LONGEST_NUMBER = 24
const LONGEST_WORD = 512

/**
 * Where a body ends that was cut, without its last word and the numbers before it: what is there of a secret may be too
 * little to be known for one, and too much to be shown.
 */
export function cutEnd(bytes: Buffer, start: number, end: number): number {
  const number = runStart(bytes, end, Math.max(start, end - LONGEST_NUMBER), WRITTEN_NUMBER)
  let at = runStart(bytes, number, Math.max(start, number - LONGEST_WORD), NO_BLANK)
  // Not in the middle of a character.
  while (at > start && (bytes[at]! & 0xc0) === 0x80) at -= 1
  return at
}
