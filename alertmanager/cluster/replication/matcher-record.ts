import { MATCH_OPERATORS, type Matcher, type MatchOperator } from '#lib/matchers.ts'
import type { PostedMatcher } from '../../silence/rules.ts'
import { BadRecord, isObject, readList, readText } from './read-record.ts'

/** Matchers as records have them. */
export function writeMatchers(matchers: readonly Matcher[]): readonly (readonly string[])[] {
  return matchers.map(({ name, operator, value }) => [name, operator, value])
}

/** The matchers of a record, still to be compiled. */
export function readMatchers(value: unknown): readonly PostedMatcher[] {
  return readList(value).map(readMatcher)
}

function readMatcher(value: unknown): PostedMatcher {
  if (isObject(value)) throw new BadRecord('a matcher is no list')
  const [name, operator, pattern] = readList(value, 3)
  if (!isOperator(operator)) throw new BadRecord('a matcher has an unknown operator')
  return { name: readText(name), operator, value: readText(pattern) }
}

function isOperator(value: unknown): value is MatchOperator {
  return MATCH_OPERATORS.some((operator) => operator === value)
}
