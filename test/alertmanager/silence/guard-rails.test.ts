import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GuardRails } from '../../../alertmanager/silence/guard-rails.ts'
import { NO_GUARD_RAILS } from '../support/test-router.ts'
import { openSilences, type Posted, posted } from './open.ts'

const HOUR = 3_600_000

test('guard rails refuse silences that are too broad, too long, or say too little, and name the key', (t) => {
  const table: readonly (readonly [Partial<GuardRails>, Posted, string | undefined])[] = [
    [{}, { comment: '', matchers: ['a!=b'] }, undefined],
    [{ require_comment: true }, { comment: ' ' }, 'it needs a comment (silences.require_comment)'],
    [{ require_comment: true }, { comment: 'x' }, undefined],
    [{ max_duration: HOUR }, {}, undefined],
    [{ max_duration: HOUR - 1_000 }, {}, 'it may last 59m59s at most (silences.max_duration)'],
    [{ denied_labels: ['team', 'a'] }, {}, 'it may not be about the label a (silences.denied_labels)'],
    [{ denied_labels: ['team'] }, {}, undefined],
    [
      { min_matchers: 2 },
      { matchers: ['a=b', 'c=~.*', 'd!=e'] },
      'at least 2 matchers must ask for a value, not 1 (silences.min_matchers)',
    ],
    [{ min_matchers: 2 }, { matchers: ['a=b', 'c=~.+'] }, undefined],
  ]
  for (const [rails, silence, problem] of table) {
    const { silences, clock } = openSilences(t, { guardRails: { ...NO_GUARD_RAILS, ...rails } })
    const result = silences.set(posted({ endsAtMs: clock.nowMs() + HOUR, ...silence }))
    const message = !result.ok && result.problem === 'invalid' ? result.message : undefined
    assert.equal(message, problem && `silence refused: ${problem}`, JSON.stringify([rails, silence]))
  }
})

test('a longer silence cannot be had by changing one, and what is refused changes nothing', (t) => {
  const { silences, clock } = openSilences(t, { guardRails: { ...NO_GUARD_RAILS, max_duration: HOUR } })
  const made = silences.set(posted({ endsAtMs: clock.nowMs() + HOUR }))
  assert.ok(made.ok)
  const before = silences.get(made.id)
  const longer = silences.set(posted({ id: made.id, startsAtMs: clock.nowMs(), endsAtMs: clock.nowMs() + HOUR + 1 }))
  assert.equal(longer.ok, false)
  assert.equal(silences.get(made.id), before)
})
