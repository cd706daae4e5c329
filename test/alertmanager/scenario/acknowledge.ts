import assert from 'node:assert/strict'
import { parseDuration } from '#lib/duration.ts'
import { LabelSet } from '#lib/labels.ts'
import { Matcher, matchesAll } from '#lib/matchers.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import type { TestRouter } from '../support/test-router.ts'

/** When stories begin, epoch milliseconds. */
const BEGIN_MS = new ManualClock().nowMs()

/** A step of a story: somebody acknowledges what has these labels, until this time of the story. */
export function acknowledge(labels: Readonly<Record<string, string>>, until: string) {
  return ({ pipeline }: TestRouter): void => {
    const matchers = [...LabelSet.from(labels)].map(([name, value]) => {
      const result = Matcher.create(name, '=', value)
      assert.ok(result.ok)
      return result.matcher
    })
    const alerts = [...pipeline.alerts()].filter((alert) => matchesAll(matchers, alert.labels))
    const endsAtMs = BEGIN_MS + parseDuration(until)!
    const result = pipeline.state.acknowledgements.add({ owner: 'me', comment: '', matchers, endsAtMs, alerts })
    assert.ok(result.ok, JSON.stringify(result))
  }
}

/** A step of a story: every acknowledgement is withdrawn. */
export function withdrawAll({ pipeline }: TestRouter): void {
  const { acknowledgements } = pipeline.state
  for (const { id } of acknowledgements.sorted()) void acknowledgements.withdraw(id)
}
