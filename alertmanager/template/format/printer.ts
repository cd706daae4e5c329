import {
  GoFunction,
  GoInteger,
  GoMap,
  GoObject,
  GoPointer,
  GoSlice,
  GoString,
  GoStruct,
  typeName,
  typeOf,
  type Value,
} from '../value/value.ts'
import { type Flags, noFlags, pad } from './flags.ts'
import { formatFloat } from './float.ts'
import { formatInteger } from './integer.ts'
import { padFloat } from './pad-float.ts'
import { formatText } from './text.ts'

/** Values within values; more than that only a template that sets out to hurt has. */
const MAX_DEPTH = 100

export interface PrinterOptions {
  /** Told of every piece, before it is kept; throws when that is too much. */
  readonly charge: (length: number) => void
}

const FLOAT_PRECISION: Readonly<Record<string, number>> = {
  f: 6,
  F: 6,
  e: 6,
  E: 6,
  g: -1,
  G: -1,
  x: -1,
  X: -1,
  b: -1,
  v: -1,
}

/** Prints values as Go's fmt does. */
export class Printer {
  flags: Flags = noFlags()
  readonly #charge: (length: number) => void
  #text = ''
  #depth = 0
  /** Within the note about a wrong verb, where methods are not called. */
  #erroring = false

  constructor({ charge }: PrinterOptions) {
    this.#charge = charge
  }

  get text(): string {
    return this.#text
  }

  write(text: string): void {
    this.#charge(text.length)
    this.#text += text
  }

  /** Prints an argument for a verb, under the flags that are set. */
  print(value: Value, verb: string): void {
    if (value === null) {
      if (verb === 'T' || verb === 'v') this.#pad('<nil>')
      else this.#badVerb(value, verb)
    } else if (verb === 'T') this.#formatted(formatText(typeName(value), 's', this.flags), value, verb)
    else if (verb === 'p') this.#address(value, verb)
    else if (!this.#callsMethod(value, verb)) this.#value(value, verb, 0)
  }

  #pad(text: string): void {
    this.#chargeWidth()
    this.write(pad(text, this.flags))
  }

  #chargeWidth(): void {
    this.#charge(Math.max(this.flags.width ?? 0, this.flags.precision ?? 0))
  }

  #formatted(text: string | undefined, value: Value, verb: string): void {
    if (text === undefined) this.#badVerb(value, verb)
    else this.write(text)
  }

  #badVerb(value: Value, verb: string): void {
    this.#erroring = true
    this.write(`%!${verb}(`)
    if (value === null) this.write('<nil>')
    else {
      this.write(`${typeName(value)}=`)
      this.print(value, 'v')
    }
    this.write(')')
    this.#erroring = false
  }

  /** Whether the value has a method that says how it prints, for this verb. */
  #callsMethod(value: Value, verb: string): boolean {
    if (this.#erroring) return false
    if (verb === 'w') {
      this.#badVerb(value, verb)
      return true
    }
    const type = typeOf(value)
    if (this.flags.sharpV) {
      if (type?.goText === undefined) return false
      this.#chargeWidth()
      this.write(formatText(type.goText(value), 's', this.flags)!)
      return true
    }
    if (type?.text === undefined || !'vsxXq'.includes(verb)) return false
    this.#chargeWidth()
    this.write(formatText(type.text(value), verb, this.flags)!)
    return true
  }

  #value(value: Value, verb: string, depth: number): void {
    if (depth > 0 && this.#callsMethod(value, verb)) return
    if (++this.#depth > MAX_DEPTH) this.#charge(Number.POSITIVE_INFINITY)
    if (value instanceof GoSlice) this.#slice(value, verb, depth)
    else if (value instanceof GoMap) this.#map(value, verb, depth)
    else if (value instanceof GoStruct) this.#struct(value, verb, depth)
    else if (value instanceof GoPointer && depth === 0) {
      this.write('&')
      this.#value(value.target, verb, depth + 1)
    } else if (value instanceof GoPointer || value instanceof GoFunction) this.#address(value, verb)
    else this.#basic(value, verb)
    this.#depth--
  }

  #basic(value: Value, verb: string): void {
    this.#chargeWidth()
    if (value === null) this.write(this.flags.sharpV ? 'interface {}(nil)' : '<nil>')
    else if (!(value instanceof GoObject) || value instanceof GoInteger || value instanceof GoString) {
      this.#formatted(this.#formatBasic(value, verb), value, verb)
    } else this.write(`%!${verb}(${typeName(value)})`)
  }

  /** Undefined if the verb is not for such values. */
  #formatBasic(value: boolean | string | bigint | number | GoInteger | GoString, verb: string): string | undefined {
    switch (typeof value) {
      case 'boolean':
        return verb === 't' || verb === 'v' ? pad(String(value), this.flags) : undefined
      case 'string':
        return formatText(value, verb, this.flags)
      case 'bigint':
        return formatInteger(value, verb, this.flags, false)
      case 'number':
        return this.#formatFloat(value, verb)
    }
    if (value instanceof GoString) return formatText(value.value, verb, this.flags)
    return formatInteger(value.value, verb, this.flags, value.type.kind === 'uint')
  }

  #formatFloat(value: number, verb: string): string | undefined {
    const standard = FLOAT_PRECISION[verb]
    if (standard === undefined) return undefined
    const form = verb === 'v' ? 'g' : verb === 'F' ? 'f' : verb
    const precision = this.flags.precision ?? standard
    return padFloat(formatFloat(value, form, precision), form, precision, this.flags)
  }

  /** Addresses mean nothing here; what stands for them is the same each time. */
  #address(value: Value, verb: string): void {
    const isReference =
      value instanceof GoPointer || value instanceof GoFunction || value instanceof GoMap || value instanceof GoSlice
    if (!isReference || !'vpbodxX'.includes(verb)) this.#badVerb(value, verb)
    else if (this.flags.sharpV && verb === 'v') this.write(`(${typeName(value)})(0xc000000000)`)
    else this.#pad('0xc000000000')
  }

  #slice({ items, type }: GoSlice, verb: string, depth: number): void {
    const { sharpV } = this.flags
    this.write(sharpV ? `${type.name}{` : '[')
    for (const [index, item] of items.entries()) {
      if (index > 0) this.write(sharpV ? ', ' : ' ')
      this.#value(item, verb, depth + 1)
    }
    this.write(sharpV ? '}' : ']')
  }

  #map({ entries, type }: GoMap, verb: string, depth: number): void {
    const { sharpV } = this.flags
    this.write(sharpV ? `${type.name}{` : 'map[')
    let first = true
    for (const [key, value] of entries) {
      if (!first) this.write(sharpV ? ', ' : ' ')
      first = false
      this.#value(key, verb, depth + 1)
      this.write(':')
      this.#value(value, verb, depth + 1)
    }
    this.write(sharpV ? '}' : ']')
  }

  #struct({ fields, type }: GoStruct, verb: string, depth: number): void {
    const { sharpV, plusV } = this.flags
    this.write(sharpV ? `${type.name}{` : '{')
    for (const [index, name] of (type.fields ?? []).entries()) {
      if (index > 0) this.write(sharpV ? ', ' : ' ')
      if (sharpV || plusV) this.write(`${name}:`)
      this.#value(fields[name] ?? null, verb, depth + 1)
    }
    this.write('}')
  }
}
