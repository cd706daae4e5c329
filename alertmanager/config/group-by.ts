import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import type { MatcherMode } from '#lib/matcher-syntax.ts'
import { isLabelName } from './label-names.ts'

/** The labels whose values name a group; `all` keeps every alert apart. */
export type GroupBy = 'all' | readonly string[]

/** Reads `group_by`: undefined if it is left out and so inherited. An empty list puts all alerts into one group. */
export function readGroupBy(
  names: readonly string[] | undefined,
  path: Path,
  { report, mode }: { readonly report: Report; readonly mode: MatcherMode },
): GroupBy | undefined {
  if (names === undefined) return undefined
  const seen = new Set<string>()
  for (const [index, name] of names.entries()) {
    const at = [...path, index]
    if (name !== ALL && !isLabelName(name, mode)) report(at, `invalid label name "${name}" in group_by list`)
    else if (seen.has(name)) report(at, `duplicated label "${name}" in group_by`)
    seen.add(name)
  }
  if (!seen.has(ALL)) return names
  if (seen.size > 1) report(path, 'cannot have wildcard group_by (`...`) and other labels at the same time')
  return 'all'
}

const ALL = '...'
