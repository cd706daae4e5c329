/** A log record as the query API answers it and `-o json` prints it. What a record does not have is left out. */
export interface LogRecord {
  /** The same for a record wherever it appears; within one nanosecond of a container, ids sort as the lines were written. */
  readonly id: string
  /** UTC with nine digits, `2026-11-21T10:46:00.123456789Z`: as text it sorts as time does. */
  readonly time: string
  readonly severity?: string
  readonly namespace?: string
  readonly pod?: string
  readonly container?: string
  readonly node?: string
  /** `stdout` or `stderr`. */
  readonly stream?: string
  /** The line; a structured body as JSON. */
  readonly text: string
  readonly trace_id?: string
  readonly span_id?: string
  /** Attributes of the record that have no place above. */
  readonly attributes?: Readonly<Record<string, unknown>>
  /** Attributes of its resource that have no place above. */
  readonly resource?: Readonly<Record<string, unknown>>
}

/** Records of the live tail, as one of its `records` events. */
export interface TailRecords {
  readonly records: readonly LogRecord[]
}

/** Lines that the live tail left out, because there were more than it may send or they came too late to tell apart. */
export interface TailSkipped {
  readonly count: number
  /** Bounds of their times. */
  readonly from: string
  readonly to: string
}
