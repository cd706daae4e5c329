import type { Report } from '#lib/config/check.ts'
import { choice, integer, list, type Static, section, text } from '#lib/config/schema.ts'
import { messageOf } from '#lib/errors.ts'
import { compileRelabel, RELABEL_ACTIONS } from './relabel.ts'

/** Rules as those of Prometheus' `relabel_configs`, with its names and defaults. */
export function relabelList(description: string) {
  return list(
    section('What is done with labels, as in Prometheus.', {
      source_labels: list(text({ description: 'Name of a label.', minLength: 1 }), {
        description: 'Labels whose values are joined.',
        default: [],
      }),
      separator: text({ description: 'What stands between the values.', default: ';' }),
      regex: text({ description: 'Pattern in the syntax of RE2 that must match the whole.', default: '(.*)' }),
      action: choice(RELABEL_ACTIONS, { description: 'What is done if it matches.', default: 'replace' }),
      target_label: text({ description: 'Label that is written; `$1` and the like stand for groups.', default: '' }),
      replacement: text({ description: 'Its new value; `$1` and the like stand for groups.', default: '$1' }),
      modulus: integer({ description: 'Of the hash, for `hashmod`.', default: 0, minimum: 0 }),
    }),
    { description, default: [] },
  )
}

export type RelabelConfig = Static<ReturnType<typeof relabelList>>

/** Reports rules that cannot be. */
export function checkRelabel(rules: RelabelConfig, path: readonly (string | number)[], report: Report): void {
  for (const [index, rule] of rules.entries()) {
    const { action, target_label, modulus } = rule
    const needsTarget = ['replace', 'hashmod', 'lowercase', 'uppercase', 'keepequal', 'dropequal'].includes(action)
    if (needsTarget && target_label === '') report([...path, index], `${action} needs target_label`)
    if (action === 'hashmod' && modulus === 0) report([...path, index], 'hashmod needs modulus')
    try {
      compileRelabel([rule])
    } catch (error) {
      report([...path, index, 'regex'], `${JSON.stringify(rule.regex)} is no pattern of RE2: ${messageOf(error)}`)
    }
  }
}
