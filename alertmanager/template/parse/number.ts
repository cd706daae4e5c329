import { quoteGo } from '#lib/go-quote.ts'
import type { NumberNode } from './node.ts'

type Number64 = Pick<NumberNode, 'int' | 'uint' | 'float'>
export type Constant<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string }

const MAX_INT = 2n ** 63n - 1n
const MIN_INT = -(2n ** 63n)
const MAX_UINT = 2n ** 64n - 1n

const INTEGER = /^([+-]?)(?:0([xX])((?:_?[\da-fA-F])+)|0([bB])((?:_?[01])+)|0([oO]?)((?:_?[0-7])+)|(0|[1-9](?:_?\d)*))$/
const DIGITS = '\\d(?:_?\\d)*'
const DECIMAL = new RegExp(`^[+-]?(?:${DIGITS}(?:\\.(?:${DIGITS})?)?|\\.${DIGITS})(?:[eE][+-]?${DIGITS})?$`)
const HEX_FLOAT = /^([+-]?)0[xX]((?:_?[\da-fA-F])*)(?:\.((?:[\da-fA-F](?:_?[\da-fA-F])*)?))?[pP]([+-]?\d(?:_?\d)*)$/

/** Reads a number as Go's scanner cut it. Imaginary and complex numbers are refused. */
export function parseNumber(text: string): Constant<Number64> {
  const integer = parseInteger(text)
  if (integer !== undefined) {
    const { value, signed } = integer
    const isInt = value >= MIN_INT && value <= MAX_INT
    const isUint = value >= 0n && value <= MAX_UINT && (!signed || value === 0n)
    if (isInt || isUint) {
      return {
        ok: true,
        value: { float: Number(value), ...(isInt && { int: value }), ...(isUint && { uint: value }) },
      }
    }
  }
  const float = parseFloat64(text)
  if (float === undefined) return { ok: false, problem: `illegal number syntax: ${quoteGo(text)}` }
  if (!/[.eEpP]/.test(text)) return { ok: false, problem: `integer overflow: ${quoteGo(text)}` }
  const whole = Number.isInteger(float) ? BigInt(float) : undefined
  return {
    ok: true,
    value: {
      float,
      ...(whole !== undefined && whole >= MIN_INT && whole <= MAX_INT && { int: whole }),
      ...(whole !== undefined && whole >= 0n && whole <= MAX_UINT && { uint: whole }),
    },
  }
}

/** More digits than any number of 64 bits has; BigInt would take quadratic time. */
const MAX_DIGITS = 128

function parseInteger(text: string): { readonly value: bigint; readonly signed: boolean } | undefined {
  const match = text.length > MAX_DIGITS ? null : INTEGER.exec(text)
  if (match === null) return undefined
  const [, sign, hexMark, hex, binaryMark, binary, , octal, decimal] = match
  const bare = (digits: string) => digits.replaceAll('_', '')
  let magnitude: bigint
  if (hexMark !== undefined) magnitude = BigInt(`0x${bare(hex!)}`)
  else if (binaryMark !== undefined) magnitude = BigInt(`0b${bare(binary!)}`)
  else if (octal !== undefined) magnitude = BigInt(`0o${bare(octal)}`)
  else magnitude = BigInt(bare(decimal!))
  return { value: sign === '-' ? -magnitude : magnitude, signed: sign !== '' }
}

/** Reads a decimal or hexadecimal float; undefined if it is none, or too large. */
export function parseFloat64(text: string): number | undefined {
  const value = DECIMAL.test(text) ? Number(text.replaceAll('_', '')) : parseHexFloat(text)
  return value !== undefined && Number.isFinite(value) ? value : undefined
}

function parseHexFloat(text: string): number | undefined {
  const match = text.length > MAX_DIGITS ? null : HEX_FLOAT.exec(text)
  if (match === null) return undefined
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  const digits = `${whole}${fraction}`.replaceAll('_', '')
  if (digits === '') return undefined
  const mantissa = Number(BigInt(`0x${digits}`))
  const scale = Number(exponent.replaceAll('_', '')) - fraction.replaceAll('_', '').length * 4
  const value = mantissa * 2 ** scale
  return sign === '-' ? -value : value
}
