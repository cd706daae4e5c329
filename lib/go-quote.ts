const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
}

const UNPRINTABLE = /["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu

/** Quotes a text as Go's `%q` does. Group keys and matchers carry such texts, and receivers compare them. */
export function quoteGo(text: string): string {
  return `"${text.toWellFormed().replace(UNPRINTABLE, escapeRune)}"`
}

function escapeRune(rune: string): string {
  const short = SHORT_ESCAPES[rune]
  if (short !== undefined) return short
  const code = rune.codePointAt(0)!
  const hex = code.toString(16)
  if (code < 0x20 || code === 0x7f) return `\\x${hex.padStart(2, '0')}`
  return code < 0x1_0000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}

const PART = /([^\\"\n]+)|\\(?:([abfnrtv\\"])|x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/y

const ESCAPED: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(SHORT_ESCAPES).map(([rune, sequence]) => [sequence.slice(1), rune]),
)

/**
 * Reads a double-quoted Go string literal, quotes included.
 *
 * @returns the text, or undefined if the literal is malformed or not UTF-8
 */
export function unquoteGo(literal: string): string | undefined {
  if (literal.length < 2 || !literal.startsWith('"') || !literal.endsWith('"')) return undefined
  const inner = literal.slice(1, -1)
  const chunks: Buffer[] = []
  for (let index = 0; index < inner.length; index = PART.lastIndex) {
    PART.lastIndex = index
    const match = PART.exec(inner)
    const bytes = match === null ? undefined : bytesOf(match)
    if (bytes === undefined) return undefined
    chunks.push(bytes)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks))
  } catch {
    return undefined
  }
}

function bytesOf([, plain, short, hex, octal, unicode, longUnicode]: RegExpExecArray): Buffer | undefined {
  if (plain !== undefined) return Buffer.from(plain)
  if (short !== undefined) return Buffer.from(ESCAPED[short]!)
  if (hex !== undefined) return Buffer.from(hex, 'hex')
  if (octal !== undefined) {
    const byte = Number.parseInt(octal, 8)
    return byte > 0xff ? undefined : Buffer.from([byte])
  }
  const code = Number.parseInt(unicode ?? longUnicode!, 16)
  const isRune = code <= 0x10_ffff && (code < 0xd800 || code > 0xdfff)
  return isRune ? Buffer.from(String.fromCodePoint(code)) : undefined
}
