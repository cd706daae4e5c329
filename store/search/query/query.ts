import type { Zone } from '../../time/zone.ts'

/** What a search asks of a document, before it is known which index it is asked of. */
export type Query =
  | { readonly kind: 'all' }
  | { readonly kind: 'none' }
  | BoolQuery
  | FieldQuery
  | { readonly kind: 'ids'; readonly ids: ReadonlySet<string> }
  /** Documents that came before the one with this sequence number. */
  | { readonly kind: 'before'; readonly sequence: number }

interface BoolQuery {
  readonly kind: 'bool'
  readonly must: readonly Query[]
  readonly should: readonly Query[]
  readonly mustNot: readonly Query[]
  /** How many of `should` must match; zero if they are only for the score. */
  readonly minimumShould: number
}

export interface FieldQuery {
  readonly kind: 'field'
  readonly field: FieldName
  readonly condition: Condition
  /** A value that does not fit the field's type matches nothing, instead of being an error. */
  readonly lenient: boolean
}

/** A field as a query names it; a pattern stands for all fields that it matches. */
export interface FieldName {
  readonly name: string
  readonly isPattern: boolean
}

export type Condition =
  | { readonly kind: 'exists' }
  | { readonly kind: 'term'; readonly value: string; readonly caseInsensitive: boolean }
  | { readonly kind: 'terms'; readonly values: ReadonlySet<string> }
  | MatchCondition
  | { readonly kind: 'phrase'; readonly text: string; readonly isPrefix: boolean }
  | { readonly kind: 'prefix'; readonly value: string; readonly caseInsensitive: boolean }
  | PatternCondition
  | RangeCondition

interface MatchCondition {
  readonly kind: 'match'
  readonly text: string
  /** How many of so many words must be there. */
  readonly required: (words: number) => number
}

export interface PatternCondition {
  readonly kind: 'wildcard' | 'regexp'
  readonly pattern: string
  readonly caseInsensitive: boolean
  /** The pattern is lower-cased where it is compared with words. */
  readonly normalized: boolean
}

export interface RangeCondition {
  readonly kind: 'range'
  readonly from: RangeBound | undefined
  readonly to: RangeBound | undefined
  readonly format: string | undefined
  readonly zone: Zone
}

export interface RangeBound {
  readonly value: string
  readonly inclusive: boolean
}

export const MATCH_ALL: Query = { kind: 'all' }
export const MATCH_NONE: Query = { kind: 'none' }

export function allOf(queries: readonly Query[]): Query {
  return queries.length === 1 ? queries[0]! : { kind: 'bool', must: queries, should: [], mustNot: [], minimumShould: 0 }
}

export function anyOf(queries: readonly Query[]): Query {
  if (queries.length === 0) return MATCH_NONE
  return queries.length === 1 ? queries[0]! : { kind: 'bool', must: [], should: queries, mustNot: [], minimumShould: 1 }
}

export function fieldName(name: string): FieldName {
  return { name, isPattern: name.includes('*') }
}
