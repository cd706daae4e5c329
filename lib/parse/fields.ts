/**
 * What a parser found in the body of a record, as ranges of the bytes it was given. There is one instance, filled again
 * for each record: an object, or a string of a level, for each would cost more than finding them.
 */
export class Fields {
  /** OpenTelemetry's SeverityNumber, 1 to 24; 0 if the body names none. */
  severityNumber = 0
  /**
   * The severity as the body writes it; empty if it writes no word for it (a number, a priority, the status of a
   * request).
   */
  severityStart = 0
  severityEnd = 0
  /** Where 32 hexadecimal digits of a trace id begin that are not all zero, or -1. */
  traceIdStart = -1
  /** Where 16 hexadecimal digits of a span id begin that are not all zero, or -1. */
  spanIdStart = -1
  /** Nanoseconds since the epoch that the body states, as two unsigned 32-bit halves; 0 unless asked for and found. */
  timeHigh = 0
  timeLow = 0
  /** Time of the runtime, for bodies whose time leaves something out; set by who asks for times, and not reset. */
  nearHigh = 0
  nearLow = 0
  /** The text meant for people, still escaped as the format has it; empty if the format has none or it comes late. */
  messageStart = 0
  messageEnd = 0

  reset(): void {
    this.severityNumber = 0
    this.severityStart = 0
    this.severityEnd = 0
    this.traceIdStart = -1
    this.spanIdStart = -1
    this.timeHigh = 0
    this.timeLow = 0
    this.messageStart = 0
    this.messageEnd = 0
  }
}

/**
 * Finds what a format says in the body of one record. Synchronous, never throws, allocates nothing, and its work is
 * bounded however long the body is.
 */
export interface ContentParser {
  /**
   * Fills `fields` from `bytes[start, end)`, which is valid UTF-8; they are reset first.
   *
   * @returns whether the body is of this format, as far as it was looked at; if not, the fields are as after a reset
   */
  parse(fields: Fields, bytes: Buffer, start: number, end: number): boolean
}
