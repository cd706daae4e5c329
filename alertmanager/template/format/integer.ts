import { quoteGo } from '#lib/go-quote.ts'
import { type Flags, pad } from './flags.ts'
import { quoteToAscii } from './text.ts'

const BASES: Readonly<Record<string, number>> = { v: 10, d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 }
const PREFIXES: Readonly<Record<string, string>> = { b: '0b', x: '0x', X: '0X' }
const MAX_RUNE = 0x10_ffffn
const REPLACEMENT = '\ufffd'

/** Writes an integer for a verb; undefined if the verb is not for integers. */
export function formatInteger(value: bigint, verb: string, flags: Flags, unsigned: boolean): string | undefined {
  if (verb === 'c') return pad(runeOf(value), flags)
  if (verb === 'q') return pad(quoteRune(runeOf(value), flags), flags)
  if (verb === 'U') return formatUnicode(value, flags)
  const base = BASES[verb]
  if (base === undefined) return undefined
  if (verb === 'v' && flags.sharpV && unsigned) return formatDigits(value, 16, 'x', { ...flags, sharp: true })
  return formatDigits(value, base, verb, flags)
}

function formatDigits(value: bigint, base: number, verb: string, flags: Flags): string {
  const negative = value < 0n
  const signed = negative || flags.plus || flags.space
  if (flags.precision === 0 && value === 0n) return pad('', flags, false)
  let count = flags.precision ?? 0
  if (flags.precision === undefined && flags.zero && !flags.minus && flags.width !== undefined) {
    count = signed ? flags.width - 1 : flags.width
  }
  let digits = (negative ? -value : value).toString(base).padStart(count, '0')
  if (verb === 'X') digits = digits.toUpperCase()
  if (flags.sharp) digits = base === 8 ? digits.replace(/^(?!0)/, '0') : (PREFIXES[verb] ?? '') + digits
  if (verb === 'O') digits = `0o${digits}`
  return pad(signOf(negative, flags) + digits, flags, false)
}

function signOf(negative: boolean, { plus, space }: Flags): string {
  if (negative) return '-'
  if (plus) return '+'
  return space ? ' ' : ''
}

function formatUnicode(value: bigint, flags: Flags): string {
  const code = BigInt.asUintN(64, value)
  const digits = code
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(4, flags.precision ?? 4), '0')
  const rune = flags.sharp && code <= MAX_RUNE ? runeOf(code) : ''
  const shown = rune !== '' && quoteGo(rune).replace(/^"\\?|"$/g, '') === rune ? ` '${rune}'` : ''
  return pad(`U+${digits}${shown}`, flags, false)
}

function runeOf(value: bigint): string {
  if (value < 0n || value > MAX_RUNE || (value >= 0xd800n && value <= 0xdfffn)) return REPLACEMENT
  return String.fromCodePoint(Number(value))
}

function quoteRune(rune: string, { plus }: Flags): string {
  if (rune === "'") return `'\\''`
  if (rune === '"') return `'"'`
  const quoted = plus ? quoteToAscii(rune) : quoteGo(rune)
  return `'${quoted.slice(1, -1)}'`
}
