import type { Path } from '#lib/config/diagnostic.ts'
import { parseMatchers } from '#lib/matcher-syntax.ts'
import { anchored, Matcher, type MatchOperator } from '#lib/matchers.ts'
import { isClassicLabelName } from './label-names.ts'
import type { RouteContext, RouteOptions } from './route.ts'

/** The matchers of a node, the old spellings included, in the order in which they stand in group keys. */
export function readMatchers(
  route: Pick<RouteOptions, 'matchers' | 'match' | 'match_re'>,
  path: Path,
  { report, warn, mode }: Pick<RouteContext, 'report' | 'warn' | 'mode'>,
): readonly Matcher[] {
  const matchers: Matcher[] = []
  for (const [index, line] of (route.matchers ?? []).entries()) {
    const result = parseMatchers(line, mode)
    if (!result.ok) {
      report([...path, 'matchers', index], result.problem)
      continue
    }
    if (result.warning !== undefined) warn(result.warning)
    matchers.push(...result.matchers)
  }
  const readOld = (key: 'match' | 'match_re', operator: MatchOperator) => {
    for (const [name, text] of Object.entries(route[key] ?? {})) {
      const at = [...path, key, name]
      const value = operator === '=~' ? anchored(text) : text
      const result = Matcher.create(name, operator, value)
      if (!isClassicLabelName(name)) report(at, `invalid label name "${name}"`, 'key')
      else if (!result.ok) report(at, result.problem)
      else matchers.push(result.matcher)
    }
  }
  readOld('match', '=')
  readOld('match_re', '=~')
  return matchers.sort(Matcher.compare)
}
