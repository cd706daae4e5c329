import { queryError } from '../../elasticsearch-error.ts'

/**
 * Reads `minimum_should_match`: `2`, `-1`, `75%` or `-25%`, or conditions as `3<90% 10<-2`: with more clauses than that,
 * so many of them; with no more, all.
 *
 * @returns how many of so many optional clauses must match
 */
export function parseMinimumShouldMatch(name: string, value: unknown): (clauses: number) => number {
  const text = String(value).trim()
  if (text.includes('<')) return parseConditions(name, text)
  const match = /^(-?)(\d{1,6})(%?)$/.exec(text)
  if (match === null) {
    throw queryError(
      `[${name}] query: [minimum_should_match] of [${String(value)}] is not supported; give a number or a percentage`,
    )
  }
  const [, sign, digits, percent] = match
  return (clauses) => {
    const amount = percent === '' ? Number(digits) : Math.floor((clauses * Number(digits)) / 100)
    return Math.max(0, sign === '-' ? clauses - amount : amount)
  }
}

function parseConditions(name: string, text: string): (clauses: number) => number {
  const conditions = text.split(/\s+/).map((part) => {
    const [above = '', amount = ''] = part.split('<')
    if (!/^\d{1,6}$/.test(above))
      throw queryError(`[${name}] query: [minimum_should_match] of [${text}] is not understood`)
    return { above: Number(above), minimum: parseMinimumShouldMatch(name, amount) }
  })
  return (clauses) => {
    const last = conditions.findLast(({ above }) => clauses > above)
    return last === undefined ? clauses : last.minimum(clauses)
  }
}
