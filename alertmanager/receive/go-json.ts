/**
 * How Go's `encoding/json` reads a value: as it is, where null either clears what was read before (a pointer) or changes
 * nothing (a value); as a map, to whose keys those of a further one are added; as the items of a list; or as a struct,
 * whose members it also finds if upper and lower case differ.
 */
export type GoType =
  | 'value'
  | 'pointer'
  | 'map'
  | { readonly list: GoType }
  | { readonly struct: Readonly<Record<string, GoType>> }

interface Field {
  readonly name: string
  readonly type: GoType
  /** Unicode's simple case folding, as there. */
  readonly folded: RegExp
}

/**
 * Reads JSON as Go does: members of structs come under the names of their type, others are left out, and of one that
 * stands there several times the last one counts, whatever its case.
 *
 * @throws SyntaxError for what is no JSON
 */
export function parseAsGo(json: string, type: GoType): unknown {
  const value: unknown = JSON.parse(json)
  return typeof type === 'string' ? value : new GoReader(json).read(type)
}

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

const PUNCTUATION = new Set([COMMA, COLON, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT])
const WORD = /[\w.+-]+/y

/** Walks JSON that is known to be well-formed. */
class GoReader {
  readonly #json: string
  readonly #fields = new Map<GoType, readonly Field[]>()
  #at = 0

  constructor(json: string) {
    this.#json = json
  }

  read(type: GoType): unknown {
    const first = this.#peek()
    if (typeof type === 'object') {
      if ('list' in type && first === OPEN_LIST) return this.#list(type.list)
      if ('struct' in type && first === OPEN_OBJECT) return this.#struct(this.#fieldsOf(type))
    }
    const from = this.#at
    this.#skipValue()
    const written = this.#json.slice(from, this.#at)
    return first === QUOTE && !written.includes('\\') ? written.slice(1, -1) : JSON.parse(written)
  }

  #list(type: GoType): readonly unknown[] {
    const items: unknown[] = []
    while (this.#enter(CLOSE_LIST)) items.push(this.read(type))
    return items
  }

  #struct(fields: readonly Field[]): Readonly<Record<string, unknown>> {
    const found: Record<string, unknown> = {}
    while (this.#enter(CLOSE_OBJECT)) {
      const name = this.read('value') as string
      this.#peek()
      this.#at += 1
      const field = fields.find((one) => one.name === name) ?? fields.find(({ folded }) => folded.test(name))
      if (field === undefined) this.#skipValue()
      else found[field.name] = assigned(found[field.name], this.read(field.type), field.type)
    }
    return found
  }

  #fieldsOf(type: { readonly struct: Readonly<Record<string, GoType>> }): readonly Field[] {
    const known = this.#fields.get(type)
    if (known !== undefined) return known
    const fields = Object.entries(type.struct).map(([name, of]) => {
      return { name, type: of, folded: new RegExp(`^${name}$`, 'iu') }
    })
    this.#fields.set(type, fields)
    return fields
  }

  /** Passes what is before the next item; false at the end, which is passed too. */
  #enter(end: number): boolean {
    if (this.#peek() !== end) this.#at += 1
    if (this.#peek() !== end) return true
    this.#at += 1
    return false
  }

  #skipValue(): void {
    let depth = 0
    do {
      const unit = this.#peek()
      if (unit === OPEN_OBJECT || unit === OPEN_LIST) depth += 1
      else if (unit === CLOSE_OBJECT || unit === CLOSE_LIST) depth -= 1
      if (unit === QUOTE) this.#at = endOfText(this.#json, this.#at) + 1
      else if (PUNCTUATION.has(unit)) this.#at += 1
      else this.#skipWord()
    } while (depth > 0)
  }

  /** A number, true, false or null. */
  #skipWord(): void {
    WORD.lastIndex = this.#at
    WORD.test(this.#json)
    this.#at = WORD.lastIndex
  }

  /** The next unit that is no space. */
  #peek(): number {
    for (;;) {
      const unit = this.#json.charCodeAt(this.#at)
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return unit
      this.#at += 1
    }
  }
}

/** Where the quote stands that ends the text that begins at `from`. */
function endOfText(json: string, from: number): number {
  let end = json.indexOf('"', from + 1)
  while (json[end - 1] === '\\' && isEscaped(json, end)) end = json.indexOf('"', end + 1)
  return end
}

/** Whether an odd number of backslashes stands before it. */
function isEscaped(json: string, at: number): boolean {
  let from = at
  while (json[from - 1] === '\\') from -= 1
  return (at - from) % 2 === 1
}

function assigned(before: unknown, value: unknown, type: GoType): unknown {
  if (type === 'value') return value ?? before
  return type === 'map' && isObject(before) && isObject(value) ? { ...before, ...value } : value
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
