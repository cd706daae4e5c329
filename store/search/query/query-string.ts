import type { QueryLimits } from './limits.ts'
import { anyOf, type FieldName, fieldName, MATCH_ALL, type Query } from './query.ts'
import { QuerySyntaxError, type Token, tokenize } from './query-string-lexer.ts'
import { type TermOptions, termQuery } from './query-string-terms.ts'

export interface QueryStringOptions extends TermOptions {
  readonly defaultOperator: 'and' | 'or'
  /** Fields for what names none; undefined for those that the index has by default. */
  readonly fields: readonly FieldName[]
}

type Occurrence = 'must' | 'should' | 'mustNot'
interface Clause {
  readonly query: Query
  occurrence: Occurrence
}

/**
 * Parses Lucene's query syntax, as Elasticsearch's `query_string` has it. AND, OR and NOT are what they are there: they
 * mark the clauses beside them as required or forbidden, they have no precedence.
 *
 * @throws QuerySyntaxError, or ElasticsearchError for what is right but not done by this store
 */
export function parseQueryString(text: string, options: QueryStringOptions, limits: QueryLimits): Query {
  return new QueryStringParser(tokenize(text), options, limits).parse()
}

class QueryStringParser {
  readonly #tokens: readonly Token[]
  readonly #options: QueryStringOptions
  readonly #limits: QueryLimits
  #at = 0

  constructor(tokens: readonly Token[], options: QueryStringOptions, limits: QueryLimits) {
    this.#tokens = tokens
    this.#options = options
    this.#limits = limits
  }

  get #token(): Token {
    return this.#tokens[this.#at]!
  }

  #next(ahead = 1): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)]!
  }

  parse(): Query {
    const query = this.#query(this.#options.fields)
    if (this.#token.kind !== 'end') throw unexpected(this.#token)
    return query
  }

  #query(fields: readonly FieldName[]): Query {
    const clauses: Clause[] = []
    for (;;) {
      const { kind } = this.#token
      if (kind === 'end' || kind === ')') break
      const conjunction = clauses.length > 0 ? this.#conjunction() : undefined
      const modifier = this.#modifier()
      const query =
        conjunction === undefined && modifier === undefined
          ? (this.#freeText(fields) ?? this.#clause(fields))
          : this.#clause(fields)
      this.#add(clauses, conjunction, modifier, query)
    }
    if (clauses.length === 0) throw unexpected(this.#token)
    return combine(clauses)
  }

  #conjunction(): 'AND' | 'OR' | undefined {
    const { kind } = this.#token
    if (kind !== 'AND' && kind !== 'OR') return undefined
    this.#at += 1
    return kind
  }

  #modifier(): '+' | '-' | undefined {
    const { kind } = this.#token
    if (kind !== '+' && kind !== '-' && kind !== 'NOT') return undefined
    this.#at += 1
    return kind === '+' ? '+' : '-'
  }

  #add(clauses: Clause[], conjunction: 'AND' | 'OR' | undefined, modifier: '+' | '-' | undefined, query: Query): void {
    const before = clauses.at(-1)
    const byDefault = this.#options.defaultOperator
    if (before !== undefined && before.occurrence !== 'mustNot') {
      if (conjunction === 'AND') before.occurrence = 'must'
      else if (conjunction === 'OR' && byDefault === 'and') before.occurrence = 'should'
    }
    let occurrence: Occurrence = 'should'
    if (modifier === '-') occurrence = 'mustNot'
    else if (modifier === '+' || conjunction === 'AND' || (byDefault === 'and' && conjunction !== 'OR'))
      occurrence = 'must'
    clauses.push({ query, occurrence })
  }

  /** Words that follow each other without operators are one text for the fields' analyzers. */
  #freeText(fields: readonly FieldName[]): Query | undefined {
    const words: string[] = []
    while (this.#isFreeWord()) {
      const token = this.#token
      if (token.kind !== 'term') break
      words.push(token.text)
      this.#at += 1
    }
    if (words.length > 1)
      return this.#term({ kind: 'term', text: words.join(' '), wildcard: undefined, isPlain: false }, fields)
    this.#at -= words.length
    return undefined
  }

  #isFreeWord(): boolean {
    const token = this.#token
    if (token.kind !== 'term' || token.wildcard !== undefined) return false
    return !['AND', 'OR', ':', '~', 'boost'].includes(this.#next().kind)
  }

  #clause(fields: readonly FieldName[]): Query {
    const token = this.#token
    let named = fields
    if (token.kind === 'term' && this.#next().kind === ':') {
      if (token.text === '*' && isStar(this.#next(2))) {
        this.#at += 3
        return MATCH_ALL
      }
      this.#at += 2
      named = [token.wildcard === undefined ? { name: token.text, isPattern: false } : fieldName(token.text)]
      if (token.text === '_exists_') return this.#exists()
    }
    return this.#value(named)
  }

  #exists(): Query {
    const token = this.#token
    if (token.kind !== 'term' && token.kind !== 'phrase') throw unexpected(token)
    this.#at += 1
    this.#limits.addClause()
    return { kind: 'field', field: fieldName(token.text), condition: { kind: 'exists' }, lenient: true }
  }

  #value(fields: readonly FieldName[]): Query {
    const token = this.#token
    this.#at += 1
    if (token.kind === '(') {
      const query = this.#limits.nested(() => this.#query(fields))
      if (this.#token.kind !== ')') throw unexpected(this.#token)
      this.#at += 1
      this.#suffix(undefined)
      return query
    }
    if (token.kind !== 'term' && token.kind !== 'phrase' && token.kind !== 'regexp' && token.kind !== 'range')
      throw unexpected(token)
    const query = this.#term(token, fields)
    this.#suffix(token)
    return query
  }

  #suffix(after: Token | undefined): void {
    for (;;) {
      const token = this.#token
      if (token.kind === '~') {
        if (after?.kind !== 'phrase' || Number(token.amount) !== 0)
          throw new QuerySyntaxError(
            `[~${token.amount}]: fuzzy terms and sloppy phrases are not supported by this store`,
          )
      } else if (token.kind !== 'boost') return
      this.#at += 1
    }
  }

  #term(token: Parameters<typeof termQuery>[0], fields: readonly FieldName[]): Query {
    this.#limits.addClause(fields.length)
    return anyOf(fields.map((field) => termQuery(token, field, this.#options)))
  }
}

function isStar(token: Token): boolean {
  return token.kind === 'term' && token.text === '*' && token.wildcard !== undefined
}

function combine(clauses: readonly Clause[]): Query {
  const [only] = clauses
  if (clauses.length === 1 && only!.occurrence !== 'mustNot') return only!.query
  const of = (occurrence: Occurrence) =>
    clauses.filter((clause) => clause.occurrence === occurrence).map(({ query }) => query)
  const [must, should, mustNot] = [of('must'), of('should'), of('mustNot')]
  return { kind: 'bool', must, should, mustNot, minimumShould: Number(must.length === 0 && should.length > 0) }
}

function unexpected(token: Token): QuerySyntaxError {
  const shown = 'text' in token ? token.text : token.kind === 'end' ? '<EOF>' : token.kind
  return new QuerySyntaxError(`Encountered "${shown}" where it cannot stand`)
}
