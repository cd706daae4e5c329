import type { Arena } from './arena.ts'
import type { Source } from './source.ts'

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

/** Four bytes of each. */
const SPACES = 0x2020_2020
const QUOTES = 0x2222_2222
const BACKSLASHES = 0x5c5c_5c5c
const ONES = 0x0101_0101
const HIGH_BITS = 0x8080_8080

/** Most bytes that a JSON string takes over quotes and a source of `n` bytes: six for each. */
export const LARGEST_EXPANSION = 6

/** Below this a loop beats a call into the runtime. */
const FEW_BYTES = 12

/**
 * Appends bytes as a JSON string, quotes included. The bytes should be UTF-8; the caller checks that for everything it
 * wrote at once, which is cheaper than here for each. The arena must have room for the worst that escaping can do.
 */
export function writeJsonString(arena: Arena, source: Source, start: number, end: number): void {
  const { bytes: target, view: targetView } = arena
  const { bytes, view } = source
  let to = arena.length
  target[to++] = QUOTE
  let from = start
  // Four bytes are stored before it is known whether they may be, because most may; the next ones are stored over what
  // stands behind the first that may not (measured: half the time of a loop over bytes).
  for (const last = end - 4; from <= last; ) {
    const word = view.getInt32(from, true)
    targetView.setInt32(to, word, true)
    const found = bytesToEscape(word)
    if (found === 0) {
      from += 4
      to += 4
    } else {
      const before = (31 - Math.clz32(found & -found)) >> 3
      from += before
      to = writeEscape(target, to + before, bytes[from++]!)
    }
  }
  while (from < end) {
    const byte = bytes[from++]!
    if (ESCAPES[byte] === 0) target[to++] = byte
    else to = writeEscape(target, to, byte)
  }
  target[to++] = QUOTE
  arena.length = to
}

/**
 * Of four bytes, the highest bit of the first one that is a control, a quote or a backslash; bits of later bytes may be
 * wrong. A subtraction sets the highest bit of a byte that is too small for it, and can only borrow from later ones.
 */
function bytesToEscape(word: number): number {
  const controls = (word - SPACES) | 0
  const quotes = ((word ^ QUOTES) - ONES) | 0
  const backslashes = ((word ^ BACKSLASHES) - ONES) | 0
  return (controls | quotes | backslashes) & ~word & HIGH_BITS
}

/** @returns the offset behind the escape */
function writeEscape(target: Buffer, at: number, byte: number): number {
  const letter = ESCAPES[byte]!
  let to = at
  target[to++] = BACKSLASH
  if (letter !== 1) {
    target[to++] = letter
    return to
  }
  target[to++] = 117
  target[to++] = 48
  target[to++] = 48
  target[to++] = HEX[byte >> 4]!
  target[to++] = HEX[byte & 15]!
  return to
}

/** Appends a text that is known to be ASCII without anything to escape. For a constant on a hot path use bytes. */
export function writeAscii(arena: Arena, text: string): void {
  arena.length += arena.bytes.write(text, arena.length, 'latin1')
}

/** Appends bytes as they are. */
export function writeBytes(arena: Arena, source: Buffer): void {
  const { bytes: target, length: at } = arena
  const { length } = source
  if (length > FEW_BYTES) target.set(source, at)
  else for (let index = 0; index < length; index++) target[(at + index) | 0] = source[index]!
  arena.length = at + length
}

/** Appends bytes in hexadecimal digits, without quotes. */
export function writeHex(arena: Arena, source: Buffer, start: number, end: number): void {
  const { bytes: target } = arena
  let to = arena.length
  for (let from = start; from < end; from++) {
    const byte = source[from]!
    target[to++] = HEX[byte >> 4]!
    target[to++] = HEX[byte & 15]!
  }
  arena.length = to
}
