import type { RE2JS } from 're2js'
import { messageOf } from './errors.ts'
import { quoteGo } from './go-quote.ts'
import { compareUtf8, type LabelSet } from './labels.ts'
import { compileRe2 } from './re2.ts'

/** In the order in which Alertmanager sorts them. */
export const MATCH_OPERATORS = ['=', '!=', '=~', '!~'] as const
export type MatchOperator = (typeof MATCH_OPERATORS)[number]

export type MatcherResult =
  | { readonly ok: true; readonly matcher: Matcher }
  | { readonly ok: false; readonly problem: string }

/** A condition on one label. A label that is missing counts as empty; patterns are RE2 and match the whole value. */
export class Matcher {
  readonly name: string
  readonly operator: MatchOperator
  readonly value: string
  readonly #pattern: RE2JS | undefined

  private constructor(name: string, operator: MatchOperator, value: string, pattern: RE2JS | undefined) {
    this.name = name
    this.operator = operator
    this.value = value
    this.#pattern = pattern
  }

  /** Fails only for a pattern that RE2 does not take; the problem is worded as Go words it. */
  static create(name: string, operator: MatchOperator, value: string): MatcherResult {
    if (operator === '=' || operator === '!=') {
      return { ok: true, matcher: new Matcher(name, operator, value, undefined) }
    }
    const compiled = compileAnchored(value)
    if (!compiled.ok) return compiled
    return { ok: true, matcher: new Matcher(name, operator, value, compiled.pattern) }
  }

  matches(labels: LabelSet): boolean {
    return this.matchesValue(labels.get(this.name) ?? '')
  }

  matchesValue(value: string): boolean {
    switch (this.operator) {
      case '=':
        return value === this.value
      case '!=':
        return value !== this.value
      case '=~':
        return this.#pattern!.test(value)
      case '!~':
        return !this.#pattern!.test(value)
    }
  }

  /** `name="value"`, readable by both grammars; a name that only the UTF-8 grammar can write is quoted. */
  toString(): string {
    const { name, operator, value } = this
    if (name === '' || RESERVED.test(name)) return `${quoteGo(name)}${operator}${quoteGo(value)}`
    return `${name}${operator}"${value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`
  }

  /** By name, then value, then operator: the order in which matchers stand in group keys. */
  static compare(a: Matcher, b: Matcher): number {
    return (
      compareUtf8(a.name, b.name) ||
      compareUtf8(a.value, b.value) ||
      MATCH_OPERATORS.indexOf(a.operator) - MATCH_OPERATORS.indexOf(b.operator)
    )
  }
}

/** White space and the characters that end an unquoted token of the UTF-8 grammar. */
const RESERVED = /[\p{White_Space}{}!=~,\\"'`]/u

export type PatternResult =
  | { readonly ok: true; readonly pattern: RE2JS }
  | { readonly ok: false; readonly problem: string }

/** Compiles a user's pattern so that it must match the whole text, in time linear in the text. */
export function compileAnchored(pattern: string): PatternResult {
  try {
    return { ok: true, pattern: compileRe2(anchored(pattern)) }
  } catch (error) {
    return { ok: false, problem: messageOf(error) }
  }
}

/** The form in which patterns of `match_re` appear in group keys. */
export function anchored(pattern: string): string {
  return `^(?:${pattern})$`
}

/** Whether all matchers hold; an empty list matches everything. */
export function matchesAll(matchers: readonly Matcher[], labels: LabelSet): boolean {
  return matchers.every((matcher) => matcher.matches(labels))
}
