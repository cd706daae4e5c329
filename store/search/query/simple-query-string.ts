import { ElasticsearchError, parsingError } from '../../elasticsearch-error.ts'
import { checkPattern, type QueryLimits } from './limits.ts'
import { parseMinimumShouldMatch } from './minimum-should-match.ts'
import { fieldNames, parseOperator } from './parse-match.ts'
import { allOf, anyOf, type Condition, type FieldName, MATCH_ALL, MATCH_NONE, type Query } from './query.ts'
import { optionalBoolean, requireObject, requireQueryKeys, scalarText } from './query-object.ts'
import { DEFAULT_FIELDS } from './query-string-query.ts'

/** Options that change the score, or ask for what this store does anyway. */
const IGNORED = ['analyze_wildcard', 'auto_generate_synonyms_phrase_query', 'quote_field_suffix', 'boost', '_name']
const KEYS = ['query', 'fields', 'default_operator', 'lenient', 'minimum_should_match', 'flags', ...IGNORED]
const MAX_DEPTH = 30

type Operator = 'and' | 'or'

/**
 * Reads `simple_query_string`: words, "phrases", prefix*, `+` and `|` between them, `-` before them and parentheses.
 * Whatever makes no sense is left out; no text is an error.
 */
export function parseSimpleQueryString(body: unknown, limits: QueryLimits): Query {
  const options = requireObject('simple_query_string', body)
  requireQueryKeys('simple_query_string', options, KEYS)
  const { flags } = options
  if (flags !== undefined && flags !== 'ALL' && flags !== -1)
    throw parsingError('[simple_query_string] query: [flags] are not supported by this store, only [ALL]')
  const text = scalarText('simple_query_string', options.query)
  const minimum = options.minimum_should_match
  const parser = new SimpleParser(text, {
    operator: parseOperator('simple_query_string', options.default_operator, 'default_operator'),
    fields: fieldNames('simple_query_string', options.fields) ?? [DEFAULT_FIELDS],
    lenient: optionalBoolean('simple_query_string', 'lenient', options.lenient, false),
    limits,
  })
  const query = parser.parse(0) ?? MATCH_NONE
  if (minimum === undefined || query.kind !== 'bool' || query.minimumShould === 0) return query
  const needed = parseMinimumShouldMatch('simple_query_string', minimum)(query.should.length)
  return { ...query, minimumShould: Math.max(1, needed) }
}

interface SimpleOptions {
  readonly operator: Operator
  readonly fields: readonly FieldName[]
  readonly lenient: boolean
  readonly limits: QueryLimits
}

class SimpleParser {
  readonly #text: string
  readonly #options: SimpleOptions
  #at = 0

  constructor(text: string, options: SimpleOptions) {
    this.#text = text
    this.#options = options
  }

  /** Reads up to the end, or to the parenthesis that closes. Operators have no precedence: they apply from left to right. */
  parse(depth: number): Query | undefined {
    if (depth > MAX_DEPTH)
      throw new ElasticsearchError(
        400,
        'illegal_argument_exception',
        `[simple_query_string] is nested deeper than [${MAX_DEPTH}]`,
      )
    const text = this.#text
    let parts: Query[] = []
    let joined: Operator | undefined
    let next: Operator | undefined
    let isNegated = false
    const add = (query: Query | undefined) => {
      if (query === undefined) return
      const operator = next ?? this.#options.operator
      if (parts.length > 0 && operator !== joined) {
        if (parts.length > 1) parts = [join(parts, joined!)]
        joined = operator
      }
      parts.push(isNegated ? { kind: 'bool', must: [], should: [], mustNot: [query], minimumShould: 0 } : query)
      next = undefined
      isNegated = false
    }
    while (this.#at < text.length) {
      const character = text[this.#at]!
      if (character === '-') {
        isNegated = !isNegated
        this.#at += 1
        continue
      }
      if (character === '(') {
        this.#at += 1
        add(this.parse(depth + 1))
      } else if (character === ')') {
        this.#at += 1
        if (depth > 0) break
      } else if (character === '"') add(this.#phrase())
      else if (character === '+' || character === '|') {
        this.#at += 1
        if (parts.length > 0) next ??= character === '+' ? 'and' : 'or'
      } else if (/\s/.test(character)) this.#at += 1
      else add(this.#word())
      isNegated = false
    }
    return parts.length === 0 ? undefined : join(parts, joined ?? this.#options.operator)
  }

  /** A quote that is not closed is no character at all. */
  #phrase(): Query | undefined {
    const match = /"((?:[^"\\]|\\[\s\S])*)"/y
    match.lastIndex = this.#at
    const found = match.exec(this.#text)
    if (found === null) {
      this.#at += 1
      return undefined
    }
    this.#at = match.lastIndex
    if (this.#text.startsWith('~', this.#at)) this.#refuseDistance()
    const text = unescapeText(found[1]!)
    return text === '' ? undefined : this.#inFields({ kind: 'phrase', text, isPrefix: false })
  }

  #word(): Query | undefined {
    const match = /(?:[^\s"|+()\\~]|\\[\s\S])+/y
    match.lastIndex = this.#at
    const found = match.exec(this.#text)
    if (found === null) {
      if (this.#text[this.#at] === '~') this.#refuseDistance()
      this.#at += 1
      return undefined
    }
    this.#at = match.lastIndex
    if (this.#text[this.#at] === '~') this.#refuseDistance()
    const raw = found[0]
    if (raw === '*') return MATCH_ALL
    const text = unescapeText(raw)
    if (!/(?:^|[^\\])(?:\\\\)*\*$/.test(raw))
      return this.#inFields({
        kind: 'match',
        text,
        required: this.#options.operator === 'and' ? (words) => words : () => 1,
      })
    checkPattern('prefix', text)
    const value = text.slice(0, -1).toLowerCase()
    return this.#inFields({ kind: 'prefix', value, caseInsensitive: false })
  }

  #inFields(condition: Condition): Query {
    const { fields, limits, lenient } = this.#options
    limits.addClause(fields.length)
    return anyOf(
      fields.map((field): Query => ({ kind: 'field', field, condition, lenient: lenient || field.isPattern })),
    )
  }

  #refuseDistance(): never {
    throw parsingError(
      '[simple_query_string] query: fuzzy words and sloppy phrases (~) are not supported by this store',
    )
  }
}

function join(parts: readonly Query[], operator: Operator): Query {
  return operator === 'and' ? allOf(parts) : anyOf(parts)
}

function unescapeText(text: string): string {
  return text.replaceAll(/\\([\s\S])/g, '$1')
}
