import type { Block } from '../../block/block.ts'
import { simplePattern } from '../../mapping/json-object.ts'
import type { Mapping } from '../../mapping/mapping.ts'
import { parentsOf } from '../../mapping/parse-mapping.ts'
import type { FieldName } from '../query/query.ts'

/** Finds the fields that a name or a pattern means, for hits of one index. */
export class FieldNames {
  readonly #field: FieldName
  readonly #matches: (path: string) => boolean
  readonly #mapping: Mapping
  readonly #named: readonly string[]
  readonly #flattened: ReadonlySet<string>

  constructor(mapping: Mapping, field: FieldName) {
    this.#field = field
    this.#mapping = mapping
    this.#matches = simplePattern(field.name)
    // A pattern finds aliases, multi-fields and short names as well.
    const paths = [...mapping.named.keys(), ...mapping.shortNames]
    this.#named = field.isPattern ? paths.filter((path) => this.#matches(path)) : []
    this.#flattened = new Set(paths.filter((path) => mapping.isFlattened(path)))
  }

  /** Names of fields; those that no mapping names only if the block has them. What is in a flattened field is no field. */
  in(block: Block): readonly string[] {
    if (!this.#field.isPattern) return [this.#field.name]
    const names = new Set(this.#named)
    for (const { leaf } of block.columns) {
      const { path } = leaf
      if (!this.#matches(path) || names.has(path) || parentsOf(path).some((parent) => this.#flattened.has(parent)))
        continue
      if (this.#mapping.typeOf(leaf, leaf.kind === 'string' ? '' : '0') !== undefined) names.add(path)
    }
    return [...names]
  }
}
