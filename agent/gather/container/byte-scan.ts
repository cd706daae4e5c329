const NEWLINE = 0x0a
const ZERO = 0x30
const NINE = 0x39

/** The unsigned integer that begins here, or NaN if none does. Exact up to 2^53. */
export function integerAt(bytes: Uint8Array, start: number, end: number): number {
  let value = 0
  let at = start
  for (; at < end; at++) {
    const byte = bytes[at]!
    if (byte < ZERO || byte > NINE) break
    value = value * 10 + (byte - ZERO)
  }
  return at === start ? Number.NaN : value
}

/** Behind the line in which this is. */
export function nextLine(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && bytes[at] !== NEWLINE) at++
  return at + 1
}

/** How many lines there are that are not empty. */
export function countLines(bytes: Uint8Array, end: number): number {
  let lines = 0
  for (let at = 0; at < end; at = nextLine(bytes, at, end)) if (bytes[at] !== NEWLINE) lines += 1
  return lines
}
