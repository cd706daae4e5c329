import type { BodyTime } from '#lib/parse/body-time.ts'
import type { ContentParser, Fields } from '#lib/parse/fields.ts'
import { mayBeSeverity, severityOf, severityWord } from '#lib/parse/severity.ts'
import { colourEnd, DIGIT, ESCAPE, isLevel, kindOf, LOWER, UPPER, WORD } from './level-context.ts'
import { prefixEnd } from './plain-prefix.ts'

const OPEN_BRACKET = 91
/** Bytes behind the time in which a level is looked for. */
const WINDOW_BYTES = 64
/** A word that begins in the window may end behind it. */
const LONGEST_WORD = 16

/**
 * Text with a level near its begin, as frameworks write it: `2026-11-21 10:00:00,123 ERROR [main]`, `[error]`, `ERROR:`,
 * `warn: `, `level=info`, in colour or not; syslog's `<3>`; Redis' marks. `level-context.ts` says what keeps a word of
 * running text from being taken for one. Every body is of this format.
 */
export class PlainParser implements ContentParser {
  readonly #time: BodyTime | undefined

  /** @param time reads the time that the body begins with, in brackets or not; without it, that is not looked for */
  constructor(time?: BodyTime) {
    this.#time = time
  }

  parse(fields: Fields, bytes: Buffer, start: number, end: number): boolean {
    fields.reset()
    if (this.#time !== undefined) {
      this.#time.readBegin(fields, bytes, bytes[start] === OPEN_BRACKET ? start + 1 : start, end)
    }
    let at = prefixEnd(fields, bytes, start, end)
    if (fields.severityNumber !== 0) return true
    const limit = Math.min(end, at + WINDOW_BYTES)
    const wordLimit = Math.min(end, limit + LONGEST_WORD)
    let colour = -1
    while (at < limit) {
      const first = bytes[at]!
      const kind = kindOf(first)
      if (kind === 0) {
        at = (at + 1) | 0
        continue
      }
      if (kind === ESCAPE) {
        at = colourEnd(bytes, at, wordLimit)
        colour = at
        continue
      }
      const wordStart = at
      let kinds = kind
      at = (at + 1) | 0
      for (let next = at < wordLimit ? kindOf(bytes[at]!) : 0; (next & WORD) !== 0; ) {
        kinds |= next
        at = (at + 1) | 0
        next = at < wordLimit ? kindOf(bytes[at]!) : 0
      }
      if (kinds > (UPPER | LOWER) && kinds !== (UPPER | DIGIT)) continue
      if (!mayBeSeverity(first, (at - wordStart) | 0)) continue
      const word = severityWord(bytes, wordStart, at)
      if (word === 0 || !isLevel(word, kinds, bytes, start, wordStart, at, end, colour === wordStart)) continue
      fields.severityNumber = severityOf(word)
      fields.severityStart = wordStart
      fields.severityEnd = at
      break
    }
    return true
  }
}
