/**
 * A table with 1 for the given ASCII characters; ranges as `a-z`, a dash first or last is one.
 *
 * @param beyondAscii whether bytes of other characters belong to it
 */
export function byteClass(characters: string, beyondAscii = false): Uint8Array {
  const table = new Uint8Array(256)
  if (beyondAscii) table.fill(1, 128)
  for (let at = 0; at < characters.length; at++) {
    const first = characters.charCodeAt(at)
    const isRange = characters[at + 1] === '-' && at + 2 < characters.length
    const last = isRange ? characters.charCodeAt(at + 2) : first
    table.fill(1, first, last + 1)
    if (isRange) at += 2
  }
  return table
}

/** Where the bytes of a class that begin at `at` end. */
export function runEnd(bytes: Buffer, at: number, end: number, table: Uint8Array): number {
  let to = at
  while (to < end && table[bytes[to]!] === 1) to = (to + 1) | 0
  return to
}

/** Where the bytes of a class that end at `at` begin. */
export function runStart(bytes: Buffer, at: number, start: number, table: Uint8Array): number {
  let from = at
  while (from > start && table[bytes[(from - 1) | 0]!] === 1) from = (from - 1) | 0
  return from
}
