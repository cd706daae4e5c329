import { fieldOf, NAMED_FIELDS, type NamedField, SEVERITY_FIELD, TEXT_FIELD, TIME_FIELD } from './fields.ts'
import type { Instant } from './instant.ts'
import type { TextQuery } from './text-query.ts'

/** Which records are wanted. Times: the lower bound belongs to the range, the upper does not. */
export interface RecordFilter {
  readonly text: TextQuery
  /** Any one of the values of each field; `*` and `?` stand for other characters. */
  readonly names: Readonly<Partial<Record<NamedField, readonly string[]>>>
  readonly since?: Instant | undefined
  readonly until?: Instant | undefined
}

/** A query of Elasticsearch's query DSL. */
export type SearchQuery = Readonly<Record<string, unknown>>

/** Bounds of {@link TIME_FIELD}. */
export type TimeRange = Readonly<Partial<Record<'gt' | 'gte' | 'lt' | 'lte', Instant>>>

const MATCH_ALL: SearchQuery = { match_all: {} }

/** The query of a filter, within further time bounds. Everything is a filter: nothing here has a score. */
export function searchQuery(filter: RecordFilter, ...ranges: readonly TimeRange[]): SearchQuery {
  const own: TimeRange = {
    ...(filter.since === undefined ? {} : { gte: filter.since }),
    ...(filter.until === undefined ? {} : { lt: filter.until }),
  }
  const clauses: SearchQuery[] = [own, ...ranges]
    .filter((range) => Object.keys(range).length > 0)
    .map((range) => ({ range: { [TIME_FIELD]: range } }))
  for (const name of NAMED_FIELDS) {
    const values = filter.names[name]
    if (values !== undefined && values.length > 0) clauses.push(anyOf(values.map((value) => nameQuery(name, value))))
  }
  const text = textQuery(filter.text)
  if (text !== MATCH_ALL) clauses.push(text)
  return { bool: { filter: clauses } }
}

/**
 * A pod is named in full, by a pattern, or by what stands before a dash: `web` is `web-7d9f4-x2kqp` as well, and
 * `web-1` is not `web-10`.
 */
function nameQuery(name: NamedField, value: string): SearchQuery {
  const field = fieldOf(name)
  if (/[*?]/.test(value)) return { wildcard: { [field]: { value } } }
  const exact = { term: { [field]: { value } } }
  return name === 'pod' ? anyOf([exact, { prefix: { [field]: { value: `${value}-` } } }]) : exact
}

function textQuery(query: TextQuery): SearchQuery {
  switch (query.kind) {
    case 'all':
      return MATCH_ALL
    case 'and':
      return { bool: { filter: query.parts.map(textQuery) } }
    case 'or':
      return anyOf(query.parts.map(textQuery))
    case 'not':
      return { bool: { must_not: [textQuery(query.part)] } }
    case 'exists':
      return { exists: { field: query.field } }
    case 'compare':
      return { range: { [query.field]: { [query.bound]: query.value } } }
    default:
      return valueQuery(query.field ?? TEXT_FIELD, query.value, query.isPattern)
  }
}

function valueQuery(field: string, value: string, isPattern: boolean): SearchQuery {
  if (field === TEXT_FIELD) return isPattern ? patternQuery(value) : phraseQuery(value)
  if (isPattern) return { wildcard: { [field]: { value, case_insensitive: field === SEVERITY_FIELD } } }
  return { term: { [field]: field === SEVERITY_FIELD ? { value, case_insensitive: true } : { value } } }
}

/** The words of the text next to each other. A text without words (`->`) asks for nothing. */
function phraseQuery(value: string): SearchQuery {
  return /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(value) ? { match_phrase: { [TEXT_FIELD]: value } } : MATCH_ALL
}

/** Patterns match single words of a text, so a value that spans several (`users-*-v2`) is asked for word by word. */
function patternQuery(value: string): SearchQuery {
  const words = value.match(/(?:\\[*?]|[\p{L}\p{M}\p{N}_*?])+/gu) ?? []
  const clauses = words
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
    .map((word) =>
      /(^|[^\\])[*?]/.test(word)
        ? { wildcard: { [TEXT_FIELD]: { value: word, case_insensitive: true } } }
        : phraseQuery(word.replaceAll('\\', '')),
    )
  if (clauses.length === 0) return MATCH_ALL
  return clauses.length === 1 ? clauses[0]! : { bool: { filter: clauses } }
}

function anyOf(queries: readonly SearchQuery[]): SearchQuery {
  return queries.length === 1 ? queries[0]! : { bool: { should: queries, minimum_should_match: 1 } }
}
