import type { Matcher } from '#lib/matchers.ts'
import type { Json } from '../json.ts'

/** A matcher as the API shows it. */
export function gettableMatcher({ name, operator, value }: Matcher): Json {
  return {
    isEqual: operator === '=' || operator === '=~',
    isRegex: operator === '=~' || operator === '!~',
    name,
    value,
  }
}
