import { Line, type LineDecoder, UNPARSED } from '../decode/line.ts'
import type { SourceFile, Time64 } from '../tail/source-file.ts'

/** A line of the container runtime interface begins with its time. */
const HEADER_BYTES = 512
/** Docker writes it behind the body. */
const LONGEST_LINE_BYTES = 32 * 1024
const OPEN_BRACE = 123
const NEWLINE = 10

/** Finds out when the oldest record of a file was written that is not acknowledged, with one read of a few bytes. */
export class RecordTime {
  readonly #line = new Line()
  readonly #buffer = Buffer.allocUnsafeSlow(LONGEST_LINE_BYTES)

  /**
   * Epoch milliseconds of the record that stands where the acknowledged ones end. A line without a time has that of the
   * line before it, as when it is shipped; where there is none, it is that of the last write to the file.
   */
  ofOldestUnacknowledged(file: SourceFile, decoder: LineDecoder, modifiedAtMs: number): number {
    const read = file.identity === undefined ? undefined : this.#readAt(file, decoder)
    if (read !== undefined) return read
    const known = file.acked.offset > 0 ? file.ackedTime : file.firstTime
    return known === undefined || isZero(known) ? modifiedAtMs : toEpochMs(known)
  }

  #readAt(file: SourceFile, decoder: LineDecoder): number | undefined {
    const buffer = this.#buffer
    const { offset } = file.acked
    try {
      let bytes = file.peek(buffer, HEADER_BYTES, offset)
      let end = buffer.subarray(0, bytes).indexOf(NEWLINE)
      if (end < 0 && bytes === HEADER_BYTES && buffer[0] === OPEN_BRACE) {
        bytes = file.peek(buffer, LONGEST_LINE_BYTES, offset)
        end = buffer.subarray(0, bytes).indexOf(NEWLINE)
      }
      const line = this.#line
      decoder.decode(line, buffer, 0, end < 0 ? bytes : end)
      if (line.kind === UNPARSED || line.timeHigh === 0) return undefined
      return toEpochMs({ high: line.timeHigh, low: line.timeLow })
    } catch {
      // Closed or unreadable in this moment: what is remembered of it will do.
      return undefined
    }
  }
}

function isZero({ high, low }: Time64): boolean {
  return high === 0 && low === 0
}

function toEpochMs({ high, low }: Time64): number {
  return (high * 2 ** 32 + low) / 1e6
}
