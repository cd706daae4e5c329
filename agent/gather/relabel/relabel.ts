import { hash } from 'node:crypto'
import type { RE2JS } from 're2js'
import { compileRe2 } from '#lib/re2.ts'
import { expandTemplate } from './expand-template.ts'

export const RELABEL_ACTIONS = [
  ...(['replace', 'keep', 'drop', 'labelmap', 'labeldrop', 'labelkeep'] as const),
  ...(['hashmod', 'lowercase', 'uppercase', 'keepequal', 'dropequal'] as const),
] as const

/** A rule, with the names of Prometheus' configuration. */
export interface RelabelRule {
  readonly source_labels: readonly string[]
  readonly separator: string
  readonly regex: string
  readonly action: (typeof RELABEL_ACTIONS)[number]
  readonly target_label: string
  readonly replacement: string
  readonly modulus: number
}

/** Changes labels in place; returns whether they are kept. Empty values are no labels. */
export type Relabel = (labels: Map<string, string>) => boolean

const LABEL_NAME = /^[a-zA-Z_]\w*$/

/**
 * Rules as Prometheus applies them: one after the other, patterns anchored at both ends.
 *
 * @returns undefined if there are none
 * @throws the library's error for a pattern that is none
 */
export function compileRelabel(rules: readonly RelabelRule[]): Relabel | undefined {
  if (rules.length === 0) return undefined
  const steps = rules.map(compileRule)
  return (labels) => steps.every((step) => step(labels))
}

function compileRule(rule: RelabelRule): Relabel {
  const { source_labels, separator, action, target_label, modulus } = rule
  const pattern = compileRe2(`^(?s:${rule.regex})$`)
  const sourceOf = (labels: ReadonlyMap<string, string>) =>
    source_labels.map((name) => labels.get(name) ?? '').join(separator)
  const write = (labels: Map<string, string>, value: string) => set(labels, target_label, value)
  switch (action) {
    case 'replace':
      return (labels) => replace(rule, pattern, labels, sourceOf(labels))
    case 'keep':
      return (labels) => pattern.matches(sourceOf(labels))
    case 'drop':
      return (labels) => !pattern.matches(sourceOf(labels))
    case 'keepequal':
      return (labels) => sourceOf(labels) === (labels.get(target_label) ?? '')
    case 'dropequal':
      return (labels) => sourceOf(labels) !== (labels.get(target_label) ?? '')
    case 'lowercase':
      return (labels) => write(labels, sourceOf(labels).toLowerCase())
    case 'uppercase':
      return (labels) => write(labels, sourceOf(labels).toUpperCase())
    case 'hashmod':
      return (labels) => write(labels, String(hashOf(sourceOf(labels)) % BigInt(modulus)))
    case 'labelmap':
      return (labels) => mapNames(rule, pattern, labels)
    case 'labeldrop':
      return (labels) => deleteWhere(labels, (name) => pattern.matches(name))
    case 'labelkeep':
      return (labels) => deleteWhere(labels, (name) => !pattern.matches(name))
  }
}

function replace(
  { target_label, replacement }: RelabelRule,
  pattern: RE2JS,
  labels: Map<string, string>,
  source: string,
) {
  const matcher = pattern.matcher(source)
  if (!matcher.matches()) return true
  const target = expandTemplate(target_label, matcher)
  return LABEL_NAME.test(target) ? set(labels, target, expandTemplate(replacement, matcher)) : true
}

function mapNames({ replacement }: RelabelRule, pattern: RE2JS, labels: Map<string, string>): true {
  for (const [name, value] of [...labels]) {
    const matcher = pattern.matcher(name)
    if (matcher.matches()) set(labels, expandTemplate(replacement, matcher), value)
  }
  return true
}

function deleteWhere(labels: Map<string, string>, isGone: (name: string) => boolean): true {
  for (const name of [...labels.keys()]) if (isGone(name)) labels.delete(name)
  return true
}

function set(labels: Map<string, string>, name: string, value: string): true {
  if (value === '') labels.delete(name)
  else labels.set(name, value)
  return true
}

/** As Prometheus makes it: the last eight bytes of the MD5 sum. */
function hashOf(text: string): bigint {
  return hash('md5', text, 'buffer').readBigUInt64BE(8)
}
