import { byteClass, runEnd, runStart } from './byte-class.ts'
import { isCardNumber } from './card-number.ts'
import type { RunDetector } from './detector.ts'
import type { Subject } from './subject.ts'

const DIGIT = byteClass('0-9')
const WORD = byteClass('A-Za-z0-9_')
/** What a number is written with. */
const WRITTEN = byteClass('0-9 -')
const SPACE = 32
const DASH = 45
const DOT = 46
const LONGEST_DIGITS = 19
const SHORTEST_DIGITS = 13

/**
 * Numbers of payment cards: in one piece, or in groups of 4-4-4-4, 4-4-4-4-3, 4-6-5 and 4-6-4 with the same blank or dash
 * between them, not part of a longer word or a decimal fraction; with the prefix and length of an issuer and a right check digit.
 */
export class CreditCardDetector implements RunDetector {
  readonly run = WRITTEN
  readonly #digits = new Uint8Array(LONGEST_DIGITS)

  detectRun(subject: Subject, at: number, kind: number): number {
    const { bytes, start, end } = subject
    const place = Math.max(at, start)
    const from = runStart(bytes, place, start, WRITTEN)
    const to = runEnd(bytes, place, end, WRITTEN)
    if (to - from >= SHORTEST_DIGITS) this.#detectIn(subject, from, to, kind)
    return to
  }

  /** Digits, blanks and dashes: looks at each group of digits. */
  #detectIn(subject: Subject, start: number, end: number, kind: number): void {
    const { bytes } = subject
    for (let at = start; at < end; ) {
      if (DIGIT[bytes[at]!] === 0) {
        at += 1
        continue
      }
      const groupEnd = runEnd(bytes, at, end, DIGIT)
      const to = this.#isFree(subject, at) ? this.#endOfCard(subject, at, groupEnd, end) : -1
      if (to >= 0) subject.spans.add(at, to, kind)
      at = to >= 0 ? to : groupEnd
    }
  }

  /** Where the number that begins with this group ends, or -1. */
  #endOfCard(subject: Subject, at: number, groupEnd: number, end: number): number {
    const { bytes } = subject
    const length = groupEnd - at
    if (length >= SHORTEST_DIGITS) {
      return length <= LONGEST_DIGITS && this.#isCard(subject, at, groupEnd) ? groupEnd : -1
    }
    if (length !== 4 || groupEnd >= end) return -1
    const separator = bytes[groupEnd]!
    if (separator !== SPACE && separator !== DASH) return -1
    const second = this.#group(bytes, groupEnd, end, separator)
    const third = this.#group(bytes, second, end, separator)
    const secondLength = second - groupEnd - 1
    const thirdLength = third - second - 1
    if (secondLength === 6 && (thirdLength === 5 || thirdLength === 4))
      return this.#isCard(subject, at, third) ? third : -1
    if (secondLength !== 4 || thirdLength !== 4) return -1
    const fourth = this.#group(bytes, third, end, separator)
    if (fourth - third - 1 !== 4) return -1
    const fifth = this.#group(bytes, fourth, end, separator)
    if (fifth - fourth - 1 === 3 && this.#isCard(subject, at, fifth)) return fifth
    return this.#isCard(subject, at, fourth) ? fourth : -1
  }

  /** Where the group of digits behind a separator ends; `at` itself if there is none. */
  #group(bytes: Buffer, at: number, end: number, separator: number): number {
    if (at >= end || bytes[at] !== separator) return at
    const to = runEnd(bytes, at + 1, end, DIGIT)
    return to === at + 1 ? at : to
  }

  /** Whether a number may begin here: not within a word, and not behind a decimal point. */
  #isFree({ bytes, start }: Subject, at: number): boolean {
    if (at === start) return true
    if (WORD[bytes[at - 1]!] === 1) return false
    return !(bytes[at - 1] === DOT && at - 2 >= start && DIGIT[bytes[at - 2]!] === 1)
  }

  #isCard({ bytes, end }: Subject, from: number, to: number): boolean {
    if (to < end && WORD[bytes[to]!] === 1) return false
    if (to + 1 < end && bytes[to] === DOT && DIGIT[bytes[to + 1]!] === 1) return false
    let count = 0
    for (let at = from; at < to; at++) {
      if (DIGIT[bytes[at]!] === 1) this.#digits[count++] = bytes[at]! - 48
    }
    return isCardNumber(this.#digits, count)
  }
}
