import type { Line } from '../decode/line.ts'
import { mayBeginTrace } from './begin.ts'
import { canFollow } from './can-follow.ts'
import { couldBegin } from './could-begin.ts'
import { HOLDS_ALL, HOLDS_NONE, type MultilineRule } from './rule.ts'

const NEWLINE = 10
const SPACE = 32
const LETTER_F = 70
const LETTER_S = 115
const LETTER_Z = 90
/** Length of `d stdout F `, the end of a header. */
const HEADER_END_BYTES = 11
/** A time has 20 to 35 characters, as its fraction and its zone are written. */
const SHORTEST_TIME_BYTES = 20
const LONGEST_TIME_BYTES = 36
/** The other stream's lines that are looked past for the next one of a stream. */
const MOST_LINES = 8

/**
 * Finds the lines of a read, and looks at those to come: whether a line has to be held until the one behind it on its
 * stream is known is judged by that one where it is at hand. So nearly all lines are let go by a look at a few bytes.
 */
export class LookAhead {
  /** Ends of lines to come that were found already, in their order: each newline is searched for once. */
  readonly #newlines = new Int32Array(MOST_LINES)
  #first = 0
  #count = 0

  /** Other bytes are looked at from now on. */
  begin(): void {
    this.#first = this.#count = 0
  }

  /** The newline of the line that begins at `at`. Asked for line by line, in order. */
  nextNewline(bytes: Buffer, at: number): number {
    if (this.#first < this.#count) return this.#newlines[this.#first++]!
    return bytes.indexOf(NEWLINE, at)
  }

  /** Whether a rule has a line, a plain one, wait for the one behind it. It lies in `bytes`, unless NULs before it were taken away. */
  mustHold(
    holds: MultilineRule['holds'],
    line: Line,
    bytes: Buffer,
    lineStart: number,
    newline: number,
    end: number,
  ): boolean {
    if (holds === HOLDS_NONE) return false
    if (holds === HOLDS_ALL) return true
    if (line.bytes === bytes) return this.mustWait(bytes, lineStart, line.bodyStart, newline, end)
    return couldBegin(line.bytes, line.bodyStart, line.bodyEnd)
  }

  /**
   * Whether a line must wait for another.
   *
   * @param lineStart where the line begins with its header, `bodyStart` where its text does
   * @param end behind the last byte that was read, which is a newline
   */
  mustWait(bytes: Buffer, lineStart: number, bodyStart: number, newline: number, end: number): boolean {
    if (mayBeginTrace(bytes, bodyStart, newline)) return true
    const next = this.#nextBody(bytes, newline + 1, bodyStart - lineStart, bytes[(bodyStart - 6) | 0]!, end)
    // An empty line goes on with nothing that does not show it.
    if (next >= 0 && (bytes[next] === NEWLINE || !canFollow(bytes, next, end))) return false
    return couldBegin(bytes, bodyStart, newline)
  }

  /** Where the text of the next line of a stream begins, or -1 if that is not at hand or no whole one. */
  #nextBody(bytes: Buffer, from: number, headerBytes: number, letter: number, end: number): number {
    let start = from
    for (let ahead = 0; start < end; ahead += 1) {
      // Headers of neighbours mostly have the same length.
      let body = (start + headerBytes) | 0
      if (body >= end || !isBehindHeader(bytes, body)) body = bodyOf(bytes, start, end)
      if (body < 0 || bytes[(body - 6) | 0] === letter) return body
      if (ahead === MOST_LINES) return -1
      start = this.#newlineAhead(bytes, start, ahead) + 1
    }
    return -1
  }

  /** The newline of the line that begins at `start` and has `ahead` others before it that were not taken yet. */
  #newlineAhead(bytes: Buffer, start: number, ahead: number): number {
    const index = this.#first + ahead
    if (index < this.#count) return this.#newlines[index]!
    const newline = bytes.indexOf(NEWLINE, start)
    if (this.#first > 0) {
      this.#newlines.copyWithin(0, this.#first, this.#count)
      this.#count -= this.#first
      this.#first = 0
    }
    this.#newlines[this.#count++] = newline
    return newline
  }
}

/** Where the text of a line begins whose header may have any length, or -1. */
function bodyOf(bytes: Buffer, start: number, end: number): number {
  const limit = Math.min(end - HEADER_END_BYTES, start + LONGEST_TIME_BYTES)
  let at = start + SHORTEST_TIME_BYTES
  while (at < limit && bytes[at] !== SPACE) at = (at + 1) | 0
  const body = (at + HEADER_END_BYTES - 1) | 0
  return at < limit && isBehindHeader(bytes, body) ? body : -1
}

/**
 * Whether `…Z stdout F ` or `…Z stderr F ` stands before an offset. No text that comes later in a line can be taken for
 * it: a time has no blank in it.
 */
function isBehindHeader(bytes: Buffer, at: number): boolean {
  const timeEnd = bytes[(at - HEADER_END_BYTES) | 0]!
  return (
    bytes[(at - 1) | 0] === SPACE &&
    bytes[(at - 2) | 0] === LETTER_F &&
    bytes[(at - 3) | 0] === SPACE &&
    bytes[(at - 9) | 0] === LETTER_S &&
    bytes[(at - 10) | 0] === SPACE &&
    (timeEnd === LETTER_Z || (timeEnd >= 48 && timeEnd <= 57))
  )
}
