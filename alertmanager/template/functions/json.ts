import { CallError } from '../exec/template-function.ts'
import { GoTime } from '../time/go-time.ts'
import {
  GoFunction,
  GoInteger,
  GoMap,
  type GoObject,
  GoPointer,
  GoSlice,
  GoString,
  GoStruct,
  typeName,
  type Value,
} from '../value/value.ts'

const RFC3339_NANO = '2006-01-02T15:04:05.999999999Z07:00'
const MAX_DEPTH = 100

/** Writes a value as Go's encoding/json does, `<`, `>` and `&` escaped. The charge is told of every piece. */
export function toJson(value: Value, charge: (length: number) => void, depth = 0): string {
  if (depth > MAX_DEPTH) throw new CallError(`json: unsupported value: more than ${MAX_DEPTH} levels`)
  const text = value === null || typeof value !== 'object' ? writeBasic(value) : undefined
  charge(text?.length ?? 2)
  return text ?? writeObject(value as GoObject, (inner) => toJson(inner, charge, depth + 1))
}

function writeBasic(value: null | boolean | string | bigint | number): string {
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'number' && !Number.isFinite(value)) {
    const name = Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
    throw new CallError(`json: unsupported value: ${name}`)
  }
  return Object.is(value, -0) ? '-0' : String(value)
}

function writeObject(value: GoObject, write: (inner: Value) => string): string {
  if (value instanceof GoString) return quote(value.value)
  if (value instanceof GoInteger) return String(value.value)
  if (value instanceof GoTime) return quote(value.format(RFC3339_NANO))
  if (value instanceof GoPointer) return write(value.target)
  if (value instanceof GoSlice) return `[${value.items.map(write).join(',')}]`
  if (value instanceof GoMap) {
    return `{${[...value.entries].map(([key, item]) => `${write(key)}:${write(item)}`).join(',')}}`
  }
  if (value instanceof GoStruct) {
    const { fields = [], jsonNames = {} } = value.type
    return `{${fields.map((name) => `${write(jsonNames[name] ?? name)}:${write(value.fields[name] ?? null)}`).join(',')}}`
  }
  if (value instanceof GoFunction) throw new CallError(`json: unsupported type: ${typeName(value)}`)
  return '{}'
}

function quote(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(
    /[<>&\u2028\u2029]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
