import type { BlockColumn } from '../../block/column.ts'
import type { Leaf } from '../../json/shape.ts'
import { TIME_PATHS } from '../../json/time-leaves.ts'
import { DYNAMIC_TEXT, type FieldType } from '../../mapping/field-type.ts'
import { simplePattern } from '../../mapping/json-object.ts'
import { type FieldSelector, type Mapping, matchTypeOf } from '../../mapping/mapping.ts'

/** What has columns: a block, or its summary. */
export interface ColumnSet<C extends NamedColumn> {
  readonly columns: readonly C[]
  /** The values of a path that are strings, or those that are not. */
  readonly column: (path: string, kind: 'string' | 'bare') => C | undefined
}

interface NamedColumn {
  readonly leaf: Leaf
}

/** A column of a block as a field of a query sees it. */
export class TypedColumn<C extends NamedColumn = BlockColumn> {
  readonly column: C
  /** The type of all values, or undefined if it depends on the value. */
  readonly type: FieldType | undefined
  readonly #mapping: Mapping
  #lastKind: string | undefined
  #lastType: FieldType | undefined

  constructor(column: C, mapping: Mapping, type: FieldType | undefined) {
    this.column = column
    this.#mapping = mapping
    this.type = type
  }

  /** The type of a value, or undefined if it is not to be found. */
  typeOf(text: string): FieldType | undefined {
    if (this.column.leaf.kind === 'string') return this.type
    if (text === 'null') return undefined
    return this.type ?? this.#typeOfBare(text)
  }

  /** A column's values are of few kinds, and each kind has one type: looking it up by path costs more than the value. */
  #typeOfBare(text: string): FieldType | undefined {
    const kind = matchTypeOf('bare', text)
    if (kind !== this.#lastKind) {
      this.#lastKind = kind
      this.#lastType = this.#mapping.typeOf(this.column.leaf, text)
    }
    return this.#lastType
  }
}

/** Finds the columns of a field in blocks of one index. */
export class FieldColumns {
  /** All documents have this value. */
  readonly constant: string | undefined
  readonly #mapping: Mapping
  readonly #selector: FieldSelector
  readonly #matches: ((path: string) => boolean) | undefined

  /** @param isPattern whether the name is a pattern of paths */
  constructor(mapping: Mapping, name: string, isPattern: boolean) {
    this.#mapping = mapping
    this.#selector = isPattern ? { paths: [] } : mapping.select(name)
    this.#matches = isPattern ? simplePattern(name) : undefined
    this.constant = this.#selector.constant
  }

  /** Whether the field may be one of times, in which words of times are not counted. */
  get mayBeTime(): boolean {
    return this.#matches !== undefined || this.#selector.paths.some(({ path }) => TIME_PATHS.has(path))
  }

  in<C extends NamedColumn>(block: ColumnSet<C>): TypedColumn<C>[] {
    const found: TypedColumn<C>[] = []
    if (this.#matches !== undefined) {
      for (const column of block.columns)
        if (this.#matches(column.leaf.path)) this.#add(found, column, undefined, false)
      return found
    }
    for (const { path, isPrefix, type, isKeywordTwin = false } of this.#selector.paths) {
      if (isPrefix) {
        for (const column of block.columns)
          if (column.leaf.path.startsWith(`${path}.`)) this.#add(found, column, type, false)
        continue
      }
      for (const kind of ['string', 'bare'] as const) {
        const column = block.column(path, kind)
        if (column !== undefined) this.#add(found, column, type, isKeywordTwin)
      }
    }
    return found
  }

  /** As {@link in}, for a name that may also be that of an object: all of its fields. */
  inWithObjects<C extends NamedColumn>(block: ColumnSet<C>): TypedColumn<C>[] {
    const found = this.in(block)
    if (found.length > 0 || this.#matches !== undefined) return found
    for (const { path } of this.#selector.paths) {
      for (const column of block.columns)
        if (column.leaf.path.startsWith(`${path}.`)) this.#add(found, column, undefined, false)
    }
    return found
  }

  #add<C extends NamedColumn>(found: TypedColumn<C>[], column: C, type: FieldType | undefined, isTwin: boolean): void {
    const { leaf } = column
    if (leaf.kind === 'string') {
      const own = this.#mapping.typeOf(leaf, '')
      if (own === undefined || (isTwin && own !== DYNAMIC_TEXT)) return
      found.push(new TypedColumn(column, this.#mapping, type ?? own))
    } else if (!isTwin) {
      found.push(new TypedColumn(column, this.#mapping, type))
    }
  }
}
