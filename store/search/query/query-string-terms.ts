import type { Zone } from '../../time/zone.ts'
import { checkPattern } from './limits.ts'
import { type Condition, type FieldName, MATCH_ALL, type Query, type RangeBound } from './query.ts'
import type { Token } from './query-string-lexer.ts'

export interface TermOptions {
  readonly lenient: boolean
  readonly zone: Zone
  /** How many words of one text must match. */
  readonly required: (words: number) => number
}

type ValueToken = Extract<Token, { kind: 'term' | 'phrase' | 'regexp' | 'range' }>

/** What a term of a query string means for one field. */
export function termQuery(token: ValueToken, field: FieldName, options: TermOptions): Query {
  const condition = conditionOf(token, options)
  if (condition.kind === 'exists' && field.name === '*') return MATCH_ALL
  return { kind: 'field', field, condition, lenient: options.lenient || field.isPattern }
}

function conditionOf(token: ValueToken, { required, zone }: TermOptions): Condition {
  switch (token.kind) {
    case 'phrase':
      return { kind: 'phrase', text: token.text, isPrefix: false }
    case 'regexp':
      checkPattern('regex', token.text)
      return { kind: 'regexp', pattern: token.text, caseInsensitive: false, normalized: false }
    case 'range':
      return {
        kind: 'range',
        from: openBound(token.from, token.fromInclusive),
        to: openBound(token.to, token.toInclusive),
        format: undefined,
        zone,
      }
    default:
      return termCondition(token, required, zone)
  }
}

function termCondition(
  { text, wildcard, isPlain }: Extract<Token, { kind: 'term' }>,
  required: TermOptions['required'],
  zone: Zone,
): Condition {
  if (wildcard === '*') return { kind: 'exists' }
  if (wildcard !== undefined) {
    checkPattern('wildcard', wildcard)
    return { kind: 'wildcard', pattern: wildcard, caseInsensitive: false, normalized: true }
  }
  const comparison = isPlain ? /^([<>])(=?)(.+)$/s.exec(text) : null
  if (comparison === null) return { kind: 'match', text, required }
  const [, direction, equal, value] = comparison
  const bound: RangeBound = { value: value!, inclusive: equal === '=' }
  const [from, to] = direction === '>' ? [bound, undefined] : [undefined, bound]
  return { kind: 'range', from, to, format: undefined, zone }
}

function openBound(value: string, inclusive: boolean): RangeBound | undefined {
  return value === '*' ? undefined : { value, inclusive }
}
