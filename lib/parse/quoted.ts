const QUOTE = 34
const BACKSLASH = 92
/** Looked through byte by byte before the native search, which costs as much as this many. */
const NEAR_BYTES = 96
/** What a native search is charged for, in bytes. */
const SEARCH_COST = 64

/**
 * Finds the ends of quoted strings within a budget: so many bytes are looked at one by one, and a long string counts for
 * a few only, because a native search skips it. So a stack trace before the level does not hide it, and no line costs
 * more than a few microseconds.
 */
export class QuotedScanner {
  /** Where to give up; moves when a long string is skipped. Equal to the end of the body if all of it may be looked at. */
  limit = 0
  /** The limit, were the body endless. */
  #budgetEnd = 0

  begin(start: number, end: number, budgetBytes: number): void {
    this.#budgetEnd = start + budgetBytes
    this.limit = Math.min(end, this.#budgetEnd)
  }

  /**
   * Finds the quote that ends the string whose text begins at `start`.
   *
   * @returns its offset, or -1 if the body ends before it (then `limit` is its end) or the budget does
   */
  endOf(bytes: Buffer, start: number, end: number): number {
    const near = Math.min(this.limit, start + NEAR_BYTES)
    let at = start
    while (at < near) {
      const byte = bytes[at]
      if (byte === QUOTE) return at
      at = (at + (byte === BACKSLASH ? 2 : 1)) | 0
    }
    return this.#farEndOf(bytes, at, end)
  }

  #farEndOf(bytes: Buffer, start: number, end: number): number {
    let at = start
    while (at < this.limit) {
      const quote = bytes.indexOf(QUOTE, at, end)
      if (quote < 0) {
        this.limit = end
        return -1
      }
      let run = quote
      while (run > at && bytes[run - 1] === BACKSLASH) run -= 1
      this.#budgetEnd += run - at - SEARCH_COST
      this.limit = Math.min(end, this.#budgetEnd)
      if ((quote - run) % 2 === 0) return quote
      at = quote + 1
    }
    return -1
  }
}
