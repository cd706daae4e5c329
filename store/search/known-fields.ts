import type { Block } from '../block/block.ts'
import { CorruptBlockError } from '../block/byte-reader.ts'
import type { BlockCache } from '../disk/block-cache.ts'
import type { DayFiles } from '../disk/day-files.ts'
import type { Index, Indices } from '../index/indices.ts'
import { DYNAMIC_TEXT, type FieldType } from '../mapping/field-type.ts'
import type { Mapping } from '../mapping/mapping.ts'

/** Blocks of an index that are looked into for fields that no mapping names. */
const SAMPLED_BLOCKS = 16
const MAX_FIELDS = 10_000

/** A field that can be searched. */
export interface KnownField {
  /** The name of its type, as Elasticsearch has it. */
  readonly type: string
  readonly isAggregatable: boolean
  /** The path that an alias stands for. */
  readonly aliasOf: string | undefined
}

export interface KnownFieldsOptions {
  readonly indices: Indices
  readonly files: DayFiles
  readonly blocks: BlockCache
}

/** The fields of an index: those of its mapping, and those that its newest documents have besides. */
export function knownFields({ indices, files, blocks }: KnownFieldsOptions, index: Index): Map<string, KnownField> {
  const { mapping } = indices.planOf(index)
  const known = new Map<string, KnownField>()
  for (const [path, type] of mapping.named) {
    const target = typeof type === 'string' ? typeOfTarget(mapping, type) : type
    const isFlattened = typeof type !== 'string' && type.name === 'flattened'
    if (target !== undefined)
      known.set(path, { ...describe(target, isFlattened), aliasOf: typeof type === 'string' ? type : undefined })
  }
  let left = SAMPLED_BLOCKS
  for (const day of files.days.toReversed()) {
    if (left === 0) break
    const file = files.open(day)
    for (const meta of file?.blocksOf(index.uid).slice(-left) ?? []) {
      left -= 1
      try {
        addColumns(known, mapping, blocks.read(file!, meta))
      } catch (error) {
        if (!(error instanceof CorruptBlockError)) throw error
      }
    }
  }
  return known
}

function typeOfTarget(mapping: Mapping, path: string): FieldType | undefined {
  const type = mapping.named.get(path)
  return typeof type === 'object' ? type : mapping.typeOf({ path, kind: 'string' }, '')
}

function addColumns(known: Map<string, KnownField>, mapping: Mapping, block: Block): void {
  for (const column of block.columns) {
    const { path, kind } = column.leaf
    if (known.has(path) || known.size >= MAX_FIELDS || column.count === 0) continue
    const sample = kind === 'string' ? '' : column.value(0)
    const type = mapping.typeOf(column.leaf, sample)
    if (type === undefined || type.name === 'flattened') continue
    known.set(path, describe(type, false))
    if (type === DYNAMIC_TEXT)
      known.set(`${path}.keyword`, { type: 'keyword', isAggregatable: true, aliasOf: undefined })
  }
}

function describe({ family, name }: FieldType, isFlattened: boolean): KnownField {
  return { type: isFlattened ? 'flattened' : name, isAggregatable: family !== 'text', aliasOf: undefined }
}
