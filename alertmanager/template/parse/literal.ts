import { unquoteGo } from '#lib/go-quote.ts'
import type { Constant } from './number.ts'

const INVALID = { ok: false, problem: 'invalid syntax' } as const

/** The text of a quoted or raw string literal. */
export function parseString(literal: string): Constant<string> {
  if (literal.startsWith('`')) return { ok: true, value: literal.slice(1, -1).replaceAll('\r', '') }
  const value = unquoteGo(literal)
  return value === undefined ? INVALID : { ok: true, value }
}

const CHARACTER = /^'(\\(?:[abfnrtv\\'"]|x[\da-fA-F]{2}|[0-7]{3}|u[\da-fA-F]{4}|U[\da-fA-F]{8})|[^\\'])/u

/** The code of a character constant. */
export function parseCharacter(literal: string): Constant<bigint> {
  const rune = CHARACTER.exec(literal)?.[1]
  const code = rune === undefined ? undefined : codeOf(rune)
  if (rune === undefined || code === undefined) return INVALID
  if (literal.length !== rune.length + 2) return { ok: false, problem: `malformed character constant: ${literal}` }
  return { ok: true, value: BigInt(code) }
}

/** Undefined if the escape is none that a character constant may have. */
function codeOf(rune: string): number | undefined {
  if (!rune.startsWith('\\')) return rune.codePointAt(0)
  if (rune === "\\'") return 0x27
  // Bytes stand for themselves here; in a string they are pieces of UTF-8.
  if (rune.startsWith('\\x')) return Number.parseInt(rune.slice(2), 16)
  if (/^\\\d/.test(rune)) {
    const code = Number.parseInt(rune.slice(1), 8)
    return code > 0xff ? undefined : code
  }
  return rune === '\\"' ? undefined : unquoteGo(`"${rune}"`)?.codePointAt(0)
}
