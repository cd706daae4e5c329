import { quoteGo } from '#lib/go-quote.ts'
import { type Flags, pad } from './flags.ts'

/** Writes a text for a verb; undefined if the verb is not for texts. */
export function formatText(text: string, verb: string, flags: Flags): string | undefined {
  switch (verb) {
    case 's':
      return pad(truncate(text, flags), flags)
    case 'v':
      return flags.sharpV ? formatQuoted(text, flags) : pad(truncate(text, flags), flags)
    case 'q':
      return formatQuoted(text, flags)
    case 'x':
      return formatBytes(text, flags)
    case 'X':
      return formatBytes(text, flags).toUpperCase()
    default:
      return undefined
  }
}

function truncate(text: string, { precision }: Flags): string {
  if (precision === undefined || precision >= text.length) return text
  let end = 0
  for (let count = 0; count < precision && end < text.length; count++) {
    end += text.codePointAt(end)! > 0xffff ? 2 : 1
  }
  return text.slice(0, end)
}

/** What a raw string literal cannot hold: control characters but for tabs, and its own quote. */
const NOT_RAW = /[^\P{Cc}\t\u0080-\u009f]|[`\ufeff]/u

function formatQuoted(text: string, flags: Flags): string {
  const cut = truncate(text, flags)
  if (flags.sharp && !NOT_RAW.test(cut)) return pad(`\`${cut}\``, flags)
  return pad(flags.plus ? quoteToAscii(cut) : quoteGo(cut), flags)
}

/** Quotes a text with nothing but ASCII in it. */
export function quoteToAscii(text: string): string {
  return quoteGo(text).replace(/[\u0080-\u{10ffff}]/gu, (rune) => {
    const hex = rune.codePointAt(0)!.toString(16)
    return hex.length > 4 ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`
  })
}

function formatBytes(text: string, flags: Flags): string {
  const bytes = Buffer.from(text).subarray(0, flags.precision)
  if (bytes.length === 0) return pad('', flags)
  const prefix = flags.sharp ? '0x' : ''
  if (!flags.space) return pad(prefix + bytes.toString('hex'), flags)
  return pad(
    bytes
      .toString('hex')
      .replace(/..(?=.)/g, '$& ')
      .replace(/^|(?<= )/g, prefix),
    flags,
  )
}
