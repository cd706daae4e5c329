import { TimestampParser } from '#lib/parse/timestamp.ts'
import {
  FULL,
  type Line,
  type LineDecoder,
  NO_STREAM,
  PARTIAL,
  STDERR,
  STDOUT,
  type StreamIndex,
  UNPARSED,
} from './line.ts'

const RETURN = 13
const SPACE = 32
const COLON = 58
const LETTER_F = 70
const LETTER_P = 80
/** Three letters each, as one number. */
const STD = 0x737464
const OUT = 0x6f7574
const ERR = 0x657272

/**
 * The log format of the container runtime interface, as containerd and CRI-O write it:
 * `<RFC 3339 time> <stdout|stderr> <P|F>[:<tag>…] <content>`. Later tags are tolerated, as the kubelet's reader does. A
 * carriage return at the end of the content is part of its newline.
 */
export class CriDecoder implements LineDecoder {
  readonly #timestamp = new TimestampParser()

  decode(line: Line, bytes: Buffer, start: number, end: number): void {
    line.bytes = bytes
    line.bodyStart = start
    line.bodyEnd = end
    line.kind = UNPARSED
    line.stream = NO_STREAM
    const timestamp = this.#timestamp
    let at = timestamp.parse(bytes, start, end)
    // Behind the time: blank, six letters, blank, tag.
    if (at < 0 || end - at < 9 || bytes[at] !== SPACE || bytes[at + 7] !== SPACE) return
    const stream = streamAt(bytes, at + 1)
    if (stream < 0) return
    at += 8
    const tag = bytes[at]
    if (tag !== LETTER_F && tag !== LETTER_P) return
    at += 1
    if (at < end && bytes[at] === COLON) {
      while (at < end && bytes[at] !== SPACE) at += 1
    }
    if (at < end) {
      if (bytes[at] !== SPACE) return
      at += 1
    }
    line.kind = tag === LETTER_F ? FULL : PARTIAL
    line.stream = stream as StreamIndex
    line.timeHigh = timestamp.high
    line.timeLow = timestamp.low
    line.bodyStart = at
    // containerd drops it, conmon does not.
    if (tag === LETTER_F && end > at && bytes[end - 1] === RETURN) line.bodyEnd = end - 1
  }
}

/** `stdout` or `stderr` at an offset, or -1. */
function streamAt(bytes: Buffer, at: number): number {
  if (((bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!) !== STD) return -1
  const rest = (bytes[at + 3]! << 16) | (bytes[at + 4]! << 8) | bytes[at + 5]!
  return rest === OUT ? STDOUT : rest === ERR ? STDERR : -1
}
