import type { Line } from '../decode/line.ts'
import type { PartialRecord } from '../join/partial.ts'

/** How many lines have to wait for the one behind them: none, those that could begin something, or every one. */
export const HOLDS_NONE = 0
export const HOLDS_SOME = 1
export const HOLDS_ALL = 2

/** Which lines of a stream become one record. Shared by all containers whose lines are joined alike; never changed. */
export interface MultilineRule {
  /** What it is, in full: two rules of the same id join the same lines. */
  readonly id: string
  readonly holds: typeof HOLDS_NONE | typeof HOLDS_SOME | typeof HOLDS_ALL
  /** Most lines of one record; the next one begins a new record. */
  readonly maxLines: number
  /** How long more lines are waited for once there is nothing more to read. */
  readonly flushAfterMs: number
  /** What it has to remember of one stream. */
  createGroup(): LineGroup
}

/**
 * The lines of one stream that may become one record. What it says depends on the bytes of lines alone. Nothing throws
 * and nothing is allocated for a line that is let go.
 */
export interface LineGroup {
  /** With nothing open: whether the line has to wait for the one behind it. */
  begins(line: Line): boolean
  /** Whether the line goes on with what is open. If not, the group is closed. */
  continues(open: PartialRecord, line: Line): boolean
  /** Whether the line, which was added, is the last of its record. */
  ends(line: Line): boolean
  /** Forgets what is open. */
  close(): void
}
