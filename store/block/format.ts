/** What a block looks like on disk; the first byte of its head is this version. */
export const FORMAT_VERSION = 2

/** How the values of a column are written. */
export const ENCODING = {
  /** The value is the time of the row, with so many digits. */
  rowTime: 0,
  /** Distinct values, and a code for each value. */
  dictionary: 1,
  /** All values one after the other, in the head. */
  inlineText: 2,
  /** The same in a section of its own. */
  text: 3,
} as const

/** In place of a number of digits: each row has its own. */
export const VARYING_DIGITS = 255

/** Parts of a block that are read only when they are needed. */
export const SECTION = { filter: 0, ids: 1 } as const
export const FIRST_TEXT_SECTION = 2

/** What is no longer than this stays in the head, which is always read. */
export const INLINE_BYTES = 4096

/** Smaller blocks have no word filter: reading them costs no more than asking it. */
export const MIN_FILTER_ROWS = 512
