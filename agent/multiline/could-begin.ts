import { isFrame } from './at-frame.ts'
import { isCause } from './at-trace.ts'
import { mayBeginTrace } from './begin.ts'
import { endsExceptionName } from './exception-name.ts'
import { isBareFunction } from './go.ts'
import { isTraceback } from './python.ts'
import { endsInClass, isFrom } from './ruby.ts'
import { ascii, BRACE, HEAD_BYTES, hasAt, TAIL_BYTES, textEnd } from './text.ts'

/** Beside the names of exceptions: words anywhere in a line that a trace may come behind. */
const WORDS = ['panic', 'fatal error', 'Uncaught ', '[object] (', ':in '].map(ascii)
/** A place of Ruby has its `:in ` behind digits that begin in the head. */
const WORDS_WITHIN_BYTES = HEAD_BYTES + 32
/** Which two bytes such a word, or the end of an exception's name, can begin with: 256 times the first, and the second. */
const BEGINS = new Uint8Array(65_536)
for (const word of [...WORDS, ascii('Exception'), ascii('Error'), ascii('Throwable')]) BEGINS[word.readUInt16BE(0)] = 1

/**
 * Whether there is any line that would make a trace of this one and itself: `TraceGrammar.open` is false for whatever
 * comes behind a line for which this is. It reads up to the whole head and tail of a line; where the next line is at
 * hand, `canFollow` for that and `TraceGrammar.mayBegin` for this one answer sooner.
 */
export function couldBegin(bytes: Buffer, start: number, lineEnd: number): boolean {
  const end = textEnd(bytes, start, lineEnd)
  if (start >= end || bytes[start] === BRACE) return false
  return (
    mayBeginTrace(bytes, start, end) ||
    endsInClass(bytes, start, end) ||
    isTraceback(bytes, start, end) ||
    isCause(bytes, start, end) ||
    isFrame(bytes, start, end) ||
    isFrom(bytes, start, end) ||
    isBareFunction(bytes, start, end) ||
    hasWord(bytes, start, Math.min(end, start + WORDS_WITHIN_BYTES), end) ||
    hasWord(bytes, Math.max(start + WORDS_WITHIN_BYTES, end - TAIL_BYTES), end, end)
  )
}

/** One pass for all words. */
function hasWord(bytes: Buffer, from: number, to: number, end: number): boolean {
  let pair = 0
  for (let at = from; at < to; at = (at + 1) | 0) {
    pair = ((pair << 8) | bytes[at]!) & 0xffff
    if (BEGINS[pair] === 1 && beginsWord(bytes, (at - 1) | 0, end)) return true
  }
  // A word may begin with the last byte that is looked at.
  return to < end && to > from && beginsWord(bytes, (to - 1) | 0, end)
}

function beginsWord(bytes: Buffer, at: number, end: number): boolean {
  for (const word of WORDS) if (hasAt(bytes, at, end, word)) return true
  return endsExceptionName(bytes, at, end)
}
