import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import { choice, integer, list, optional, type Static, section, text } from '#lib/config/schema.ts'
import { compilePattern } from '#lib/match/pattern.ts'
import { SEVERITIES } from '#lib/parse/severity-names.ts'
import { containerRules } from '#lib/select/container-rule.ts'
import { STREAM_NAMES } from '../decode/line.ts'

const ACTIONS = ['drop', 'keep', 'sample'] as const

/** The part of the agent's configuration that says which records are not wanted. */
export function rulesList() {
  const severity = (description: string) => optional(choice(SEVERITIES, { description }))
  return list(
    section(
      'Records are compared as they would be shipped: joined, redacted, cut. A record meets a rule if it meets all of its conditions.',
      {
        name: optional(
          text({
            description: 'Name in `records_dropped_total{reason="rule:<name>"}`; by default its place, from 1.',
            pattern: '^[A-Za-z][A-Za-z0-9._-]{0,62}$',
          }),
        ),
        containers: containerRules('Containers whose records it is about; all if none is named.'),
        min_severity: severity('Records of this severity or a higher one; none without a severity.'),
        max_severity: severity('Records of this severity or a lower one; none without a severity.'),
        stream: optional(choice(STREAM_NAMES, { description: 'Records of one stream.' })),
        contains: optional(text({ description: 'Records whose body has this text, in this case.', minLength: 1 })),
        matches: optional(
          text({
            description: 'Records in whose body, in its first 64 KiB, this RE2 pattern is found.',
            minLength: 1,
          }),
        ),
        action: choice(ACTIONS, {
          description:
            '`drop` drops the record, `keep` ships it, `sample` ships one of `one_in`. No rule behind it counts.',
        }),
        one_in: optional(
          integer({
            description:
              'Of so many records one is kept, on average. Which ones depends on where they stand in their file, so that it is the same ones if they are read again.',
            minimum: 2,
            maximum: 1_000_000,
          }),
        ),
      },
    ),
    {
      description:
        'Which records are dropped on the node. The first rule that a record meets decides; one that meets none is kept.',
      default: [],
    },
  )
}

export type RuleConfig = Static<ReturnType<typeof rulesList>>[number]

/** What a rule is called. */
export function ruleName({ name }: RuleConfig, index: number): string {
  return name ?? String(index + 1)
}

/** Checks what the schema does not say. */
export function checkRules(rules: readonly RuleConfig[], path: Path, report: Report): void {
  const names = new Set<string>()
  for (const [index, rule] of rules.entries()) {
    const here = [...path, index]
    const { name, containers, min_severity: min, max_severity: max, stream, contains, matches, action, one_in } = rule
    if (name !== undefined && names.has(name)) report([...here, 'name'], `there is another rule "${name}"`)
    if (name !== undefined) names.add(name)
    if (min !== undefined && max !== undefined && SEVERITIES.indexOf(min) > SEVERITIES.indexOf(max)) {
      report([...here, 'min_severity'], `no severity is at least ${min} and at most ${max}`)
    }
    if (action === 'sample' && one_in === undefined) report([...here, 'action'], 'sample needs one_in')
    if (action !== 'sample' && one_in !== undefined) report([...here, 'one_in'], 'one_in is for action: sample')
    const isAboutAll = [min, max, stream, contains, matches].every((condition) => condition === undefined)
    if (action === 'drop' && isAboutAll && containers.length === 0) {
      report(here, 'the rule drops every record; name a condition or containers')
    }
    if (matches === undefined) continue
    const compiled = compilePattern(matches)
    if (!compiled.ok) report([...here, 'matches'], `matches: ${compiled.problem}`)
  }
}
