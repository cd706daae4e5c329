import type { MatchOperator } from '#lib/matchers.ts'
import type { PostedMatcher } from '../silence/rules.ts'
import type { BodyReader } from './body.ts'
import type { GoType } from './go-json.ts'

/** A matcher as it was written; what was left out is undefined. */
type MatcherParts = {
  readonly isEqual: boolean | undefined
  readonly isRegex: boolean | undefined
  readonly name: string | undefined
  readonly value: string | undefined
}

/** How upstream reads them. */
export const MATCHERS: GoType = {
  list: { struct: { isEqual: 'pointer', isRegex: 'pointer', name: 'pointer', value: 'pointer' } },
}

/** The matchers of a body, types checked. */
export function readMatchers(reader: BodyReader, value: unknown): readonly MatcherParts[] | undefined {
  if (value === undefined || value === null) return undefined
  return reader.objects(value, 'matchers.', 'an array of matchers').map((matcher, index) => ({
    isEqual: reader.boolean(matcher.isEqual, `matchers.${index}.isEqual`),
    isRegex: reader.boolean(matcher.isRegex, `matchers.${index}.isRegex`),
    name: reader.text(matcher.name, `matchers.${index}.name`),
    value: reader.text(matcher.value, `matchers.${index}.value`),
  }))
}

/** Refuses matchers of which something is missing. */
export function completeMatchers(
  reader: BodyReader,
  matchers: readonly MatcherParts[] | undefined,
): readonly PostedMatcher[] {
  if (matchers === undefined) throw reader.missing('matchers')
  if (matchers.length === 0) throw reader.against(612, 'matchers in body should have at least 1 items')
  return matchers.map((matcher, index) => completeMatcher(reader, matcher, index))
}

function completeMatcher(
  reader: BodyReader,
  { isEqual = true, isRegex, name, value }: MatcherParts,
  index: number,
): PostedMatcher {
  if (isRegex === undefined) throw reader.missing(`matchers.${index}.isRegex`)
  if (name === undefined) throw reader.missing(`matchers.${index}.name`)
  if (value === undefined) throw reader.missing(`matchers.${index}.value`)
  return { name, operator: operatorOf(isEqual, isRegex), value }
}

function operatorOf(isEqual: boolean, isRegex: boolean): MatchOperator {
  if (isRegex) return isEqual ? '=~' : '!~'
  return isEqual ? '=' : '!='
}
