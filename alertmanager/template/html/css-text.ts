import type { Escaper } from './html-text.ts'
import { UNSAFE } from './safe-text.ts'

const SEQUENCE = /\\(?:([0-9a-f]{1,6})(?:\r\n|[\t\n\f\r ])?|(.)|$)/gisu

/** A CSS text with its escape sequences resolved: `\26 ` is an ampersand. */
export function decodeCss(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(SEQUENCE, (sequence: string, hex: string | undefined, other: string | undefined) => {
    if (hex === undefined) return other ?? ''
    const code = Number.parseInt(hex, 16)
    if (code <= 0x10_ffff) return characterOf(code)
    // Six digits that are no character are five, and a digit that stands for itself.
    return characterOf(Number.parseInt(hex.slice(0, 5), 16)) + sequence.slice(6)
  })
}

function characterOf(code: number): string {
  return code >= 0xd800 && code <= 0xdfff ? '\ufffd' : String.fromCodePoint(code)
}

const SPECIAL = /[\0\t\n\f\r"&'()+/:;<>\\{}]/g

/** Text in a CSS string. */
export const escapeCss: Escaper = (text) => {
  return text.replace(SPECIAL, (unit, index: number) => {
    if (unit === '\\') return '\\\\'
    // A space ends the sequence where what follows would belong to it.
    const following = text[index + 1]
    const needsSpace = following === undefined || /[0-9a-f\t\n\f\r ]/i.test(following)
    return `\\${unit.charCodeAt(0).toString(16)}${needsSpace ? ' ' : ''}`
  })
}

const DANGEROUS = /[\0"'()/;@[\\\]`{}<>]|--/

/** A value in a style sheet: a word, a number, a colour. What could be more is kept out. */
export const filterCssValue: Escaper = (text) => {
  const value = decodeCss(text)
  if (DANGEROUS.test(value)) return UNSAFE
  const word = value.toLowerCase().replace(/[^\w-]/g, '')
  return /expression|mozbinding/.test(word) ? UNSAFE : value
}
