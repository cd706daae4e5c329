/** A place in a segment log. Positions are ordered by sequence, then offset. */
export interface Position {
  readonly sequence: number
  readonly offset: number
}

/** Where an appended payload stands. */
export interface Placed extends Position {
  /** Where the next one stands, if it is in the same segment. */
  readonly nextOffset: number
  /** Items of all payloads before it since the log was made. */
  readonly itemsBefore: number
}
