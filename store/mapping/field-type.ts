import { type DateFormat, DEFAULT_DATE_FORMATS, parseDate } from '../time/parse-date.ts'

/** How the values of a field are understood. */
export type FieldType =
  | KeywordType
  | TextType
  | ConstantType
  | NumberType
  | DateType
  | { readonly family: 'boolean'; readonly name: 'boolean'; readonly ignoreMalformed: boolean }

export interface KeywordType {
  readonly family: 'keyword'
  readonly name: string
  /** Longer values are kept but not found. In UTF-16 units, as Java counts. */
  readonly ignoreAbove: number
}

export interface TextType {
  readonly family: 'text'
  readonly name: string
  /** Not in any mapping: exact values of it can be sorted and counted too. */
  readonly isDynamic: boolean
}

/** All documents have the same value; one that says another is refused. */
interface ConstantType {
  readonly family: 'constant'
  readonly name: 'constant_keyword'
  readonly value: string | undefined
}

export interface NumberType {
  readonly family: 'number'
  readonly name: string
  readonly isInteger: boolean
  readonly min: number | bigint
  readonly max: number | bigint
  readonly ignoreMalformed: boolean
}

export interface DateType {
  readonly family: 'date'
  readonly name: 'date' | 'date_nanos'
  readonly formats: readonly DateFormat[]
  readonly ignoreMalformed: boolean
}

/** Java's largest array, which is what Elasticsearch has when `ignore_above` is not given. */
export const NO_IGNORE_ABOVE = 2 ** 31 - 1

export function keyword(ignoreAbove: number, name = 'keyword'): KeywordType {
  return { family: 'keyword', name, ignoreAbove }
}

const INTEGERS: Readonly<Record<string, readonly [number | bigint, number | bigint]>> = {
  byte: [-128, 127],
  short: [-(2 ** 15), 2 ** 15 - 1],
  integer: [-(2 ** 31), 2 ** 31 - 1],
  long: [-(2n ** 63n), 2n ** 63n - 1n],
  unsigned_long: [0, 2n ** 64n - 1n],
}
const FLOATS: Readonly<Record<string, number>> = {
  double: Number.MAX_VALUE,
  float: 3.4028234663852886e38,
  half_float: 65_504,
  scaled_float: Number.MAX_VALUE,
}

/** The number type of this name, or undefined. */
export function numberType(name: string, ignoreMalformed = false): NumberType | undefined {
  const range = INTEGERS[name]
  if (range !== undefined) {
    return { family: 'number', name, isInteger: true, min: range[0], max: range[1], ignoreMalformed }
  }
  const max = FLOATS[name]
  return max === undefined ? undefined : { family: 'number', name, isInteger: false, min: -max, max, ignoreMalformed }
}

export function dateType(
  name: 'date' | 'date_nanos',
  formats = DEFAULT_DATE_FORMATS,
  ignoreMalformed = false,
): DateType {
  return { family: 'date', name, formats, ignoreMalformed }
}

/** What fields are that no mapping names. */
export const DYNAMIC_TEXT: TextType = { family: 'text', name: 'text', isDynamic: true }
export const DYNAMIC_KEYWORD = keyword(256)
export const DYNAMIC_NUMBER = numberType('double')!
export const DYNAMIC_BOOLEAN: FieldType = { family: 'boolean', name: 'boolean', ignoreMalformed: true }
export const DEFAULT_TIMESTAMP = dateType('date_nanos')

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** The number that a text says; a whole one beyond 2^53 as a bigint. The two compare with each other exactly. */
export function parseNumber(text: string): number | bigint | undefined {
  if (!DECIMAL.test(text)) return undefined
  const value = Number(text)
  if (Number.isSafeInteger(value) || !/^[+-]?\d+$/.test(text)) return Number.isFinite(value) ? value : undefined
  return BigInt(text.startsWith('+') ? text.slice(1) : text)
}

/** The value of a number field; whole-number types cut what is after the point, as Elasticsearch's coercion does. */
export function numberValue(type: NumberType, text: string): number | bigint | undefined {
  const value = parseNumber(text)
  return type.isInteger && typeof value === 'number' ? Math.trunc(value) : value
}

/** Nanoseconds since 1970 of a date field's value; a `date` counts whole milliseconds. */
export function dateValue(type: DateType, text: string): bigint | undefined {
  const ns = parseDate(text, type)
  if (ns === undefined || type.name === 'date_nanos') return ns
  return ns - (((ns % 1_000_000n) + 1_000_000n) % 1_000_000n)
}

/** What is wrong with a value for its type, or undefined if it fits. */
export function checkValue(type: FieldType, text: string): string | undefined {
  switch (type.family) {
    case 'number': {
      const value = numberValue(type, text)
      if (value === undefined) return `For input string: "${text}"`
      return value < type.min || value > type.max ? `Value [${text}] is out of range for ${type.name}` : undefined
    }
    case 'date': {
      const ns = dateValue(type, text)
      if (ns === undefined) return `failed to parse date field [${text}] with format [${formatNames(type)}]`
      const inRange = type.name === 'date' || (ns >= 0n && ns < 2n ** 63n)
      return inRange ? undefined : `date[${text}] is outside of the range of date_nanos, 1970 to 2262`
    }
    case 'boolean':
      return text === 'true' || text === 'false' || text === ''
        ? undefined
        : `Failed to parse value [${text}] as only [true] or [false] are allowed.`
    case 'constant':
      return type.value === undefined || type.value === text
        ? undefined
        : `[constant_keyword] field only accepts values that are equal to the value defined in the mappings [${type.value}], but got [${text}]`
    default:
      return undefined
  }
}

function formatNames({ name, formats }: DateType): string {
  const iso = name === 'date_nanos' ? 'strict_date_optional_time_nanos' : 'strict_date_optional_time'
  return formats.map((format) => (format === 'iso' ? iso : format)).join('||')
}

/** Whether a value that does not fit is kept without being found, instead of its document being refused. */
export function ignoresMalformed(type: FieldType): boolean {
  return 'ignoreMalformed' in type && type.ignoreMalformed
}
