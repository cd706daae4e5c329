import type { LabelSet } from '#lib/labels.ts'
import { type Matcher, matchesAll } from '#lib/matchers.ts'
import { type Alert, isResolved } from '../alert.ts'
import type { InhibitRule } from '../config/inhibit-rules.ts'

/** The sources with one set of values of the labels that must be equal, by fingerprint. */
interface Sources {
  /** That are no targets themselves. */
  readonly oneSided: Map<string, Alert>
  /** That are: they don't inhibit each other, nor themselves. */
  readonly twoSided: Map<string, Alert>
}

/** One rule, and every alert on its source side. */
export class RuleSources {
  /** Those of the target: what the rule is found by. */
  readonly matchers: readonly Matcher[]
  readonly rule: InhibitRule
  readonly #byEqual = new Map<string, Sources>()

  constructor(rule: InhibitRule) {
    this.rule = rule
    this.matchers = rule.target
  }

  /** Takes an alert that matches the source side, or a new version of one. */
  put(alert: Alert, nowMs: number): void {
    const key = this.#keyOf(alert.labels)
    const sources = this.#byEqual.get(key)
    const side = matchesAll(this.rule.target, alert.labels) ? 'twoSided' : 'oneSided'
    const { fingerprint } = alert.labels
    if (!isResolved(alert, nowMs)) {
      const into = sources ?? { oneSided: new Map(), twoSided: new Map() }
      if (sources === undefined) this.#byEqual.set(key, into)
      into[side].set(fingerprint, alert)
    } else if (sources !== undefined) {
      sources[side].delete(fingerprint)
      this.#dropIfEmpty(key, sources)
    }
  }

  /** Fingerprint of a firing source that inhibits an alert on the target side. */
  inhibitorOf(labels: LabelSet, nowMs: number): string | undefined {
    const key = this.#keyOf(labels)
    const sources = this.#byEqual.get(key)
    if (sources === undefined) return undefined
    const found = firstFiring(sources.oneSided, nowMs)
    if (found !== undefined || matchesAll(this.rule.source, labels)) return found
    return firstFiring(sources.twoSided, nowMs)
  }

  /** Drops sources that ended without anybody saying so. */
  collectGarbage(nowMs: number): void {
    for (const [key, sources] of this.#byEqual) {
      for (const side of [sources.oneSided, sources.twoSided]) {
        for (const [fingerprint, alert] of side) if (isResolved(alert, nowMs)) side.delete(fingerprint)
      }
      this.#dropIfEmpty(key, sources)
    }
  }

  /** A label that is missing counts as empty. */
  #keyOf(labels: LabelSet): string {
    return this.rule.equal.map((name) => labels.get(name) ?? '').join('\xff')
  }

  #dropIfEmpty(key: string, { oneSided, twoSided }: Sources): void {
    if (oneSided.size === 0 && twoSided.size === 0) this.#byEqual.delete(key)
  }
}

/** Drops what has ended on the way: it fires again only when it is sent again. */
function firstFiring(sources: Map<string, Alert>, nowMs: number): string | undefined {
  for (const [fingerprint, alert] of sources) {
    if (!isResolved(alert, nowMs)) return fingerprint
    sources.delete(fingerprint)
  }
  return undefined
}
