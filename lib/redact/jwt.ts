import { byteClass, runEnd } from './byte-class.ts'
import type { AnchoredDetector } from './detector.ts'
import type { Subject } from './subject.ts'

const BASE64URL = byteClass('A-Za-z0-9_-')
const DOT = 46
const SHORTEST_HEADER = 11

/** How an object begins in base64, whose first key begins with a letter. */
const OBJECT = 'eyJ'

/** Tokens in the compact form of RFC 7515 and RFC 7516, signed or encrypted. */
export class JwtDetector implements AnchoredDetector {
  readonly anchors = [{ text: OBJECT }]

  detect({ bytes, end, spans }: Subject, from: number, _anchor: number, kind: number): number {
    const header = runEnd(bytes, from, end, BASE64URL)
    let to = header
    while (to < end && bytes[to] === DOT) {
      const next = runEnd(bytes, to + 1, end, BASE64URL)
      if (next === to + 1) break
      to = next
    }
    // Without a second part there is none in the first.
    if (to === header) return header
    if (header - from < SHORTEST_HEADER) return 0
    spans.add(from, to, kind)
    return to
  }
}
