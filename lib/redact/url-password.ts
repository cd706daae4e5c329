import { byteClass, runEnd, runStart } from './byte-class.ts'
import type { AnchoredDetector } from './detector.ts'
import type { Subject } from './subject.ts'

/** What no URL in a log goes on over: blanks, control characters, quotes, brackets. */
const URL = byteClass('!#-&(-;=?-~', true)
/** Some servers have names of users with an `@`. */
const USER = byteClass('!$-&(-.0-9;=@-Z^-z|~', true)
/** Where the authority of a URL ends (RFC 3986, 3.2). */
const AUTHORITY = byteClass('!$-&(-.0-;=@-~', true)
const DIGIT = byteClass('0-9')
const COLON = 58
const SLASH = 47
const AT = 64
const LONGEST_URL = 2_048

/** Passwords in URLs, `scheme://user:password@host`. One that holds a slash that should have been encoded is found as well. */
export class UrlPasswordDetector implements AnchoredDetector {
  readonly anchors = [{ text: '@', isRare: true }]

  detect(subject: Subject, at: number, _anchor: number, kind: number): number {
    const { bytes, start, end } = subject
    const from = runStart(bytes, at, Math.max(start, at - LONGEST_URL), URL)
    const to = runEnd(bytes, at, Math.min(end, at + LONGEST_URL), URL)
    // All URLs that touch each other are looked at once.
    for (let slashes = from; slashes + 2 < to; slashes++) {
      if (bytes[slashes] === COLON && bytes[slashes + 1] === SLASH && bytes[slashes + 2] === SLASH) {
        slashes = this.#detectIn(subject, slashes + 3, to, kind) - 1
      }
    }
    return to
  }

  /** Looks at the URL whose authority begins at `start`; returns where the next one may begin. */
  #detectIn({ bytes, spans }: Subject, start: number, end: number, kind: number): number {
    const from = runEnd(bytes, start, end, USER) + 1
    if (from >= end || bytes[from - 1] !== COLON) return start
    const authorityEnd = runEnd(bytes, from, end, AUTHORITY)
    let to = authorityEnd - 1
    while (to > from && bytes[to] !== AT) to -= 1
    if (to <= from && runEnd(bytes, from, authorityEnd, DIGIT) < authorityEnd) {
      // What follows the colon is no port.
      to = bytes.indexOf(AT, authorityEnd, end)
    }
    if (to <= from) return start
    spans.add(from, to, kind)
    return to
  }
}
