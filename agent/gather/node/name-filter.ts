import { compileRe2 } from '#lib/re2.ts'

/** Names of devices come and go; beyond so many the decisions are made anew. */
const MAX_REMEMBERED = 10_000

/**
 * Whether a pattern of the configuration (RE2, found anywhere) is found in a name. Each name is asked once: there are few, and the same ones
 * come in each round. An empty pattern is found in none.
 */
export function createNameFilter(pattern: string): (name: string) => boolean {
  if (pattern === '') return () => false
  const compiled = compileRe2(pattern)
  const decisions = new Map<string, boolean>()
  return (name) => {
    const known = decisions.get(name)
    if (known !== undefined) return known
    if (decisions.size >= MAX_REMEMBERED) decisions.clear()
    const found = compiled.test(name)
    decisions.set(name, found)
    return found
  }
}
