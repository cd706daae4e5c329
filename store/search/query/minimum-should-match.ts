import { parsingError } from '../../elasticsearch-error.ts'

/**
 * Reads `minimum_should_match`: `2`, `-1`, `75%` or `-25%`.
 *
 * @returns how many of so many optional clauses must match
 */
export function parseMinimumShouldMatch(name: string, value: unknown): (clauses: number) => number {
  const match = /^(-?)(\d{1,6})(%?)$/.exec(String(value))
  if (match === null) {
    throw parsingError(
      `[${name}] query: [minimum_should_match] of [${String(value)}] is not supported; give a number or a percentage`,
    )
  }
  const [, sign, digits, percent] = match
  return (clauses) => {
    const amount = percent === '' ? Number(digits) : Math.floor((clauses * Number(digits)) / 100)
    return Math.max(0, sign === '-' ? clauses - amount : amount)
  }
}
