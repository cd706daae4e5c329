import { byteClass, runEnd } from './byte-class.ts'
import type { AnchoredDetector } from './detector.ts'
import type { Subject } from './subject.ts'

/** RFC 6750, 2.1: b64token, without the padding that may follow. */
const TOKEN = byteClass('A-Za-z0-9._~+/-')
const BASE64 = byteClass('A-Za-z0-9+/')
const PADDING = byteClass('=')
const DIGIT = byteClass('0-9')
const SPACE = 32
const PERCENT = 37
const ZERO = 48
const TWO = 50
const COLON = 58
/** A word that follows `Bearer` in a sentence has no digit and is not so long. */
const SHORTEST_TOKEN = 8
const SHORTEST_TOKEN_WITHOUT_DIGIT = 20
const SHORTEST_BASIC = 8

/** What follows `Bearer `, as in an Authorization header; the word stays. */
export class BearerTokenDetector implements AnchoredDetector {
  readonly anchors = [{ text: 'bearer', ignoresCase: true }]

  detect({ bytes, end, spans }: Subject, at: number, _anchor: number, kind: number): number {
    const word = at + this.anchors[0]!.text.length
    const from = skipBlanks(bytes, word, end)
    if (from === word) return 0
    const bare = runEnd(bytes, from, end, TOKEN)
    const length = bare - from
    if (length < SHORTEST_TOKEN) return 0
    if (length < SHORTEST_TOKEN_WITHOUT_DIGIT && !hasDigit(bytes, from, bare)) return 0
    const to = runEnd(bytes, bare, end, PADDING)
    spans.add(from, to, kind)
    // The end of it may be such a word again.
    return 0
  }
}

/** User and password in base64 behind `Basic `, as in an Authorization header; the word stays. */
export class BasicAuthDetector implements AnchoredDetector {
  readonly anchors = [{ text: 'basic', ignoresCase: true }]

  detect({ bytes, end, spans }: Subject, at: number, _anchor: number, kind: number): number {
    const word = at + this.anchors[0]!.text.length
    const from = skipBlanks(bytes, word, end)
    if (from === word) return 0
    const bare = runEnd(bytes, from, end, BASE64)
    if (bare - from < SHORTEST_BASIC || !isUserAndPassword(bytes.toString('latin1', from, bare))) return 0
    const to = runEnd(bytes, bare, end, PADDING)
    spans.add(from, to, kind)
    // The end of it may be such a word again.
    return 0
  }
}

/** Any other word of base64 characters decodes to something that is no text with a colon. */
function isUserAndPassword(base64: string): boolean {
  const decoded = Buffer.from(base64, 'base64')
  const colon = decoded.indexOf(COLON)
  return colon >= 0 && decoded.subarray(0, colon).every((byte) => byte > SPACE && byte !== 0x7f)
}

/** Blanks, also as they stand in URLs. */
function skipBlanks(bytes: Buffer, at: number, end: number): number {
  let from = at
  while (from < end) {
    if (bytes[from] === SPACE) from += 1
    else if (from + 2 < end && bytes[from] === PERCENT && bytes[from + 1] === TWO && bytes[from + 2] === ZERO) from += 3
    else break
  }
  return from
}

function hasDigit(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (DIGIT[bytes[at]!] === 1) return true
  return false
}
