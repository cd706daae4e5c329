import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LabelSet } from '#lib/labels.ts'
import { parseMatchers } from '#lib/matcher-syntax.ts'
import { type Matcher, matchesAll } from '#lib/matchers.ts'
import { type Alert, isResolved } from '../../../alertmanager/alert.ts'
import type { InhibitRule } from '../../../alertmanager/config/inhibit-rules.ts'
import { Inhibitor } from '../../../alertmanager/inhibit/inhibitor.ts'
import { momentOf } from '../../../alertmanager/moment.ts'
import { ManualClock } from '../../support/manual-clock.ts'

function matchers(text: string): readonly Matcher[] {
  if (text === '') return []
  const result = parseMatchers(text)
  assert.ok(result.ok)
  return result.matchers
}

function rule(source: string, target: string, ...equal: string[]): InhibitRule {
  return { name: '', source: matchers(source), target: matchers(target), equal }
}

function alert(labels: Record<string, string>, nowMs: number, leftMs = 60_000): Alert {
  return {
    labels: LabelSet.from(labels).filter((_name, value) => value !== ''),
    annotations: LabelSet.empty,
    startsAt: momentOf(nowMs),
    endsAt: momentOf(nowMs + leftMs),
    updatedAtMs: nowMs,
    ...{ generatorUrl: '', timeout: false },
  }
}

function open(...rules: InhibitRule[]) {
  const clock = new ManualClock()
  const inhibitor = new Inhibitor({ rules, clock })
  const put = (labels: Record<string, string>, leftMs?: number) => {
    const one = alert(labels, clock.nowMs(), leftMs)
    inhibitor.put(one)
    return one.labels.fingerprint
  }
  return { clock, put, by: (labels: Record<string, string>) => inhibitor.mutedBy(LabelSet.from(labels)) }
}

const DOWN = rule('alertname="Down"', 'alertname!="Down"', 'node')

test('a target is inhibited while a source with equal labels fires', async () => {
  const { clock, put, by } = open(DOWN)
  assert.deepEqual(by({ alertname: 'Slow', node: 'a' }), [])
  const down = put({ alertname: 'Down', node: 'a' })
  assert.deepEqual(by({ alertname: 'Slow', node: 'a' }), [down])
  assert.deepEqual(by({ alertname: 'Slow', node: 'b' }), [])
  assert.deepEqual(by({ alertname: 'Down', node: 'a' }), [])
  await clock.advance(60_000)
  assert.deepEqual(by({ alertname: 'Slow', node: 'a' }), [])
})

test('a label that is missing on either side counts as empty', () => {
  const { put, by } = open(DOWN)
  const down = put({ alertname: 'Down' })
  assert.deepEqual(by({ alertname: 'Slow' }), [down])
  assert.deepEqual(by({ alertname: 'Slow', node: 'a' }), [])
})

test('without equal any source inhibits any target', () => {
  const { put, by } = open(rule('severity="critical"', 'severity="info"'))
  const source = put({ severity: 'critical', a: '1' })
  assert.deepEqual(by({ severity: 'info', a: '2' }), [source])
})

test('an alert does not inhibit itself, nor do two that are on both sides', () => {
  const { put, by } = open(rule('severity=~"critical|page"', 'severity=~"page|info"', 'job'))
  put({ severity: 'page', job: 'a', n: '1' })
  put({ severity: 'page', job: 'a', n: '2' })
  assert.deepEqual(by({ severity: 'page', job: 'a', n: '1' }), [])
  const critical = put({ severity: 'critical', job: 'a' })
  assert.deepEqual(by({ severity: 'page', job: 'a', n: '1' }), [critical])
})

test('one on both sides inhibits those on the target side only', () => {
  const { put, by } = open(rule('severity=~"critical|page"', 'severity=~"page|info"'))
  const page = put({ severity: 'page' })
  assert.deepEqual(by({ severity: 'info' }), [page])
})

test('when a source ends, another one that fires goes on inhibiting', () => {
  const { put, by } = open(DOWN)
  const [first, second] = ['1', '2'].map((n) => put({ alertname: 'Down', node: 'a', n }))
  assert.equal(by({ alertname: 'Slow', node: 'a' }).length, 1)
  put({ alertname: 'Down', node: 'a', n: '1' }, 0)
  assert.deepEqual(by({ alertname: 'Slow', node: 'a' }), [second])
  put({ alertname: 'Down', node: 'a', n: '2' }, 0)
  assert.deepEqual(by({ alertname: 'Slow', node: 'a' }), [])
  assert.notEqual(first, second)
})

test('the first rule of the configuration that has a source counts', () => {
  const { put, by } = open(rule('a="1"', 'x="y"'), rule('', 'x="y"', 'z'), rule('a="3"', 'x=~"y|z"'))
  const third = put({ a: '3', z: 'other' })
  assert.deepEqual(by({ x: 'y' }), [third])
  const second = put({ a: '2' })
  assert.deepEqual(by({ x: 'y' }), [second])
  const first = put({ a: '1' })
  assert.deepEqual(by({ x: 'y' }), [first])
})

test('a rule without anything in it inhibits nothing', () => {
  const { put, by } = open(rule('', ''))
  put({ a: '1' })
  assert.deepEqual(by({ a: '2' }), [])
})

test('what is inhibited is what a search through all alerts says', async () => {
  const value = fc.constantFrom('', '1', '2')
  const labels = fc.record({ a: value, b: value, c: value })
  const side = fc.constantFrom('', 'a="1"', 'a="2"', 'b=~"1|2"', 'a!="1"', 'b="",c=~".+"', 'c!~"1"')
  const rules = fc.array(fc.tuple(side, side, fc.subarray(['a', 'b', 'c'])), { minLength: 1, maxLength: 4 })
  const step = fc.record({
    labels,
    leftMs: fc.constantFrom(0, 1_000, 5_000),
    waitMs: fc.constantFrom(0, 0, 700, 3_000),
  })
  await fc.assert(
    fc.asyncProperty(rules, fc.array(step, { maxLength: 20 }), async (written, steps) => {
      const compiled = written.map(([source, target, equal]) => rule(source, target, ...equal))
      const clock = new ManualClock()
      const inhibitor = new Inhibitor({ rules: compiled, clock })
      const alerts = new Map<string, Alert>()
      for (const { labels: record, leftMs, waitMs } of steps) {
        const one = alert(record, clock.nowMs(), leftMs)
        alerts.set(one.labels.fingerprint, one)
        inhibitor.put(one)
        await clock.advance(waitMs)
        if (waitMs === 3_000) inhibitor.collectGarbage()
        for (const target of alerts.values()) {
          const [found] = inhibitor.mutedBy(target.labels)
          const possible = searched(compiled, [...alerts.values()], target.labels, clock.nowMs())
          assert.equal(found === undefined, possible.size === 0)
          if (found !== undefined) assert.ok(possible.has(found))
        }
      }
    }),
    { numRuns: 150 },
  )
})

/** Fingerprints of the sources of the first rule that has any. */
function searched(rules: readonly InhibitRule[], alerts: readonly Alert[], target: LabelSet, nowMs: number) {
  for (const { source, target: targets, equal } of rules) {
    if (!matchesAll(targets, target)) continue
    const isTwoSided = matchesAll(source, target)
    const found = alerts.filter(
      (one) =>
        !isResolved(one, nowMs) &&
        matchesAll(source, one.labels) &&
        equal.every((name) => (one.labels.get(name) ?? '') === (target.get(name) ?? '')) &&
        !(isTwoSided && matchesAll(targets, one.labels)),
    )
    if (found.length > 0) return new Set(found.map((one) => one.labels.fingerprint))
  }
  return new Set<string>()
}
