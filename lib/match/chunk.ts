/**
 * The bytes that lines are being taken from. What was looked for in all of them at once need not be looked for in each
 * line: a call for every line would cost more than the search.
 */
export class Chunk {
  bytes: Buffer = Buffer.alloc(0)
  start = 0
  end = 0
  /** Another one for each chunk: the same buffer is filled again and again. */
  serial = 0

  /** Lines are taken from `bytes[start, end)` now, in order. */
  begin(bytes: Buffer, start: number, end: number): void {
    this.bytes = bytes
    this.start = start
    this.end = end
    this.serial += 1
  }
}
