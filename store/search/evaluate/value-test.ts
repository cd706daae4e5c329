import { ElasticsearchError, illegalArgument, queryError } from '../../elasticsearch-error.ts'
import {
  type DateType,
  dateValue,
  type FieldType,
  type KeywordType,
  type NumberType,
  numberValue,
  parseNumber,
} from '../../mapping/field-type.ts'
import { parseDateMath } from '../../time/date-math.ts'
import { type DateFormat, parseDateFormats } from '../../time/parse-date.ts'
import { UTC, type Zone } from '../../time/zone.ts'
import type { Condition, RangeBound, RangeCondition } from '../query/query.ts'
import { patternTest } from './pattern-test.ts'
import { wordTest } from './word-test.ts'

/** Whether the values of one type fulfil a condition. */
export interface ValueTest {
  readonly matches: (text: string) => boolean
  /** The only text that matches. */
  readonly equals?: string
  /** Of a text field: lower-cased words, of which all or one must be there for a match. */
  readonly words?: {
    readonly list: readonly string[]
    readonly mode: 'all' | 'any'
    /** A value with these words matches; nothing else is to be looked at. */
    readonly isExact: boolean
  }
  /** Of a text field: lower-cased ASCII that is part of a word of every match. */
  readonly literal?: string
  /** All values of a document's field count together, as if they were one text. */
  readonly joinsValues?: boolean
  /** Of a date field: the nanoseconds since 1970 that match, both ends included. */
  readonly between?: readonly [bigint, bigint]
}

export interface TestContext {
  readonly nowMs: number
}

const NOTHING: ValueTest = { matches: () => false }
const ANYTHING: ValueTest = { matches: () => true }
const FIRST_NS = -(2n ** 80n)
const LAST_NS = 2n ** 80n

/** @throws ElasticsearchError for a value that the type cannot have */
export function createTest(condition: Condition, type: FieldType, context: TestContext): ValueTest {
  if (condition.kind === 'exists') return type.family === 'keyword' ? withinLimit(type, ANYTHING) : existsTest(type)
  switch (type.family) {
    case 'text':
      return wordTest(condition) ?? NOTHING
    case 'keyword':
      return withinLimit(type, textTest(condition))
    case 'constant':
      return textTest(condition)
    case 'boolean':
      return booleanTest(condition)
    case 'number':
      return numberTest(condition, type)
    case 'date':
      return dateTest(condition, type, context)
  }
}

function existsTest(type: FieldType): ValueTest {
  if (type.family === 'number') return { matches: (text) => numberValue(type, text) !== undefined }
  if (type.family === 'date') return { matches: (text) => dateValue(type, text) !== undefined }
  if (type.family === 'boolean') return { matches: (text) => text === 'true' || text === 'false' || text === '' }
  return ANYTHING
}

/** Values beyond `ignore_above` are not found. */
function withinLimit({ ignoreAbove }: KeywordType, test: ValueTest): ValueTest {
  if (test.equals !== undefined) return test.equals.length <= ignoreAbove ? test : NOTHING
  return { ...test, matches: (text) => text.length <= ignoreAbove && test.matches(text) }
}

function textTest(condition: Condition): ValueTest {
  switch (condition.kind) {
    case 'term': {
      if (!condition.caseInsensitive) return equalTo(condition.value)
      const lower = condition.value.toLowerCase()
      return { matches: (text) => text.toLowerCase() === lower }
    }
    case 'terms':
      return { matches: (text) => condition.values.has(text) }
    case 'match':
      return equalTo(condition.text)
    case 'phrase':
      return condition.isPrefix ? { matches: (text) => text.startsWith(condition.text) } : equalTo(condition.text)
    case 'range': {
      const { from, to } = condition
      return {
        matches: (text) =>
          (from === undefined || text > from.value || (from.inclusive && text === from.value)) &&
          (to === undefined || text < to.value || (to.inclusive && text === to.value)),
      }
    }
    case 'exists':
      return ANYTHING
    default:
      return { matches: patternTest(condition) }
  }
}

function equalTo(value: string): ValueTest {
  return { matches: (text) => text === value, equals: value }
}

/** The values that a condition of equality names. */
function wanted(condition: Condition): readonly string[] | undefined {
  if (condition.kind === 'term') return [condition.value]
  if (condition.kind === 'terms') return [...condition.values]
  return condition.kind === 'match' || condition.kind === 'phrase' ? [condition.text] : undefined
}

function unsupported(condition: Condition, type: FieldType): Error {
  return illegalArgument(
    `Can only use ${condition.kind} queries on keyword and text fields - not on a field of type [${type.name}]`,
  )
}

function booleanTest(condition: Condition): ValueTest {
  const values = wanted(condition)
  if (values === undefined) {
    if (condition.kind !== 'range')
      throw unsupported(condition, { family: 'boolean', name: 'boolean', ignoreMalformed: true })
    const { from, to } = condition
    const allowed: string[] = ['false', 'true'].filter(
      (value) =>
        (from === undefined || value > from.value || (from.inclusive && value === from.value)) &&
        (to === undefined || value < to.value || (to.inclusive && value === to.value)),
    )
    return { matches: (text) => allowed.includes(text === '' ? 'false' : text) }
  }
  const booleans: string[] = values.map((value) => {
    if (value !== 'true' && value !== 'false' && value !== '')
      throw queryError(`Can't parse boolean value [${value}], expected [true] or [false]`)
    return value === 'true' ? 'true' : 'false'
  })
  return { matches: (text) => booleans.includes(text === '' ? 'false' : text) }
}

function numberTest(condition: Condition, type: NumberType): ValueTest {
  const values = wanted(condition)
  if (values !== undefined) {
    const numbers = new Set<number | bigint>(values.map((value) => requireNumber(value, type)))
    return { matches: (text) => numbers.has(numberValue(type, text)!) }
  }
  if (condition.kind !== 'range') throw unsupported(condition, type)
  const from = condition.from === undefined ? undefined : requireNumber(condition.from.value, type)
  const to = condition.to === undefined ? undefined : requireNumber(condition.to.value, type)
  const [fromInclusive, toInclusive] = [condition.from?.inclusive, condition.to?.inclusive]
  return {
    matches(text) {
      const value = numberValue(type, text)
      if (value === undefined) return false
      if (from !== undefined && !(fromInclusive === true ? value >= from : value > from)) return false
      return to === undefined || (toInclusive === true ? value <= to : value < to)
    },
  }
}

function requireNumber(text: string, type: NumberType): number | bigint {
  const value = parseNumber(text)
  if (value === undefined) {
    throw queryError(`For input string: "${text}", a value for a field of type [${type.name}]`)
  }
  return value
}

function dateTest(condition: Condition, type: DateType, context: TestContext): ValueTest {
  const values = wanted(condition)
  if (values === undefined && condition.kind !== 'range') throw unsupported(condition, type)
  const ranges =
    values === undefined
      ? [timeRange(condition as RangeCondition, type, context)]
      : values.map((value) => {
          const bound: RangeBound = { value, inclusive: true }
          return timeRange({ kind: 'range', from: bound, to: bound, format: undefined, zone: UTC }, type, context)
        })
  const matches = (text: string) => {
    const ns = dateValue(type, text)
    return ns !== undefined && ranges.some(([from, to]) => ns >= from && ns <= to)
  }
  return ranges.length === 1 ? { matches, between: ranges[0]! } : { matches }
}

/** The nanoseconds since 1970 that a range of dates covers, both ends included. */
function timeRange(
  { from, to, format, zone }: RangeCondition,
  type: DateType,
  { nowMs }: TestContext,
): readonly [bigint, bigint] {
  const formats = (format === undefined ? undefined : parseDateFormats(format)) ?? type.formats
  const at = (value: string, roundUp: boolean) => requireDate(value, { formats, zone, nowMs, roundUp }, type)
  const first = from === undefined ? FIRST_NS : from.inclusive ? at(from.value, false) : at(from.value, true) + 1n
  const last = to === undefined ? LAST_NS : to.inclusive ? at(to.value, true) : at(to.value, false) - 1n
  return [first, last]
}

function requireDate(
  text: string,
  reading: { formats: readonly DateFormat[]; zone: Zone; nowMs: number; roundUp: boolean },
  type: DateType,
): bigint {
  const ns = parseDateMath(text, reading)
  if (ns === undefined)
    throw new ElasticsearchError(
      400,
      'parse_exception',
      `failed to parse date field [${text}] for a field of type [${type.name}]`,
    )
  return ns
}
