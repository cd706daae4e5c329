import type { Clock } from '#lib/clock.ts'
import type { LabelSet } from '#lib/labels.ts'
import { type Matcher, matchesAll } from '#lib/matchers.ts'
import type { Alert } from '../alert.ts'
import type { InhibitRule } from '../config/inhibit-rules.ts'
import { IndexByLabel } from '../mute/index-by-label.ts'
import type { Muter } from '../mute/mute.ts'
import { RuleSources } from './rule.ts'

interface SourceSide {
  readonly matchers: readonly Matcher[]
  readonly sources: RuleSources
}

/** That an alert is not told because another one fires. */
export interface Inhibition {
  /** Of the other one. */
  readonly fingerprint: string
  readonly rule: InhibitRule
  /** The place of the rule in the configuration. */
  readonly index: number
}

const NONE: readonly string[] = []

/**
 * Keeps alerts from being told while others fire that say more. It must have seen every alert that is stored before
 * anything is told: what it has not seen inhibits nothing.
 */
export class Inhibitor implements Muter {
  readonly reason = 'inhibition'
  readonly #clock: Clock
  /** By their place in the configuration. */
  readonly #rules: readonly RuleSources[]
  readonly #places: ReadonlyMap<RuleSources, number>
  readonly #bySource = new IndexByLabel<SourceSide>()
  readonly #byTarget = new IndexByLabel<RuleSources>()

  constructor({ rules, clock }: { readonly rules: readonly InhibitRule[]; readonly clock: Clock }) {
    this.#clock = clock
    this.#rules = rules.map((rule) => new RuleSources(rule))
    this.#places = new Map(this.#rules.map((rule, place) => [rule, place]))
    for (const [place, sources] of this.#rules.entries()) {
      this.#byTarget.add(sources)
      this.#bySource.add({ matchers: rules[place]!.source, sources })
    }
  }

  get ruleCount(): number {
    return this.#rules.length
  }

  /** Takes a stored alert, or a new version of one. */
  put(alert: Alert): void {
    if (this.#rules.length === 0) return
    const nowMs = this.#clock.nowMs()
    this.#bySource.visit(alert.labels, ({ matchers, sources }) => {
      if (matchesAll(matchers, alert.labels)) sources.put(alert, nowMs)
    })
  }

  /** The fingerprint of the alert that inhibits one with these labels, by the first rule that has one. */
  mutedBy(labels: LabelSet): readonly string[] {
    const found = this.inhibitionOf(labels)
    return found === undefined ? NONE : [found.fingerprint]
  }

  /** What inhibits an alert with these labels, by the first rule that does. */
  inhibitionOf(labels: LabelSet): Inhibition | undefined {
    if (this.#rules.length === 0) return undefined
    const nowMs = this.#clock.nowMs()
    let first = this.#rules.length
    let inhibitor: string | undefined
    this.#byTarget.visit(labels, (rule) => {
      const place = this.#places.get(rule)!
      if (place > first || !matchesAll(rule.matchers, labels)) return
      const found = rule.inhibitorOf(labels, nowMs)
      if (found === undefined) return
      first = place
      inhibitor = found
    })
    return inhibitor === undefined
      ? undefined
      : { fingerprint: inhibitor, rule: this.#rules[first]!.rule, index: first }
  }

  collectGarbage(): void {
    const nowMs = this.#clock.nowMs()
    for (const rule of this.#rules) rule.collectGarbage(nowMs)
  }
}
