/** What kinds of Go types there are, as far as templates can tell. */
type Kind = 'bool' | 'int' | 'uint' | 'float' | 'string' | 'slice' | 'map' | 'struct' | 'pointer' | 'func' | 'interface'

/** A Go type. Types are compared by identity. */
export interface GoType {
  /** As `%T` prints it. */
  readonly name: string
  readonly kind: Kind
  /** What a named list or map type is made of: its values may be given where that is asked for. */
  readonly underlying?: string
  /** Of a list, map or pointer. */
  readonly elem?: GoType
  /** Of a struct, in order. */
  readonly fields?: readonly string[]
  /** What the fields of a struct are called in JSON, where that is another name. */
  readonly jsonNames?: Readonly<Record<string, string>>
  readonly methods?: ReadonlyMap<string, Method>
  /** Go's `String` method, which printing calls. */
  readonly text?: (value: Value) => string
  /** Go's `GoString` method, which `%#v` calls. */
  readonly goText?: (value: Value) => string
}

/** What a function or method takes. */
export interface Signature {
  readonly parameters: readonly GoType[]
  /** The last parameter is there any number of times. */
  readonly variadic?: boolean
}

export interface Method extends Signature {
  /** The charge is told of the length of what is made, where that can be much, before it is. */
  readonly call: (receiver: Value, args: readonly Value[], charge: (length: number) => void) => Value
}

/** A value of a type that JavaScript has no twin of. */
export abstract class GoObject {
  readonly type: GoType

  protected constructor(type: GoType) {
    this.type = type
  }
}

/**
 * A Go value: nil, a bool, a `string`, an `int` (bigint), a `float64` (number), or an object that knows its type.
 * Strings are bytes in Go; here they are texts, and functions that count bytes count those of their UTF-8.
 */
export type Value = null | boolean | string | bigint | number | GoObject

/** An integer of another type than `int`, such as a duration. */
export class GoInteger extends GoObject {
  readonly value: bigint

  constructor(type: GoType, value: bigint) {
    super(type)
    this.value = value
  }
}

/** A text of another type than `string`, such as `template.HTML`. */
export class GoString extends GoObject {
  readonly value: string

  constructor(type: GoType, value: string) {
    super(type)
    this.value = value
  }
}

export class GoSlice extends GoObject {
  readonly items: readonly Value[]

  constructor(type: GoType, items: readonly Value[]) {
    super(type)
    this.items = items
  }
}

/** A map with texts for keys, which are in the order of their bytes. */
export class GoMap extends GoObject {
  readonly entries: ReadonlyMap<string, Value>

  constructor(type: GoType, sorted: ReadonlyMap<string, Value>) {
    super(type)
    this.entries = sorted
  }
}

export class GoStruct extends GoObject {
  readonly fields: Readonly<Record<string, Value>>

  constructor(type: GoType, fields: Readonly<Record<string, Value>>) {
    super(type)
    this.fields = fields
  }
}

export class GoPointer extends GoObject {
  readonly target: GoObject

  constructor(type: GoType, target: GoObject) {
    super(type)
    this.target = target
  }
}

export class GoFunction extends GoObject implements Signature {
  readonly parameters: readonly GoType[]
  readonly variadic: boolean
  readonly call: (args: readonly Value[]) => Value

  constructor(type: GoType, { parameters, variadic = false, call }: Signature & Pick<GoFunction, 'call'>) {
    super(type)
    this.parameters = parameters
    this.variadic = variadic
    this.call = call
  }
}

export const BOOL: GoType = { name: 'bool', kind: 'bool' }
export const INT: GoType = { name: 'int', kind: 'int' }
export const INT64: GoType = { name: 'int64', kind: 'int' }
export const UINT8: GoType = { name: 'uint8', kind: 'uint' }
export const FLOAT64: GoType = { name: 'float64', kind: 'float' }
export const STRING: GoType = { name: 'string', kind: 'string' }
/** Takes any value. */
export const ANY: GoType = { name: 'interface {}', kind: 'interface' }
/** What built-in functions take: any value, and they say themselves what is wrong with it. */
export const REFLECTED: GoType = { name: 'reflect.Value', kind: 'interface' }
export const STRINGS: GoType = { name: '[]string', kind: 'slice', underlying: '[]string', elem: STRING }
export const ANYS: GoType = { name: '[]interface {}', kind: 'slice', underlying: '[]interface {}', elem: ANY }
export const ANY_MAP: GoType = {
  name: 'map[string]interface {}',
  kind: 'map',
  underlying: 'map[string]interface {}',
  elem: ANY,
}

/** Undefined of nil. */
export function typeOf(value: Value): GoType | undefined {
  switch (typeof value) {
    case 'string':
      return STRING
    case 'bigint':
      return INT
    case 'boolean':
      return BOOL
    case 'number':
      return FLOAT64
    default:
      return value?.type
  }
}

/** As error messages name the type. */
export function typeName(value: Value): string {
  return typeOf(value)?.name ?? '<nil>'
}

/** The text of any kind of string, or undefined. */
export function textOf(value: Value): string | undefined {
  if (typeof value === 'string') return value
  return value instanceof GoString ? value.value : undefined
}

/** The number of any kind of integer, or undefined. */
export function integerOf(value: Value): bigint | undefined {
  if (typeof value === 'bigint') return value
  return value instanceof GoInteger ? value.value : undefined
}

/** What a pointer points at; any other value as it is. */
export function indirect(value: Value): Value {
  return value instanceof GoPointer ? value.target : value
}

/** Whether a value of one type may be given where another is asked for. */
export function isAssignable(type: GoType, target: GoType): boolean {
  if (type === target || target.kind === 'interface') return true
  const oneHasNoName = type.name === type.underlying || target.name === target.underlying
  return oneHasNoName && type.underlying !== undefined && type.underlying === target.underlying
}
