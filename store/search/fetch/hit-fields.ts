import type { Block } from '../../block/block.ts'
import { dateValue, type FieldType } from '../../mapping/field-type.ts'
import type { Mapping } from '../../mapping/mapping.ts'
import { FieldColumns, type TypedColumn } from '../evaluate/typed-column.ts'
import type { FieldFormat } from '../request/field-format.ts'
import { formatDate } from '../sort/sort-value.ts'

/** Reads the values that `fields` and `docvalue_fields` ask for, for hits of one index. */
export class HitFields {
  readonly #wanted: readonly { readonly columns: FieldColumns; readonly format: FieldFormat }[]

  constructor(formats: readonly FieldFormat[], mapping: Mapping) {
    this.#wanted = formats.map((format) => ({
      format,
      columns: new FieldColumns(mapping, format.field.name, format.field.isPattern),
    }))
  }

  /** JSON of the `fields` of a hit, or undefined if there are none. */
  read(block: Block, row: number): string | undefined {
    const values = new Map<string, string[]>()
    for (const { columns, format } of this.#wanted) {
      const { name, isPattern } = format.field
      const found = new Map<string, string[]>()
      if (columns.constant !== undefined) found.set(name, [JSON.stringify(columns.constant)])
      for (const typed of columns.in(block)) {
        const key = isPattern ? typed.column.leaf.path : name
        const list = found.get(key) ?? []
        readValues(typed, row, format.format, list)
        if (list.length > 0) found.set(key, list)
      }
      for (const [key, list] of found) values.set(key, list)
    }
    if (values.size === 0) return undefined
    return `{${[...values].map(([key, list]) => `${JSON.stringify(key)}:[${list.join(',')}]`).join(',')}}`
  }
}

function readValues(typed: TypedColumn, row: number, format: string | undefined, into: string[]): void {
  const { column } = typed
  const end = column.firstValue(row + 1)
  for (let place = column.firstValue(row); place < end; place++) {
    const text = column.value(place)
    const type = typed.typeOf(text)
    if (type !== undefined) into.push(printValue(text, type, column.leaf.kind === 'string', format))
  }
}

function printValue(text: string, type: FieldType, isString: boolean, format: string | undefined): string {
  if (type.family === 'date') {
    const ns = dateValue(type, text)
    return JSON.stringify(ns === undefined ? text : formatDate(ns, format, type.name === 'date_nanos'))
  }
  const isText = type.family === 'keyword' || type.family === 'text'
  return isString || isText ? JSON.stringify(text) : text
}
