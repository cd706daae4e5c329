import { type Line, type LineDecoder, UNPARSED } from './line.ts'

const NUL = 0

/** Where the first byte stands that is not NUL, or `end`. */
export function skipNuls(bytes: Buffer, start: number, end: number): number {
  let at = start
  while (at < end && bytes[at] === NUL) at = (at + 1) | 0
  return at
}

/**
 * After a power cut a file may have NULs where a line was to come. To be called for a line that was not parsed: decodes
 * what stands behind those at its begin, in place of the whole.
 *
 * @returns how many NULs were passed over
 */
export function decodeBehindNuls(line: Line, decoder: LineDecoder, bytes: Buffer, start: number, end: number): number {
  if (line.kind !== UNPARSED || bytes[start] !== NUL || start === end) return 0
  const at = skipNuls(bytes, start, end)
  decoder.decode(line, bytes, at, end)
  return at - start
}
