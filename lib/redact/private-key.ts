import { byteClass, runEnd, runStart } from './byte-class.ts'
import type { AnchoredDetector } from './detector.ts'
import type { Subject } from './subject.ts'

const LABEL = byteClass('A-Z0-9 ')
const DASHES = byteClass('-')
/** What may stand in a block: base64, blanks and line ends, also escaped ones, and headers such as `DEK-Info: AES-256-CBC,01`. */
const CONTENT = byteClass('A-Za-z0-9+/= \t\r\n\\:,.>|()@_-')
const BEGIN = Buffer.from('BEGIN ')
const END = Buffer.from('-----END ')
const LONGEST_LABEL = 32
const MARKER_DASHES = 5

/** PEM blocks of private keys (RFC 7468, and those of OpenSSH and PGP), in one record; without an end up to where they go. */
export class PrivateKeyDetector implements AnchoredDetector {
  readonly anchors = [{ text: 'PRIVATE KEY-----' }, { text: 'PRIVATE KEY BLOCK-----' }]

  detect({ bytes, start, end, spans }: Subject, at: number, anchor: number, kind: number): number {
    const content = at + this.anchors[anchor]!.text.length
    const label = runStart(bytes, at, Math.max(start, at - LONGEST_LABEL), LABEL)
    const begin = bytes.indexOf(BEGIN, label, content)
    if (begin < 0 || begin > at) return 0
    const from = runStart(bytes, begin, Math.max(start, begin - MARKER_DASHES), DASHES)
    const limit = runEnd(bytes, content, end, CONTENT)
    const last = bytes.indexOf(END, content, limit)
    const to = last < 0 ? limit : endOfLabel(bytes, last + END.length, limit)
    spans.add(from, to, kind)
    return last < 0 ? limit : last
  }
}

function endOfLabel(bytes: Buffer, at: number, end: number): number {
  const label = runEnd(bytes, at, end, LABEL)
  return runEnd(bytes, label, Math.min(end, label + MARKER_DASHES), DASHES)
}
