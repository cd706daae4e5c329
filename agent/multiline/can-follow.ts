import { BRACKET, HASH, isDigit, SLASH, SPACE, TAB } from './text.ts'

/** 1 for the bytes with which such a line begins. Nearly all lines are done with one look at this. */
const FIRST_BYTES = firstBytes()

function firstBytes(): Uint8Array {
  const table = new Uint8Array(256)
  for (const byte of [SPACE, TAB, SLASH, HASH, BRACKET, 83, 103]) table[byte] = 1
  return table
}

/**
 * Whether a line can be the second one of a trace that begins with a line which does not show it. It looks at the
 * first byte, and at up to three more where that is one of five; a trace whose second line is none of these begins with
 * a line that shows it.
 */
export function canFollow(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < 2 || FIRST_BYTES[bytes[start]!] === 0) return false
  switch (bytes[start]) {
    case SPACE:
    case TAB:
    case SLASH: // a place of Ruby
      return true
    case HASH: // #0 of PHP
      return isDigit(bytes[(start + 1) | 0])
    case BRACKET: // [stacktrace]
      return end - start > 2 && bytes[(start + 1) | 0] === 115 && bytes[(start + 2) | 0] === 116
    case 83: // Stack trace:
      return end - start > 5 && bytes[(start + 5) | 0] === SPACE && bytes[(start + 4) | 0] === 107
    case 103: // goroutine 1 [running]:
      return end - start > 2 && bytes[(start + 1) | 0] === 111 && bytes[(start + 2) | 0] === 114
    default:
      return false
  }
}
