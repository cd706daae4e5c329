import { byteClass, runEnd } from './byte-class.ts'

const NEWLINE = 10
const DOUBLE_QUOTE = 34
const SINGLE_QUOTE = 39
const COLON = 58
const EQUALS = 61
const BACKSLASH = 92
/** Where a value without quotes ends in any case: blanks and control characters, quotes, `&`, `<` and `>`. */
const ENDS = byteClass('\x00- "\'&<>')
/** Where it ends if what is behind them says so. */
const MAY_END = byteClass(',;)]}')
/** Behind a backslash: a quote or the end of a line in a text that is quoted itself, or what stands for `&`, `<` and `>` there. */
const ESCAPED_END = byteClass('"\'nrtu')
const WITHIN_BRACKETS = byteClass('\t -\\^-~', true)
const NAME = byteClass('A-Za-z0-9_.-')
const LONGEST_NAME = 64

/**
 * Where the value ends whose opening quote stands before `start`: at the next quote of the kind that has no more
 * backslashes before it than that one, or with the line. A quote that is doubled does not end it.
 *
 * @param backslashes how many stand before the opening quote: one in JSON that is a string of JSON
 */
export function quotedValueEnd(bytes: Buffer, start: number, end: number, backslashes: number): number {
  const quote = bytes[start - 1]!
  let run = 0
  for (let at = start; at < end; at = (at + 1) | 0) {
    const byte = bytes[at]!
    if (byte === BACKSLASH) {
      run += 1
      continue
    }
    if (byte === NEWLINE) return at
    if (byte === quote) {
      if (backslashes > 0 && run <= backslashes) return at - run
      if (backslashes === 0 && run % 2 === 0) {
        if (at === start || at + 1 >= end || bytes[at + 1] !== quote) return at
        at += 1
      }
    }
    run = 0
  }
  return end
}

/**
 * Where a value without quotes ends. A comma, semicolon or closing bracket may be a part of it: it ends there only if
 * nothing follows, or something that can't be one, or another name with a value.
 */
export function bareValueEnd(bytes: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at = (at + 1) | 0) {
    const byte = bytes[at]!
    if (ENDS[byte] === 1) return at
    if (MAY_END[byte] === 1 && isOver(bytes, at + 1, end)) return at
    if (byte === BACKSLASH && at + 1 < end) {
      if (ESCAPED_END[bytes[at + 1]!] === 1) return at
      at += 1
    }
  }
  return end
}

/** Where what stands in square brackets ends: at the closing one, or with the line. */
export function bracketedValueEnd(bytes: Buffer, start: number, end: number): number {
  return runEnd(bytes, start, end, WITHIN_BRACKETS)
}

/** Where the last quote in `bytes[start, end)` stands, backslashes before it included; `end` if there is none. */
export function lastQuote(bytes: Buffer, start: number, end: number): number {
  let at = end - 1
  while (at >= start && bytes[at] !== DOUBLE_QUOTE && bytes[at] !== SINGLE_QUOTE) at -= 1
  if (at < start) return end
  while (at > start && bytes[at - 1] === BACKSLASH) at -= 1
  return at
}

function isOver(bytes: Buffer, at: number, end: number): boolean {
  if (at >= end || bytes[at] === BACKSLASH || ENDS[bytes[at]!] === 1 || MAY_END[bytes[at]!] === 1) return true
  const nameEnd = runEnd(bytes, at, Math.min(end, at + LONGEST_NAME), NAME)
  return nameEnd > at && nameEnd < end && (bytes[nameEnd] === EQUALS || bytes[nameEnd] === COLON)
}
