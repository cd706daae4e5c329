import type { Block } from '../../block/block.ts'
import { ElasticsearchError } from '../../elasticsearch-error.ts'
import type { FieldType } from '../../mapping/field-type.ts'
import type { Mapping } from '../../mapping/mapping.ts'
import type { Condition, FieldQuery } from '../query/query.ts'
import { ALL_ROWS, type BlockFacts, type BlockQuery, NO_ROWS, type Verdict } from './block-query.ts'
import { markRows } from './column-scan.ts'
import { FieldColumns } from './typed-column.ts'
import { createTest, type TestContext, type ValueTest } from './value-test.ts'
import { type WordAlternatives, wordAlternatives } from './word-alternatives.ts'
import { regexpLiteral } from './word-test.ts'

const IMPOSSIBLE: ValueTest = { matches: () => false }

/** A condition on a field, for the blocks of one index. */
class FieldBlockQuery implements BlockQuery {
  readonly cost: number
  readonly #columns: FieldColumns
  readonly #condition: Condition
  readonly #context: TestContext
  readonly #tests = new Map<FieldType, ValueTest>()
  readonly #alternatives: WordAlternatives | undefined

  constructor(columns: FieldColumns, query: FieldQuery, type: FieldType | undefined, context: TestContext) {
    this.#columns = columns
    this.#condition = query.condition
    this.#context = context
    this.#alternatives = wordAlternatives(query.condition, type, columns.mayBeTime)
    this.cost = costOf(query, type)
  }

  verdict({ mayContain }: BlockFacts): Verdict {
    if (this.#alternatives === undefined) return 'some'
    return this.#alternatives.some((words) => words.every(mayContain)) ? 'some' : 'none'
  }

  narrow(block: Block, rows: Uint8Array): void {
    const matched = new Uint8Array(rows.length)
    const columns = this.#condition.kind === 'exists' ? this.#columns.inWithObjects(block) : this.#columns.in(block)
    for (const column of columns) markRows(block, column, (type) => this.#testOf(type), rows, matched)
    rows.set(matched)
  }

  #testOf(type: FieldType): ValueTest {
    let test = this.#tests.get(type)
    if (test === undefined) {
      test = leniently(() => createTest(this.#condition, type, this.#context))
      this.#tests.set(type, test)
    }
    return test
  }
}

/** Values that a column's type cannot have are an error only where the mapping says the type; else they match nothing. */
function leniently(create: () => ValueTest): ValueTest {
  try {
    return create()
  } catch (error) {
    if (error instanceof ElasticsearchError) return IMPOSSIBLE
    throw error
  }
}

/** @throws ElasticsearchError for a value that does not fit the field */
export function fieldQuery(query: FieldQuery, mapping: Mapping, context: TestContext): BlockQuery {
  const { name, isPattern } = query.field
  const columns = new FieldColumns(mapping, name, isPattern)
  if (columns.constant !== undefined) {
    const type = { family: 'constant', name: 'constant_keyword', value: columns.constant } as const
    return createTest(query.condition, type, context).matches(columns.constant) ? ALL_ROWS : NO_ROWS
  }
  const type = isPattern ? undefined : declaredType(mapping, name)
  if (type !== undefined && !query.lenient) createTest(query.condition, type, context)
  if (isPattern) checkPatterns(query.condition, context)
  return new FieldBlockQuery(columns, query, type, context)
}

/** What is wrong whatever the type of a field is wrong for a pattern of fields, too. */
function checkPatterns(condition: Condition, context: TestContext): void {
  if (condition.kind === 'regexp') createTest(condition, { family: 'text', name: 'text', isDynamic: true }, context)
}

/** The type that the mapping gives to all values of a field, or undefined if it depends on the value. */
export function declaredType(mapping: Mapping, name: string): FieldType | undefined {
  const [first] = mapping.select(name).paths
  if (first === undefined) return undefined
  if (first.type !== undefined) return first.type
  if (first.isPrefix) return mapping.typeOf({ path: `${first.path}.*`, kind: 'string' }, '')
  const text = mapping.typeOf({ path: first.path, kind: 'string' }, '')
  const bare = mapping.typeOf({ path: first.path, kind: 'bare' }, '0')
  return text === bare ? text : undefined
}

/** Few values have a literal of so many characters in them, and only those are looked at closely. */
const SELECTIVE_LENGTH = 3

function costOf({ condition, field }: FieldQuery, type: FieldType | undefined): number {
  const base = field.isPattern ? 100 : type?.family === 'text' ? 20 : type === undefined ? 10 : 4
  const isSelective = condition.kind === 'regexp' && regexpLiteral(condition.pattern).length >= SELECTIVE_LENGTH
  const isPattern = condition.kind === 'wildcard' || condition.kind === 'prefix' || isSelective
  const slow = isPattern ? 4 : condition.kind === 'regexp' ? 10 : 1
  return base * slow
}
