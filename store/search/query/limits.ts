import { ElasticsearchError, illegalArgument } from '../../elasticsearch-error.ts'

/** Elasticsearch's limits of a query. */
const MAX_CLAUSES = 1024
const MAX_DEPTH = 30
const MAX_TERMS = 65_536
const MAX_PATTERN_LENGTH = 1000

/** What one search may ask for in all of its queries. */
export class QueryLimits {
  #clauses = 0
  #depth = 0

  /** @throws ElasticsearchError too_many_nested_clauses */
  addClause(count = 1): void {
    this.#clauses += count
    if (this.#clauses > MAX_CLAUSES) {
      throw new ElasticsearchError(
        400,
        'too_many_nested_clauses',
        `Query contains too many nested clauses; maxClauseCount is set to ${MAX_CLAUSES}`,
      )
    }
  }

  /** Runs what parses something nested. */
  nested<T>(parse: () => T): T {
    if (this.#depth === MAX_DEPTH)
      throw illegalArgument(
        `The nested depth of the query exceeds the maximum nested depth for queries set in [${MAX_DEPTH}]`,
      )
    this.#depth += 1
    try {
      return parse()
    } finally {
      this.#depth -= 1
    }
  }
}

export function checkTermCount(count: number): void {
  if (count > MAX_TERMS) {
    throw illegalArgument(
      `The number of terms [${count}] used in the Terms Query request has exceeded the allowed maximum of [${MAX_TERMS}]`,
    )
  }
}

export function checkPattern(kind: string, pattern: string): void {
  if (pattern.length > MAX_PATTERN_LENGTH) {
    throw illegalArgument(
      `The length of ${kind} [${pattern.length}] used in the query has exceeded the allowed maximum of [${MAX_PATTERN_LENGTH}]`,
    )
  }
}
