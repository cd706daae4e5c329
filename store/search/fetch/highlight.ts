import type { Block } from '../../block/block.ts'
import type { BlockColumn } from '../../block/column.ts'
import { wordSpans } from '../../json/words.ts'
import type { Mapping } from '../../mapping/mapping.ts'
import { FieldColumns } from '../evaluate/typed-column.ts'
import { createTest, type TestContext } from '../evaluate/value-test.ts'
import { indexOfPhrase } from '../evaluate/word-test.ts'
import type { Condition, FieldQuery, Query } from '../query/query.ts'
import type { HighlightSpec } from './parse-highlight.ts'

/** Marks what a query matched in the texts of hits of one index. Values are shown whole. */
export class Highlighter {
  readonly #spec: HighlightSpec
  readonly #context: TestContext
  readonly #wanted: readonly { readonly name: string; readonly isPattern: boolean; readonly columns: FieldColumns }[]
  readonly #conditions: readonly { readonly condition: Condition; readonly columns: FieldColumns }[]

  constructor(spec: HighlightSpec, query: Query, mapping: Mapping, context: TestContext) {
    this.#spec = spec
    this.#context = context
    this.#wanted = spec.fields.map(({ name, isPattern }) => ({
      name,
      isPattern,
      columns: new FieldColumns(mapping, name, isPattern),
    }))
    this.#conditions = positiveConditions(query).map(({ field, condition }) => ({
      condition,
      // A name without characters stands for the fields that are searched by default.
      columns: new FieldColumns(mapping, field.name === '' ? '*' : field.name, field.isPattern),
    }))
  }

  /** JSON of the `highlight` of a hit, or undefined if nothing is marked. */
  mark(block: Block, row: number): string | undefined {
    if (this.#conditions.length === 0) return undefined
    const byColumn = this.#conditionsByColumn(block)
    const marked = new Map<string, string[]>()
    for (const { name, isPattern, columns } of this.#wanted) {
      for (const { column, type } of columns.in(block)) {
        if (type?.family !== 'text' && type?.family !== 'keyword') continue
        const conditions = this.#spec.requireFieldMatch
          ? byColumn.get(column)
          : this.#conditions.map(({ condition }) => condition)
        if (conditions === undefined) continue
        const key = isPattern ? column.leaf.path : name
        for (let value = column.firstValue(row); value < column.firstValue(row + 1); value++) {
          const text = column.value(value)
          const isMarked =
            type.family === 'text' ? this.#markWords(text, conditions) : this.#markWhole(text, type, conditions)
          if (isMarked !== undefined) marked.set(key, [...(marked.get(key) ?? []), isMarked])
        }
      }
    }
    return marked.size === 0 ? undefined : JSON.stringify(Object.fromEntries(marked))
  }

  #conditionsByColumn(block: Block): Map<BlockColumn, Condition[]> {
    const byColumn = new Map<BlockColumn, Condition[]>()
    for (const { condition, columns } of this.#conditions) {
      for (const { column } of columns.in(block)) byColumn.set(column, [...(byColumn.get(column) ?? []), condition])
    }
    return byColumn
  }

  #markWhole(
    text: string,
    type: Parameters<typeof createTest>[1],
    conditions: readonly Condition[],
  ): string | undefined {
    const { preTag, postTag } = this.#spec
    return conditions.some((condition) => createTest(condition, type, this.#context).matches(text))
      ? preTag + text + postTag
      : undefined
  }

  #markWords(text: string, conditions: readonly Condition[]): string | undefined {
    const { preTag, postTag } = this.#spec
    const spans = wordSpans(text)
    const words = spans.map(([start, end]) => text.slice(start, end).toLowerCase())
    const flags = new Uint8Array(words.length)
    for (const condition of conditions) flagWords(words, condition, flags, this.#context)
    if (!flags.includes(1)) return undefined
    let marked = ''
    let at = 0
    for (const [place, [start, end]] of spans.entries()) {
      if (flags[place] === 0) continue
      marked += text.slice(at, start) + preTag + text.slice(start, end) + postTag
      at = end
    }
    return marked + text.slice(at)
  }
}

/** Conditions that a hit fulfils or may fulfil; not those that it must not. */
function positiveConditions(query: Query): FieldQuery[] {
  if (query.kind === 'bool') return [...query.must, ...query.should].flatMap(positiveConditions)
  const isTextual = query.kind === 'field' && query.condition.kind !== 'exists' && query.condition.kind !== 'range'
  return isTextual ? [query] : []
}

function flagWords(words: readonly string[], condition: Condition, flags: Uint8Array, context: TestContext): void {
  if (condition.kind === 'phrase') {
    const phrase = wordSpans(condition.text).map(([start, end]) => condition.text.slice(start, end).toLowerCase())
    const prefix = condition.isPrefix ? phrase.at(-1) : undefined
    if (phrase.length === 0) return
    for (let at = indexOfPhrase(words, phrase, prefix); at >= 0; at = indexOfPhrase(words, phrase, prefix, at + 1)) {
      flags.fill(1, at, at + phrase.length)
    }
    return
  }
  const single: Condition = condition.kind === 'match' ? { ...condition, required: () => 1 } : condition
  const { matches } = createTest(single, { family: 'text', name: 'text', isDynamic: false }, context)
  for (const [place, word] of words.entries()) if (matches(word)) flags[place] = 1
}
