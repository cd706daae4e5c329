import { compareUtf8 } from '#lib/labels.ts'
import type { Run } from '../exec/run.ts'
import { CallError, type TemplateFunction } from '../exec/template-function.ts'
import { sprint, sprintf } from '../format/printf.ts'
import { GoTime } from '../time/go-time.ts'
import {
  GoFunction,
  GoMap,
  GoObject,
  GoSlice,
  GoStruct,
  integerOf,
  REFLECTED,
  textOf,
  typeName,
  typeOf,
  type Value,
} from '../value/value.ts'

type Basic = boolean | string | bigint | number

/** What Go compares: booleans, integers, floats and texts, whatever they are called. */
function basicOf(value: Value): Basic | undefined {
  if (typeof value === 'boolean' || typeof value === 'number') return value
  return textOf(value) ?? integerOf(value)
}

function refuse(a: Value, b: Value): never {
  throw new CallError(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`)
}

function isEqual(a: Value, b: Value, run: Run): boolean {
  const basicA = basicOf(a)
  const basicB = basicOf(b)
  if (typeof basicA !== typeof basicB) return a === null || b === null ? false : refuse(a, b)
  if (basicA !== undefined) return basicA === basicB
  if (a === null || b === null) return a === b
  if (typeOf(a)?.kind !== typeOf(b)?.kind) {
    const shown = sprint([b], { charge: run.account() })
    throw new CallError(`non-comparable types ${asText(a, run)}: ${typeName(a)}, ${typeName(b)}: ${shown}`)
  }
  if (!isComparable(b)) {
    throw new CallError(`non-comparable type ${asText(b, run)}: ${typeName(b)}`)
  }
  return isSame(a, b)
}

/** As `%s` prints it, notes about what is no text among them. */
function asText(value: Value, run: Run): string {
  return sprintf('%s', [value], { charge: run.account() })
}

function isComparable(value: Value): boolean {
  if (value instanceof GoMap || value instanceof GoSlice || value instanceof GoFunction) return false
  return !(value instanceof GoStruct) || Object.values(value.fields).every(isComparable)
}

function isSame(a: Value, b: Value): boolean {
  if (a instanceof GoTime && b instanceof GoTime) {
    return a.unixNanos === b.unixNanos && a.zone.name === b.zone.name
  }
  if (a instanceof GoStruct && b instanceof GoStruct) {
    return a.type === b.type && Object.entries(a.fields).every(([name, value]) => isSame(value, b.fields[name] ?? null))
  }
  return a instanceof GoObject && b instanceof GoObject && basicOf(a) !== undefined
    ? a.type === b.type && basicOf(a) === basicOf(b)
    : a === b
}

function isLess(a: Value, b: Value): boolean {
  const basicA = basicOf(a)
  const basicB = basicOf(b)
  if (basicA === undefined || basicB === undefined) throw new CallError('invalid type for comparison')
  if (typeof basicA !== typeof basicB) return refuse(a, b)
  if (typeof basicA === 'boolean') throw new CallError('invalid type for comparison')
  if (typeof basicA === 'string') return compareUtf8(basicA, String(basicB)) < 0
  // Both are of one type, as said above.
  return typeof basicA === 'bigint' ? basicA < BigInt(basicB) : basicA < Number(basicB)
}

function isLessOrEqual(a: Value, b: Value, run: Run): boolean {
  return isLess(a, b) || isEqual(a, b, run)
}

function comparison(holds: (a: Value, b: Value, run: Run) => boolean): TemplateFunction {
  return { parameters: [REFLECTED, REFLECTED], call: ([a = null, b = null], run) => holds(a, b, run) }
}

/** `eq ne lt le gt ge`. */
export const COMPARISONS: readonly (readonly [string, TemplateFunction])[] = [
  [
    'eq',
    {
      parameters: [REFLECTED, REFLECTED],
      variadic: true,
      call: ([first = null, ...others], run) => {
        if (others.length === 0) throw new CallError('missing argument for comparison')
        return others.some((other) => isEqual(first, other, run))
      },
    },
  ],
  ['ne', comparison((a, b, run) => !isEqual(a, b, run))],
  ['lt', comparison(isLess)],
  ['le', comparison(isLessOrEqual)],
  ['gt', comparison((a, b, run) => !isLessOrEqual(a, b, run))],
  ['ge', comparison((a, b) => !isLess(a, b))],
]
