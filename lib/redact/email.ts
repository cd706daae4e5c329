import { byteClass, runEnd, runStart } from './byte-class.ts'
import type { AnchoredDetector } from './detector.ts'
import type { Subject } from './subject.ts'

const LOCAL = byteClass('A-Za-z0-9._%+-')
const LABEL = byteClass('A-Za-z0-9-')
const LETTER = byteClass('A-Za-z')
const DOT = 46
const DASH = 45
/** RFC 5321, 4.5.3.1. */
const LONGEST_LOCAL = 64
const LONGEST_DOMAIN = 255
const SHORTEST_TOP_LEVEL = 2

/**
 * E-mail addresses of ASCII characters with a domain of two labels or more, the `@` also as `%40`, as it stands in URLs.
 */
export class EmailDetector implements AnchoredDetector {
  readonly anchors = [
    { text: '@', isRare: true },
    { text: '%40', isRare: true },
  ]

  detect({ bytes, start, end, spans }: Subject, at: number, anchor: number, kind: number): number {
    const domain = at + this.anchors[anchor]!.text.length
    let from = runStart(bytes, at, Math.max(start, at - LONGEST_LOCAL), LOCAL)
    while (from < at && (bytes[from] === DOT || bytes[from] === DASH)) from += 1
    if (from === at) return 0
    const to = domainEnd(bytes, domain, Math.min(end, domain + LONGEST_DOMAIN))
    if (to < 0) return 0
    spans.add(from, to, kind)
    return to
  }
}

/** Where a domain ends whose last label is of letters, or -1. */
function domainEnd(bytes: Buffer, start: number, end: number): number {
  let found = -1
  for (let at = start; ; ) {
    const dot = runEnd(bytes, at, end, LABEL)
    if (dot === at || dot >= end || bytes[dot] !== DOT) return found
    const letters = runEnd(bytes, dot + 1, end, LETTER)
    if (letters - dot - 1 >= SHORTEST_TOP_LEVEL) found = letters
    at = dot + 1
  }
}
