import { Matcher, type MatchOperator } from '#lib/matchers.ts'
import type { ApiMatcher } from '../api/shapes.ts'

/** `name="value"`, as matchers are written. */
export function matcherText({ name, value, isRegex, isEqual = true }: ApiMatcher): string {
  const operator: MatchOperator = isEqual ? (isRegex ? '=~' : '=') : isRegex ? '!~' : '!='
  const result = Matcher.create(name, operator, value)
  // A pattern that another server takes and we do not is shown all the same.
  return result.ok ? result.matcher.toString() : `${name}${operator}${JSON.stringify(value)}`
}

export function apiMatcher({ name, operator, value }: Matcher): ApiMatcher {
  return {
    isEqual: operator === '=' || operator === '=~',
    isRegex: operator === '=~' || operator === '!~',
    name,
    value,
  }
}
