import { Fields } from '#lib/parse/fields.ts'

/** Which output of the container a line came from, as an index into {@link STREAM_NAMES}. */
export const STDOUT = 0
export const STDERR = 1
export const STREAM_NAMES = ['stdout', 'stderr'] as const
/** The stream of a line that could not be parsed. */
export const NO_STREAM = 2

export type StreamIndex = typeof STDOUT | typeof STDERR

/** What a decoder made of a line. */
export const FULL = 0
/** Part of a record: more of it follows on the same stream. */
export const PARTIAL = 1
/** Not in the format of the runtime. Shipped as it is, because dropping it would lose a line. */
export const UNPARSED = 2

const EMPTY = Buffer.alloc(0)
export const NO_ATTRIBUTES = EMPTY

/**
 * One decoded line. There is a single instance, filled again for every line, because an object per line would be the
 * largest cost of the agent.
 */
export class Line {
  kind: typeof FULL | typeof PARTIAL | typeof UNPARSED = UNPARSED
  stream: StreamIndex | typeof NO_STREAM = NO_STREAM
  /** Time of the line in nanoseconds since the epoch, as two unsigned 32-bit halves. */
  timeHigh = 0
  timeLow = 0
  /** The bytes that `bodyStart` and `bodyEnd` refer to. */
  bytes: Buffer = EMPTY
  bodyStart = 0
  bodyEnd = 0
  /** What the body says of itself, once it was parsed. */
  readonly fields = new Fields()
  /** Encoded attributes that are the record's own. */
  attributes: Buffer = NO_ATTRIBUTES
}

/** Decodes the line in `bytes[start, end)`, newline excluded, into `line`. Never throws. */
export interface LineDecoder {
  decode(line: Line, bytes: Buffer, start: number, end: number): void
}
