const TAB = 0x09
export const NEWLINE = 0x0a
export const SPACE = 0x20
export const QUOTE = 0x22
export const HASH = 0x23
export const COMMA = 0x2c
export const EQUALS = 0x3d
export const BACKSLASH = 0x5c
export const LETTER_N = 0x6e
export const OPEN = 0x7b
export const CLOSE = 0x7d

export function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB
}

/** Behind the blanks from a place on. */
export function skipBlanks(bytes: Buffer, from: number, to: number): number {
  let at = from
  while (at < to && isBlank(bytes[at])) at++
  return at
}

/** Behind the last byte of a word that ends with a blank or with the line. */
export function endOfWord(bytes: Buffer, from: number, to: number): number {
  let at = from
  while (at < to && !isBlank(bytes[at])) at++
  return at
}
