import type { Block } from '../../block/block.ts'
import { illegalArgument } from '../../elasticsearch-error.ts'
import { DYNAMIC_BOOLEAN, type FieldType } from '../../mapping/field-type.ts'
import type { Target } from '../evaluate/compile.ts'
import { FieldValues, type RowValues, type Value, type ValueCounts } from '../evaluate/field-values.ts'
import type { AggregationContext } from './aggregator.ts'
import type { UnreadBlock } from './unread-block.ts'

/** The values of one field in all indices of a search. */
export class FieldSource {
  /** The type of the field in the first index that says one. */
  readonly type: FieldType | undefined
  readonly #values: ReadonlyMap<Target, FieldValues>
  readonly #missing: Value | undefined

  /** @param missing what documents without a value count as */
  constructor(name: string, { targets }: AggregationContext, missing?: Value) {
    this.#missing = missing
    this.#values = new Map(targets.map((target) => [target, new FieldValues(target.plan.mapping, name)]))
    this.type = [...this.#values.values()].find(({ type }) => type !== undefined)?.type
  }

  in(block: Block, target: Target): RowValues {
    return this.#values.get(target)!.in(block, this.#missing)
  }

  /** As {@link type}; of a field that no mapping names, boolean if its values were. */
  get seenType(): FieldType | undefined {
    if (this.type !== undefined || ![...this.#values.values()].some(({ sawBooleans }) => sawBooleans)) return this.type
    return DYNAMIC_BOOLEAN
  }

  /** How many documents of a block that was not read have each value, if that is known. */
  countsIn({ target, rows, summary }: UnreadBlock): ValueCounts | undefined {
    return summary === undefined ? undefined : this.#values.get(target)!.countsIn(summary, rows)
  }

  /** @throws ElasticsearchError if the field has texts */
  requireNumbers(name: string, aggregation: string): this {
    if (this.type !== undefined && ['keyword', 'text', 'constant'].includes(this.type.family)) {
      throw illegalArgument(
        `Field [${name}] of type [${this.type.name}] is not supported for aggregation [${aggregation}]`,
      )
    }
    return this
  }
}

/** A value as a number; of a date, milliseconds since 1970. Texts are none. */
export function asNumber(value: Value, isDate: boolean): number | undefined {
  if (typeof value === 'string') return undefined
  return isDate ? Number(value) / 1e6 : Number(value)
}
