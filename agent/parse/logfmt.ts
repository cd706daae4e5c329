import type { BodyTime } from '#lib/parse/body-time.ts'
import type { ContentParser, Fields } from '#lib/parse/fields.ts'
import { keyOf, NO_KEY } from '#lib/parse/keys.ts'
import { QuotedScanner } from '#lib/parse/quoted.ts'
import { takeNumber, takeText } from '#lib/parse/values.ts'

const SPACE = 32
const QUOTE = 34
const EQUALS = 61
/** Bytes looked at one by one; what long quoted values hold hardly counts. */
const BUDGET_BYTES = 2048
/** Brackets and separators that people put around pairs within a text: `[trace_id=…, span_id=…]`. */
const PUNCTUATION = new Uint8Array(256)
for (const byte of Buffer.from('[](){},;')) PUNCTUATION[byte] = 1

/**
 * `key=value key="quoted value"`, as logrus, slog and go-kit write it: the same keys as of JSON. Words that are no pair
 * are passed over. It is this format if it holds a pair at all.
 */
export class LogfmtParser implements ContentParser {
  readonly #time: BodyTime | undefined
  readonly #strings = new QuotedScanner()

  /** @param time reads the time of the body; without it, that is not looked for */
  constructor(time?: BodyTime) {
    this.#time = time
  }

  parse(fields: Fields, bytes: Buffer, start: number, end: number): boolean {
    fields.reset()
    const strings = this.#strings
    strings.begin(start, end, BUDGET_BYTES)
    let found = false
    let at = start
    while (at < strings.limit) {
      const byte = bytes[at]!
      if (byte <= SPACE || PUNCTUATION[byte] === 1) {
        at = (at + 1) | 0
        continue
      }
      const keyStart = at
      at = skipWord(bytes, at, strings.limit)
      if (at >= strings.limit) break
      const isPair = bytes[at] === EQUALS && at > keyStart
      const keyEnd = at
      // Behind the equals sign, the quote or the blank.
      at = (at + 1) | 0
      if (!isPair) continue
      found = true
      const key = keyOf(bytes, keyStart, keyEnd)
      if (at < strings.limit && bytes[at] === QUOTE) {
        const valueStart = (at + 1) | 0
        const valueEnd = strings.endOf(bytes, valueStart, end)
        if (valueEnd < 0) break
        if (key !== NO_KEY) takeText(fields, key, bytes, valueStart, valueEnd, this.#time)
        at = (valueEnd + 1) | 0
      } else {
        const valueStart = at
        while (at < strings.limit && bytes[at]! > SPACE) at = (at + 1) | 0
        if (key !== NO_KEY) this.#takeBare(fields, key, bytes, valueStart, at)
      }
    }
    return found
  }

  /** A value without quotes, which may be a number or a word. */
  #takeBare(fields: Fields, key: number, bytes: Buffer, start: number, end: number): void {
    let to = end
    while (to > start && PUNCTUATION[bytes[to - 1]!] === 1) to -= 1
    const first = bytes[start]! - 48
    if (first >= 0 && first <= 9) takeNumber(fields, key, bytes, start, to, this.#time)
    if (to > start) takeText(fields, key, bytes, start, to, this.#time)
  }
}

/** The offset of the first equals sign, quote or blank. */
function skipWord(bytes: Buffer, start: number, limit: number): number {
  let at = start
  while (at < limit) {
    const byte = bytes[at]!
    if (byte <= SPACE || byte === EQUALS || byte === QUOTE) break
    at = (at + 1) | 0
  }
  return at
}
