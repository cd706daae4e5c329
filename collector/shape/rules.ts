import type { Chunk } from '#lib/match/chunk.ts'
import { Condition } from './condition.ts'
import { ruleName, type ShapeRule } from './config.ts'

/** A rule of the configuration, ready for use. */
export interface Rule {
  readonly condition: Condition
  /** Of so many records that meet the condition one is kept; 1 keeps all, infinity none. */
  readonly oneIn: number
  /** Of its sampling. */
  readonly seed: number
  /** Of `records_dropped_total`. */
  readonly reason: string
}

export function createRules(rules: readonly ShapeRule[], chunk: Chunk): readonly Rule[] {
  return rules.map((rule, index) => ({
    condition: new Condition(rule, chunk),
    oneIn: { keep: 1, drop: Number.POSITIVE_INFINITY, sample: rule.one_in ?? 1 }[rule.action],
    seed: index + 1,
    reason: `rule:${ruleName(rule, index)}`,
  }))
}
