import { byteClass, runEnd } from './byte-class.ts'
import type { ScanningDetector } from './detector.ts'
import type { Subject } from './subject.ts'

const BASE64 = byteClass('A-Za-z0-9+/')
const LETTER_BEYOND_HEX = byteClass('g-zG-Z')
const CAPITAL = byteClass('A-Z')
const SMALL = byteClass('a-z')
/** As openssl, ssh-keygen and MIME break lines. */
const LINE_LENGTHS: ReadonlySet<number> = new Set([64, 70, 76])

/**
 * The lines of a key that was printed line by line, so that each became a record: nothing but base64, as long as the
 * lines of a key are. The last line of a key is shorter and is not found.
 */
export class KeyLineDetector implements ScanningDetector {
  scan({ bytes, start, end, spans }: Subject, kind: number): void {
    if (!LINE_LENGTHS.has(end - start) || runEnd(bytes, start, end, BASE64) < end) return
    // Sums in hexadecimal have these lengths, too.
    if (has(bytes, start, end, LETTER_BEYOND_HEX) && has(bytes, start, end, CAPITAL) && has(bytes, start, end, SMALL)) {
      spans.add(start, end, kind)
    }
  }
}

function has(bytes: Buffer, start: number, end: number, table: Uint8Array): boolean {
  for (let at = start; at < end; at++) if (table[bytes[at]!] === 1) return true
  return false
}
