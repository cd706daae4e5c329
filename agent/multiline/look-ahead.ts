import { mayBeginTrace } from './begin.ts'
import { canFollow } from './can-follow.ts'
import { couldBegin } from './could-begin.ts'

const NEWLINE = 10
const SPACE = 32
const LETTER_F = 70
const LETTER_S = 115
const LETTER_Z = 90

/**
 * Whether a line has to be held until the one behind it is known, judged by that one where it is at hand: nearly all
 * lines are let go by a look at a few bytes of it.
 *
 * @param lineStart where the line begins with its header, `bodyStart` where its text does
 * @param end behind the last byte that was read
 */
export function mustWait(bytes: Buffer, lineStart: number, bodyStart: number, newline: number, end: number): boolean {
  // Headers of neighbours mostly have the same length; where this one's has another, the line speaks for itself.
  const next = (newline + 1 + bodyStart - lineStart) | 0
  if (next >= end || !isBehindHeader(bytes, next, bytes[(bodyStart - 6) | 0]))
    return couldBegin(bytes, bodyStart, newline)
  if (mayBeginTrace(bytes, bodyStart, newline)) return true
  return bytes[next] !== NEWLINE && canFollow(bytes, next, end) && couldBegin(bytes, bodyStart, newline)
}

/**
 * Whether `…Z stdout F ` or `…Z stderr F ` stands before an offset; `letter` is the one in which the streams differ.
 * No text that comes later in a line can be taken for it: a time has no blank in it.
 */
function isBehindHeader(bytes: Buffer, at: number, letter: number | undefined): boolean {
  const timeEnd = bytes[(at - 11) | 0]!
  return (
    bytes[(at - 1) | 0] === SPACE &&
    bytes[(at - 2) | 0] === LETTER_F &&
    bytes[(at - 3) | 0] === SPACE &&
    bytes[(at - 6) | 0] === letter &&
    bytes[(at - 9) | 0] === LETTER_S &&
    bytes[(at - 10) | 0] === SPACE &&
    (timeEnd === LETTER_Z || (timeEnd >= 48 && timeEnd <= 57))
  )
}
