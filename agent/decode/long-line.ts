import { skipNuls } from './nuls.ts'

/**
 * A line that is longer than one read. Its begin is kept up to a limit, the rest is only counted, so that memory is
 * bounded however long the line gets. NULs before its begin are no part of it.
 */
export class LongLine {
  readonly #limitBytes: number
  #kept: Buffer
  #keptBytes = 0
  /** Bytes of the line so far. */
  totalBytes = 0
  /** How many of them are NULs before its begin. */
  nulBytes = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
    this.#kept = Buffer.allocUnsafeSlow(Math.min(limitBytes, 512 * 1024))
  }

  /** The begin of the line, at most the limit. */
  get kept(): Buffer {
    return this.#kept.subarray(0, this.#keptBytes)
  }

  append(bytes: Buffer, start: number, end: number): void {
    const from = this.#keptBytes === 0 ? skipNuls(bytes, start, end) : start
    this.nulBytes += from - start
    const kept = Math.min(end - from, this.#limitBytes - this.#keptBytes)
    if (this.#keptBytes + kept > this.#kept.length) {
      const grown = Buffer.allocUnsafeSlow(Math.min(this.#limitBytes, (this.#keptBytes + kept) * 2))
      this.#kept.copy(grown, 0, 0, this.#keptBytes)
      this.#kept = grown
    }
    bytes.copy(this.#kept, this.#keptBytes, from, from + kept)
    this.#keptBytes += kept
    this.totalBytes += end - start
  }
}
