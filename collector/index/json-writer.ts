/** For each byte below 128: 0 if JSON takes it as it is, the escape's letter, or 1 for \u00XX. */
const ESCAPES = new Uint8Array(256)
for (let control = 0; control < 32; control++) ESCAPES[control] = 1
for (const [byte, letter] of [
  [8, 'b'],
  [9, 't'],
  [10, 'n'],
  [12, 'f'],
  [13, 'r'],
  [34, '"'],
  [92, '\\'],
] as const) {
  ESCAPES[byte] = letter.charCodeAt(0)
}
const HEX = Buffer.from('0123456789abcdef', 'latin1')
const QUOTE = 34
const BACKSLASH = 92

/** Most bytes that a JSON string takes over quotes and a source of `n` bytes: six for each. */
export const LARGEST_EXPANSION = 6

/**
 * Writes bytes as a JSON string, quotes included. The bytes should be UTF-8; the caller checks that for everything it
 * wrote at once, which is cheaper than here for each.
 *
 * @returns the offset behind the closing quote
 */
export function writeJsonString(target: Buffer, at: number, source: Buffer, start: number, end: number): number {
  let to = at
  target[to++] = QUOTE
  for (let from = start; from < end; from++) {
    const byte = source[from]!
    // Stored before it is known to be right, because almost every byte is. With an `else`, or with the longer escapes in
    // this loop, it takes twice the time (measured).
    target[to] = byte
    if (ESCAPES[byte] !== 0) {
      if (ESCAPES[byte] === 1) return writeWithControls(target, at, source, start, end)
      target[to] = BACKSLASH
      target[++to] = ESCAPES[byte]!
    }
    to += 1
  }
  target[to++] = QUOTE
  return to
}

/** The same for bytes among which are controls without a letter of their own. */
function writeWithControls(target: Buffer, at: number, source: Buffer, start: number, end: number): number {
  let to = at
  target[to++] = QUOTE
  for (let from = start; from < end; from++) {
    const byte = source[from]!
    const letter = ESCAPES[byte]!
    if (letter === 0) {
      target[to++] = byte
      continue
    }
    target[to++] = BACKSLASH
    if (letter !== 1) {
      target[to++] = letter
      continue
    }
    target[to++] = 117
    target[to++] = 48
    target[to++] = 48
    target[to++] = HEX[byte >> 4]!
    target[to++] = HEX[byte & 15]!
  }
  target[to++] = QUOTE
  return to
}

/** Writes a text that is known to be ASCII without anything to escape. For a constant on a hot path use bytes. */
export function writeAscii(target: Buffer, at: number, text: string): number {
  return at + target.write(text, at, 'latin1')
}

/** Copies a few bytes; below some fifty of them a loop beats a call into the runtime. */
export function writeBytes(target: Buffer, at: number, source: Buffer): number {
  const { length } = source
  if (length > 48) return at + source.copy(target, at)
  for (let index = 0; index < length; index++) target[at + index] = source[index]!
  return at + length
}

/** Writes bytes in hexadecimal digits, without quotes. */
export function writeHex(target: Buffer, at: number, source: Buffer, start: number, end: number): number {
  let to = at
  for (let from = start; from < end; from++) {
    target[to++] = HEX[source[from]! >> 4]!
    target[to++] = HEX[source[from]! & 15]!
  }
  return to
}
