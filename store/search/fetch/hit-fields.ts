import type { Block } from '../../block/block.ts'
import { illegalArgument } from '../../elasticsearch-error.ts'
import { parseExact, printExact } from '../../json/exact.ts'
import { dateValue, type FieldType, numberValue } from '../../mapping/field-type.ts'
import { isObject } from '../../mapping/json-object.ts'
import type { Mapping } from '../../mapping/mapping.ts'
import { compareValues, type Value } from '../evaluate/field-values.ts'
import { FieldColumns, type TypedColumn } from '../evaluate/typed-column.ts'
import type { FieldFormat } from '../request/field-format.ts'
import { formatDate } from '../sort/sort-value.ts'
import { FieldNames } from './field-names.ts'

/** A value of a field: what it is sorted by, and its JSON. */
interface FieldValue {
  readonly key: Value
  readonly json: string
}

/** Reads the values that `fields` and `docvalue_fields` ask for, for hits of one index. */
export class HitFields {
  readonly #wanted: readonly { readonly names: FieldNames; readonly format: FieldFormat }[]
  readonly #columns = new Map<string, FieldColumns>()
  readonly #mapping: Mapping

  /** @throws ElasticsearchError for `docvalue_fields` of a text field */
  constructor(formats: readonly FieldFormat[], mapping: Mapping) {
    this.#mapping = mapping
    this.#wanted = formats.map((format) => ({ format, names: new FieldNames(mapping, format.field) }))
    for (const { field, isSorted } of formats) {
      const type = mapping.named.get(field.name)
      if (isSorted && typeof type === 'object' && type.family === 'text')
        throw illegalArgument(
          `Text fields are not optimised for operations that require per-document field data like aggregations and sorting, so these operations are disabled by default. Please use a keyword field instead. Field [${field.name}]`,
        )
    }
  }

  /** JSON of the `fields` of a hit, or undefined if there are none. */
  read(block: Block, row: number): string | undefined {
    const values = new Map<string, string>()
    for (const { names, format } of this.#wanted) {
      for (const name of names.in(block)) {
        const list = this.#mapping.isFlattened(name)
          ? readWhole(block, row, name)
          : this.#valuesOf(block, row, name, format)
        if (list.length > 0) values.set(name, `${JSON.stringify(name)}:[${list.join(',')}]`)
      }
    }
    return values.size === 0 ? undefined : `{${[...values.values()].join(',')}}`
  }

  #valuesOf(block: Block, row: number, name: string, { format, isSorted }: FieldFormat): string[] {
    let columns = this.#columns.get(name)
    if (columns === undefined) {
      columns = new FieldColumns(this.#mapping, name, false)
      this.#columns.set(name, columns)
    }
    if (columns.constant !== undefined) return [JSON.stringify(columns.constant)]
    const found: FieldValue[] = []
    for (const typed of columns.in(block)) readValues(typed, row, format, found)
    if (!isSorted) return found.map(({ json }) => json)
    // As they lie in columns upstream: in their order, and of equal texts one.
    found.sort((a, b) => compareValues(a.key, b.key))
    return found
      .filter(({ key }, place) => typeof key !== 'string' || key !== found[place - 1]?.key)
      .map(({ json }) => json)
  }
}

function readValues(typed: TypedColumn, row: number, format: string | undefined, into: FieldValue[]): void {
  const { column } = typed
  const end = column.firstValue(row + 1)
  for (let place = column.firstValue(row); place < end; place++) {
    const text = column.value(place)
    const type = typed.typeOf(text)
    const value = type === undefined ? undefined : fieldValue(text, type, format)
    if (value !== undefined) into.push(value)
  }
}

/** Undefined for a value that is kept and not found. */
function fieldValue(text: string, type: FieldType, format: string | undefined): FieldValue | undefined {
  switch (type.family) {
    case 'date': {
      const ns = dateValue(type, text)
      if (ns === undefined) return undefined
      return { key: ns, json: JSON.stringify(formatDate(ns, format, type.name === 'date_nanos')) }
    }
    case 'number': {
      const number = numberValue(type, text)
      return number === undefined ? undefined : { key: number, json: printExact(number) }
    }
    case 'boolean':
      return { key: Number(text === 'true'), json: String(text === 'true') }
    case 'keyword':
      return text.length > type.ignoreAbove ? undefined : { key: text, json: JSON.stringify(text) }
    default:
      return { key: text, json: JSON.stringify(text) }
  }
}

/** A flattened field is shown as the object that it is in the document. */
function readWhole(block: Block, row: number, path: string): string[] {
  const whole = valueAt(parseExact(block.sourceOf(row).toString('utf8')), path)
  return whole === undefined || whole === null ? [] : [printExact(withoutNulls(whole))]
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isObject(value)) return value
  const kept = Object.entries(value).filter(([, inner]) => inner !== null)
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutNulls(inner)]))
}

/** Dots of a path may be in keys or between objects. */
function valueAt(document: unknown, path: string): unknown {
  if (!isObject(document)) return undefined
  if (Object.hasOwn(document, path)) return document[path]
  for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
    const inner = valueAt(document[path.slice(0, dot)], path.slice(dot + 1))
    if (inner !== undefined) return inner
  }
  return undefined
}
