import { CallError, type TemplateFunction } from '../exec/template-function.ts'
import {
  GoInteger,
  GoMap,
  GoSlice,
  GoString,
  indirect,
  integerOf,
  REFLECTED,
  textOf,
  typeName,
  UINT8,
  type Value,
} from '../value/value.ts'
import { zeroOf } from '../value/zero.ts'

function positionOf(index: Value, capacity: number): number {
  const position = integerOf(index)
  if (index === null) throw new CallError('cannot index slice/array with nil')
  if (position === undefined) throw new CallError(`cannot index slice/array with type ${typeName(index)}`)
  if (position < 0n || position > BigInt(capacity)) throw new CallError(`index out of range: ${position}`)
  return Number(position)
}

/** What Go's runtime says where the index is the length itself. */
function beyond(kind: 'slice' | 'string'): never {
  throw new CallError(`reflect: ${kind} index out of range`)
}

function elementOf(item: Value, index: Value): Value {
  if (item instanceof GoSlice) {
    const element = item.items[positionOf(index, item.items.length)]
    return element === undefined ? beyond('slice') : element
  }
  if (item instanceof GoMap) {
    const key = textOf(index)
    if (index === null) throw new CallError('value is nil; should be of type string')
    if (key === undefined || index instanceof GoString) {
      throw new CallError(`value has type ${typeName(index)}; should be string`)
    }
    const value = item.entries.get(key)
    return value === undefined ? zeroOf(item.type.elem) : value
  }
  const text = textOf(item)
  if (text === undefined) throw new CallError(`can't index item of type ${typeName(item)}`)
  const bytes = Buffer.from(text)
  const byte = bytes[positionOf(index, bytes.length)]
  return byte === undefined ? beyond('string') : new GoInteger(UINT8, BigInt(byte))
}

function elementAt([item = null, ...indexes]: readonly Value[]): Value {
  if (item === null) throw new CallError('index of untyped nil')
  return indexes.reduce<Value>((value, index) => {
    if (value === null) throw new CallError('index of nil pointer')
    return elementOf(indirect(value), index)
  }, item)
}

function sliceOf([given = null, ...indexes]: readonly Value[]): Value {
  const item = indirect(given)
  if (item === null) throw new CallError('slice of untyped nil')
  if (indexes.length > 3) throw new CallError(`too many slice indexes: ${indexes.length}`)
  const text = textOf(item)
  if (text !== undefined && indexes.length === 3) throw new CallError('cannot 3-index slice a string')
  if (text === undefined && !(item instanceof GoSlice)) {
    throw new CallError(`can't slice item of type ${typeName(item)}`)
  }
  const bytes = text === undefined ? undefined : Buffer.from(text)
  const length = bytes?.length ?? (item instanceof GoSlice ? item.items.length : 0)
  const [from = 0, to = length, capacity = length] = indexes.map((index) => positionOf(index, length))
  if (from > to) throw new CallError(`invalid slice index: ${from} > ${to}`)
  if (to > capacity) throw new CallError(`invalid slice index: ${to} > ${capacity}`)
  if (item instanceof GoSlice) return new GoSlice(item.type, item.items.slice(from, to))
  const part = bytes!.toString('utf8', from, to)
  return item instanceof GoString ? new GoString(item.type, part) : part
}

function lengthOf([given = null]: readonly Value[]): Value {
  const item = indirect(given)
  if (item === null) throw new CallError('len of nil pointer')
  if (item instanceof GoSlice) return BigInt(item.items.length)
  if (item instanceof GoMap) return BigInt(item.entries.size)
  const text = textOf(item)
  if (text === undefined) throw new CallError(`len of type ${typeName(item)}`)
  return BigInt(Buffer.byteLength(text))
}

/** `index slice len`. */
export const INDEXING: readonly (readonly [string, TemplateFunction])[] = [
  ['index', { parameters: [REFLECTED, REFLECTED], variadic: true, call: elementAt }],
  ['slice', { parameters: [REFLECTED, REFLECTED], variadic: true, call: sliceOf }],
  ['len', { parameters: [REFLECTED], call: lengthOf }],
]
