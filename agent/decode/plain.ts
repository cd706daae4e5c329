import { FULL, type Line, type LineDecoder, NO_STREAM, UNPARSED } from './line.ts'

const CARRIAGE_RETURN = 13

/**
 * Lines that are text and nothing else: no stream, and no time, which the file has to give. NULs, which a power cut leaves,
 * or a program that goes on writing where it was in a file that was truncated, are no text.
 */
export class PlainDecoder implements LineDecoder {
  decode(line: Line, bytes: Buffer, start: number, end: number): void {
    line.kind = start < end && bytes[start] === 0 ? UNPARSED : FULL
    line.stream = NO_STREAM
    line.timeHigh = 0
    line.timeLow = 0
    line.bytes = bytes
    line.bodyStart = start
    line.bodyEnd = end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end
  }
}
