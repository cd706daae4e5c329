import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LabelSet } from '#lib/labels.ts'
import { Matcher } from '#lib/matchers.ts'
import { NOTICE_KINDS } from '../../../alertmanager/config/silence-notices.ts'
import { aboutSilence, nextChangeMs, noticeAlert, noticeOf } from '../../../alertmanager/own-alerts/notice.ts'
import type { Silence } from '../../../alertmanager/silence/silence.ts'

function silence(more: Partial<Silence> = {}): Silence {
  return {
    ...{ id: 'one', matchers: [], startsAtMs: 0, endsAtMs: 1_000, updatedAtMs: 0, createdBy: 'me', comment: '' },
    annotations: LabelSet.empty,
    ...more,
  }
}

const OPTIONS = { kinds: new Set(NOTICE_KINDS), beforeMs: 100, keepMs: 500 }

test('what there is to tell follows from the times', () => {
  const kindsAt = (one: Silence, times: readonly number[]) =>
    times.map((nowMs) => noticeOf(one, OPTIONS, nowMs)?.kind ?? '-').join(' ')
  assert.equal(
    kindsAt(silence(), [0, 899, 900, 999, 1_000, 1_001, 1_499, 1_500]),
    '- - expiring expiring - expired expired -',
  )
  // Not longer than half of it.
  assert.equal(kindsAt(silence({ endsAtMs: 100 }), [0, 49, 50, 99, 101]), '- - expiring expiring expired')
  // Ended by hand; before it began; and pending.
  assert.equal(kindsAt(silence({ endsAtMs: 300, updatedAtMs: 300 }), [300, 799, 800]), 'expired expired -')
  const never = silence({ startsAtMs: 300, endsAtMs: 300, updatedAtMs: 300 })
  assert.equal(kindsAt(never, [300, 400]), '- -')
  assert.equal(kindsAt(silence({ startsAtMs: 950 }), [900, 949, 974, 975]), '- - - expiring')
})

test('nothing changes before the time at which something may', () => {
  const times = fc.record({
    ...{ startsAtMs: fc.nat(50), lengthMs: fc.nat(50), updatedAtMs: fc.nat(120) },
    ...{ beforeMs: fc.integer({ min: 1, max: 60 }), keepMs: fc.integer({ min: 1, max: 60 }) },
  })
  const property = fc.property(times, fc.nat(200), ({ startsAtMs, lengthMs, updatedAtMs, ...config }, nowMs) => {
    const one = silence({ startsAtMs, endsAtMs: startsAtMs + lengthMs, updatedAtMs: Math.min(updatedAtMs, nowMs) })
    const options = { ...OPTIONS, ...config }
    const kindAt = (atMs: number) => noticeOf(one, options, atMs)?.kind
    const untilMs = Math.min(nextChangeMs(one, options, nowMs), 400)
    assert.ok(untilMs > nowMs)
    for (let atMs = nowMs; atMs < untilMs; atMs++) assert.equal(kindAt(atMs), kindAt(nowMs))
    const notice = noticeOf(one, options, nowMs)
    assert.ok(notice === undefined || (notice.startsAtMs <= nowMs && notice.endsAtMs > nowMs))
  })
  fc.assert(property, { numRuns: 300 })
})

test('the alert takes labels from the configuration and the silence, and texts of any length', () => {
  const team = Matcher.create('team', '=', 'db')
  const pattern = Matcher.create('zone', '=~', 'a|b')
  assert.ok(team.ok && pattern.ok)
  const one = silence({
    ...{ matchers: [team.matcher, pattern.matcher], createdBy: 'x'.repeat(5_000), comment: 'y'.repeat(5_000) },
  })
  const notice = { kind: 'expiring', silence: one, startsAtMs: 900, endsAtMs: 1_000 } as const
  const labels = { severity: '', team: 'all', zone: 'any', owner: 'me' }
  const alert = noticeAlert(notice, 3, { labels, copyLabels: ['team', 'zone'] }, ({ id }) => `http://x/${id}`)
  assert.deepEqual(Object.fromEntries(alert.labels), {
    ...{ alertname: 'SilenceExpiring', created_by: `${'x'.repeat(2_000)}…`, silence_id: 'one' },
    // A pattern names no value.
    ...{ team: 'db', zone: 'any', owner: 'me' },
  })
  assert.equal(alert.annotations.get('comment'), `${'y'.repeat(2_000)}…`)
  assert.equal(alert.annotations.get('firing'), '3')
  assert.equal(alert.generatorUrl, 'http://x/one')
  assert.deepEqual(aboutSilence(alert.labels), { kind: 'expiring', id: 'one' })
  assert.equal(aboutSilence(LabelSet.from({ alertname: 'SilenceExpiring' })), undefined)
  assert.equal(aboutSilence(LabelSet.from({ alertname: 'A', silence_id: 'one' })), undefined)
})
