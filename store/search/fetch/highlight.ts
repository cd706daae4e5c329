import type { Block } from '../../block/block.ts'
import type { BlockColumn } from '../../block/column.ts'
import { wordSpans } from '../../json/words.ts'
import type { Mapping } from '../../mapping/mapping.ts'
import { FieldColumns } from '../evaluate/typed-column.ts'
import { createTest, type TestContext } from '../evaluate/value-test.ts'
import { indexOfPhrase } from '../evaluate/word-test.ts'
import type { Condition, FieldQuery, Query } from '../query/query.ts'
import { FieldNames } from './field-names.ts'
import type { HighlightSpec } from './parse-highlight.ts'

/** First and last word of what is marked together. */
type WordSpan = readonly [first: number, last: number]

/** Marks what a query matched in the texts of hits of one index. Values are shown whole. */
export class Highlighter {
  readonly #spec: HighlightSpec
  readonly #context: TestContext
  readonly #mapping: Mapping
  readonly #wanted: readonly { readonly names: FieldNames; readonly isWhole: boolean }[]
  readonly #columns = new Map<string, FieldColumns>()
  readonly #conditions: readonly { readonly condition: Condition; readonly columns: FieldColumns }[]

  constructor(spec: HighlightSpec, query: Query, mapping: Mapping, context: TestContext) {
    this.#spec = spec
    this.#context = context
    this.#mapping = mapping
    this.#wanted = spec.fields.map((field) => ({ names: new FieldNames(mapping, field), isWhole: field.isWhole }))
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
    for (const { names, isWhole } of this.#wanted) {
      for (const name of names.in(block)) {
        const values = this.#markField(block, row, name, byColumn)
        if (values.length > 0) marked.set(name, isWhole ? values : values.map(trimmed))
      }
    }
    return marked.size === 0 ? undefined : JSON.stringify(Object.fromEntries(marked))
  }

  #markField(block: Block, row: number, name: string, byColumn: ReadonlyMap<BlockColumn, Condition[]>): string[] {
    let columns = this.#columns.get(name)
    if (columns === undefined) {
      columns = new FieldColumns(this.#mapping, name, false)
      this.#columns.set(name, columns)
    }
    const marked: string[] = []
    for (const { column, type } of columns.in(block)) {
      if (type?.family !== 'text' && type?.family !== 'keyword') continue
      const conditions = this.#spec.requireFieldMatch
        ? byColumn.get(column)
        : this.#conditions.map(({ condition }) => condition)
      if (conditions === undefined) continue
      for (let value = column.firstValue(row); value < column.firstValue(row + 1); value++) {
        const text = column.value(value)
        const isMarked =
          type.family === 'text' ? this.#markWords(text, conditions) : this.#markWhole(text, type, conditions)
        if (isMarked !== undefined) marked.push(isMarked)
      }
    }
    return marked
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
    const places = wordSpans(text)
    const words = places.map(([start, end]) => text.slice(start, end).toLowerCase())
    const spans = conditions.flatMap((condition) => spansOf(words, condition, this.#context)).sort(([a], [b]) => a - b)
    if (spans.length === 0) return undefined
    let marked = ''
    let at = 0
    for (const [first, last] of joined(spans)) {
      const [start, end] = [places[first]![0], places[last]![1]]
      marked += text.slice(at, start) + preTag + text.slice(start, end) + postTag
      at = end
    }
    return marked + text.slice(at)
  }
}

/** As upstream, which cuts off spaces and control characters at both ends of a fragment. */
function trimmed(text: string): string {
  return text.replaceAll(/^[\0- ]+|[\0- ]+$/g, '')
}

/** Conditions that a hit fulfils or may fulfil; not those that it must not. */
function positiveConditions(query: Query): FieldQuery[] {
  if (query.kind === 'bool') return [...query.must, ...query.should].flatMap(positiveConditions)
  const isTextual = query.kind === 'field' && query.condition.kind !== 'exists' && query.condition.kind !== 'range'
  return isTextual ? [query] : []
}

/** Makes one of spans that have words in common; they are in the order of their first words. */
function joined(spans: readonly WordSpan[]): WordSpan[] {
  const result: WordSpan[] = []
  for (const span of spans) {
    const before = result.at(-1)
    if (before === undefined || span[0] > before[1]) result.push(span)
    else if (span[1] > before[1]) result[result.length - 1] = [before[0], span[1]]
  }
  return result
}

function spansOf(words: readonly string[], condition: Condition, context: TestContext): WordSpan[] {
  const spans: WordSpan[] = []
  if (condition.kind === 'phrase') {
    const phrase = wordSpans(condition.text).map(([start, end]) => condition.text.slice(start, end).toLowerCase())
    const prefix = condition.isPrefix ? phrase.at(-1) : undefined
    if (phrase.length === 0) return spans
    for (let at = indexOfPhrase(words, phrase, prefix); at >= 0; at = indexOfPhrase(words, phrase, prefix, at + 1))
      spans.push([at, at + phrase.length - 1])
    return spans
  }
  const single: Condition = condition.kind === 'match' ? { ...condition, required: () => 1 } : condition
  const { matches } = createTest(single, { family: 'text', name: 'text', isDynamic: false }, context)
  for (const [place, word] of words.entries()) if (matches(word)) spans.push([place, place])
  return spans
}
