import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import { list, mapping, optional, type Static, section, text } from '#lib/config/schema.ts'
import type { MatcherMode } from '#lib/matcher-syntax.ts'
import type { Matcher } from '#lib/matchers.ts'
import { isLabelName } from './label-names.ts'
import { readMatchers } from './matchers.ts'

const matchers = (of: string) => {
  return optional(list(text({ description: 'Matchers.' }), { description: `Matchers of the ${of}; all must hold.` }))
}
const old = (of: string, what: string) => {
  const description = `Labels of the ${of} that must ${what}. Old spelling of ${of}_matchers.`
  return optional(mapping(text({ description: 'A value.' }), { description }))
}

const ruleSchema = section('Alerts of one kind that need not be told while others fire.', {
  name: optional(text({ description: 'Name of the rule.' })),
  source_matchers: matchers('source'),
  source_match: old('source', 'have these values'),
  source_match_re: old('source', 'match these patterns'),
  target_matchers: matchers('target'),
  target_match: old('target', 'have these values'),
  target_match_re: old('target', 'match these patterns'),
  equal: optional(
    list(text({ description: 'Name of a label.' }), {
      description: 'Labels of which source and target have the same values; one that both lack counts as the same.',
    }),
  ),
})

export const inhibitRulesSchema = list(ruleSchema, {
  description: 'While a source fires, its targets are not told.',
  default: [],
})

type RuleOptions = Static<typeof ruleSchema>

/** A rule with its matchers compiled. A rule without matchers on a side takes every alert there. */
export interface InhibitRule {
  readonly name: string
  readonly source: readonly Matcher[]
  readonly target: readonly Matcher[]
  readonly equal: readonly string[]
}

export interface InhibitContext {
  readonly report: Report
  readonly warn: (message: string) => void
  readonly mode: MatcherMode
}

export function readInhibitRules(
  rules: readonly RuleOptions[],
  { report, warn, mode }: InhibitContext,
): readonly InhibitRule[] {
  return rules.map((rule, index) => {
    const path: Path = ['inhibit_rules', index]
    const read = (side: 'source' | 'target') => {
      const written = {
        matchers: rule[`${side}_matchers`],
        match: rule[`${side}_match`],
        match_re: rule[`${side}_match_re`],
      }
      // The keys of a route, with the side before them.
      const here: Report = (at, message, what) => {
        const [key, ...rest] = at.slice(path.length)
        report([...path, `${side}_${key}`, ...rest], message, what)
      }
      return readMatchers(definedOf(written), path, { report: here, warn, mode })
    }
    const equal = rule.equal ?? []
    for (const [at, name] of equal.entries()) {
      if (!isLabelName(name, mode)) report([...path, 'equal', at], `invalid label name "${name}" in equal list`)
    }
    return { name: rule.name ?? '', source: read('source'), target: read('target'), equal }
  })
}

/** Without the keys that were not written. */
function definedOf<T extends object>(record: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const kept = Object.entries(record).filter(([, value]) => value !== undefined)
  return Object.fromEntries(kept) as { [K in keyof T]?: NonNullable<T[K]> }
}
