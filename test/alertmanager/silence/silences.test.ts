import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { LabelSet } from '#lib/labels.ts'
import { isClassicLabelName } from '../../../alertmanager/config/label-names.ts'
import { encodedSize } from '../../../alertmanager/silence/encoded-size.ts'
import type { SilenceChange, Silences } from '../../../alertmanager/silence/silences.ts'
import type { ManualClock } from '../../support/manual-clock.ts'
import { openSilences, type Posted, posted, RETENTION_MS } from './open.ts'

const MINUTE = 60_000

/** Sets a silence and expects that it is taken. */
function set(silences: Silences, silence: Posted): string {
  const result = silences.set(posted(silence))
  assert.ok(result.ok, JSON.stringify(result))
  return result.id
}

function refused(silences: Silences, silence: Posted): string {
  const result = silences.set(posted(silence))
  assert.ok(!result.ok)
  return result.problem === 'invalid' ? result.message : result.problem
}

test('a new silence has an id of its own; a start that is missing or past is now', (t) => {
  const { silences, clock } = openSilences(t)
  const nowMs = clock.nowMs()
  const endsAtMs = nowMs + MINUTE
  for (const startsAtMs of [undefined, nowMs - 1, Date.parse('0001-01-01T00:00:00Z')]) {
    const id = set(silences, { startsAtMs, endsAtMs })
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.equal(silences.get(id)?.startsAtMs, nowMs)
    assert.equal(silences.get(id)?.updatedAtMs, nowMs)
  }
  const later = set(silences, { startsAtMs: nowMs + 1, endsAtMs })
  assert.equal(silences.get(later)?.startsAtMs, nowMs + 1)
  assert.equal(silences.size, 4)
})

test('a silence is pending, then active from its start to its end, then expired', async (t) => {
  const { silences, clock } = openSilences(t)
  const nowMs = clock.nowMs()
  const silence = silences.get(set(silences, { startsAtMs: nowMs + 10, endsAtMs: nowMs + 20 }))!
  const seen: string[] = []
  for (let step = 0; step <= 30; step++) {
    const muted = silences.mutedBy(LabelSet.from({ a: 'b' })).length
    seen.push(`${silences.stateOf(silence)[0]}${muted}`)
    await clock.advance(1)
  }
  assert.equal(seen.join(' '), [...Array(10).fill('p0'), ...Array(11).fill('a1'), ...Array(10).fill('e0')].join(' '))
})

/** What an update of a silence does, by its state and by what changes. Times are relative to now, in seconds. */
const UPDATES: readonly (readonly [
  known: [number, number],
  change: Posted & { from?: number; to?: number },
  string,
])[] = [
  [[-10, 60], {}, 'same'],
  [[-10, 60], { comment: 'because', createdBy: 'you', annotations: LabelSet.from({ k: 'v' }) }, 'same'],
  [[-10, 60], { to: 3_600 }, 'same'],
  [[-10, 60], { to: 0 }, 'same'],
  [[-10, 60], { from: -9.5 }, 'same'],
  [[-10, 60], { from: -11 }, 'new'],
  [[-10, 60], { from: 5 }, 'new'],
  [[-10, 60], { matchers: ['c=d', 'a=b'] }, 'new'],
  [[-10, 60], { matchers: ['a=b'] }, 'new'],
  [[-10, 60], { matchers: ['a=b', 'c=~d'] }, 'new'],
  [[10, 60], {}, 'same'],
  [[10, 60], { from: 0, to: 3_600 }, 'same'],
  [[10, 60], { from: 20 }, 'same'],
  [[10, 60], { from: -1 }, 'new'],
  [[10, 60], { matchers: ['a=b', 'c!=d'] }, 'new'],
  [[-10, -5], { to: 60 }, 'new'],
]

for (const [[from, to], change, outcome] of UPDATES) {
  test(`a silence from ${from} to ${to}, changed by ${JSON.stringify(change)}: ${outcome}`, async (t) => {
    const { silences, clock } = openSilences(t)
    const before = { matchers: ['a=b', 'c=d'] }
    const zeroMs = clock.nowMs() + 10_000
    const id = set(silences, { ...before, startsAtMs: zeroMs + from * 1_000, endsAtMs: zeroMs + to * 1_000 })
    await clock.advance(10_000)
    const wasExpired = silences.stateOf(silences.get(id)!) === 'expired'
    const old = silences.get(id)!

    const { from: newFrom = from, to: newTo = to, ...rest } = change
    const times = { startsAtMs: zeroMs + newFrom * 1_000, endsAtMs: zeroMs + newTo * 1_000 }
    const newId = set(silences, { ...before, ...rest, ...times, id })
    const now = silences.get(newId)!
    assert.equal(now.endsAtMs, times.endsAtMs)
    assert.equal(now.updatedAtMs, zeroMs)
    if (rest.comment !== undefined) assert.equal(now.comment, rest.comment)
    if (outcome === 'same') {
      assert.equal(newId, id)
      assert.equal(silences.size, 1)
    } else {
      assert.notEqual(newId, id)
      assert.equal(now.startsAtMs, Math.max(times.startsAtMs, zeroMs))
      assert.equal(silences.stateOf(silences.get(id)!), 'expired')
      if (wasExpired) assert.deepEqual(silences.get(id), old)
    }
  })
}

test('expiring ends an active silence, empties a pending one, and leaves an expired one alone', async (t) => {
  const { silences, clock } = openSilences(t)
  const startMs = clock.nowMs()
  const active = set(silences, { endsAtMs: startMs + MINUTE })
  const pending = set(silences, { startsAtMs: startMs + 30_000, endsAtMs: startMs + MINUTE })
  await clock.advance(10_000)
  await silences.expire(active)
  await silences.expire(pending)
  const nowMs = clock.nowMs()
  const times = (id: string) => {
    const { startsAtMs, endsAtMs, updatedAtMs } = silences.get(id)!
    return [startsAtMs - startMs, endsAtMs - nowMs, updatedAtMs - nowMs]
  }
  assert.deepEqual(times(active), [0, 0, 0])
  assert.deepEqual(times(pending), [10_000, 0, 0])
  // At once, and for good: not only from the next millisecond on, nor until the clock is set back.
  for (const deltaMs of [0, -20_000]) {
    clock.step(deltaMs)
    assert.deepEqual(silences.countByState(), { active: 0, pending: 0, expired: 2 })
    assert.deepEqual(silences.mutedBy(LabelSet.from({ a: 'b' })), [])
  }
  clock.step(20_000)
  await clock.advance(1_000)
  await silences.expire(active)
  assert.deepEqual(times(active), [0, 0, 0])
  assert.equal(silences.expire('5d56a3e4-6e61-4dd8-a4a4-7d0f44a8b7c5'), undefined)
})

test('what is wrong with a silence is said in these words', (t) => {
  const { silences, clock } = openSilences(t)
  const endsAtMs = clock.nowMs() + MINUTE
  const table: readonly (readonly [Posted, string | RegExp])[] = [
    [{ matchers: [] }, 'invalid silence: at least one matcher required'],
    [{ matchers: ['=x'] }, 'invalid silence: invalid label matcher 0 in set 0: invalid label name ""'],
    [
      { matchers: ['a=b', 'c=~('] },
      /^invalid silence: invalid label matcher 1 in set 0: invalid regular expression "\(": /,
    ],
    [
      { matchers: ['c=~a)(b'] },
      /^invalid silence: invalid label matcher 0 in set 0: invalid regular expression "a\)\(b": /,
    ],
    [{ matchers: ['a='] }, 'invalid silence: at least one matcher must not match the empty string'],
    [{ matchers: ['a=', 'b=~.*', 'c=~x?'] }, 'invalid silence: at least one matcher must not match the empty string'],
    [{ startsAtMs: endsAtMs + 1 }, 'invalid silence: end time must not be before start time'],
    [{ id: '5d56a3e4-6e61-4dd8-a4a4-7d0f44a8b7c5' }, 'unknown'],
  ]
  for (const [silence, message] of table) {
    const problem = refused(silences, { endsAtMs, ...silence })
    if (typeof message === 'string') assert.equal(problem, message)
    else assert.match(problem, message)
  }
  assert.equal(silences.size, 0)
  set(silences, { endsAtMs, matchers: ['a!='] })
  set(silences, { endsAtMs, matchers: ['a=', 'b!=x'] })
})

test('in classic mode only classic names are taken', (t) => {
  const { silences, clock } = openSilences(t, { isLabelName: isClassicLabelName })
  const endsAtMs = clock.nowMs() + MINUTE
  set(silences, { endsAtMs, matchers: ['_a9=b'] })
  const message = refused(silences, { endsAtMs, matchers: ['Größe=b'] })
  assert.equal(message, 'invalid silence: invalid label matcher 0 in set 0: invalid label name "Größe"')
})

test('the number of silences is limited, expired ones included; updates in place are not', (t) => {
  const { silences, clock } = openSilences(t, { maxSilences: 2 })
  const endsAtMs = clock.nowMs() + MINUTE
  const id = set(silences, { endsAtMs })
  void silences.expire(set(silences, { endsAtMs }))
  assert.equal(refused(silences, { endsAtMs }), 'exceeded maximum number of silences: 2 (limit: 2)')
  assert.equal(set(silences, { id, endsAtMs, comment: 'other' }), id)
  assert.match(refused(silences, { id, endsAtMs, matchers: ['x=y'] }), /exceeded maximum number/)
  assert.equal(silences.stateOf(silences.get(id)!), 'active', 'a refused replacement ends nothing')
})

test('the size of a silence is limited', (t) => {
  const { silences, clock } = openSilences(t, { maxSizeBytes: 200 })
  const endsAtMs = clock.nowMs() + MINUTE
  set(silences, { endsAtMs })
  const long = 'é'.repeat(100)
  assert.match(
    refused(silences, { endsAtMs, comment: long }),
    /^silence exceeded maximum size: \d+ bytes \(limit: 200 bytes\)$/,
  )
})

test('the size is that of the protobuf message', () => {
  const silence = {
    ...{ id: 'x'.repeat(36), matchers: [], createdBy: 'ab', comment: '', annotations: LabelSet.from({ k: 'v' }) },
    ...{ startsAtMs: 1_500, endsAtMs: 2_000, updatedAtMs: 0 },
  }
  // id 38, empty set 2, times 2+2+6, 2+2 and 2, author 4, annotation 2+6, in an envelope of 2, and its own time 2+2.
  assert.equal(encodedSize(silence, 3_000), 2 + 38 + 2 + 10 + 4 + 2 + 4 + 8 + 4)
})

test('silences are kept for the retention after their end, and over restarts', async (t) => {
  const { silences, clock, reopen } = openSilences(t)
  const annotations = LabelSet.from({ ticket: 'OPS-1', a: '' })
  const matchers = ['a=b', 'c!=d', 'e=~f|g', 'h!~i.*', 'Größe=\n"']
  const id = set(silences, { endsAtMs: clock.nowMs() + MINUTE, matchers, annotations })
  const before = silences.get(id)!
  const again = reopen()
  assert.deepEqual(again.get(id), before)
  assert.deepEqual(again.get(id)!.matchers.map(String), before.matchers.map(String))
  await clock.advance(MINUTE + RETENTION_MS - 1)
  assert.equal(again.collectGarbage(), 0)
  assert.equal(again.indexSize, 0)
  await clock.advance(1)
  assert.equal(again.collectGarbage(), 1)
  assert.equal(reopen().size, 0)
})

test('the order is that of the API', (t) => {
  const { silences, clock } = openSilences(t)
  const at = (startS: number, endS: number, comment: string) => {
    const [startsAtMs, endsAtMs] = [clock.nowMs() + startS * 1_000, clock.nowMs() + endS * 1_000]
    return set(silences, { startsAtMs, endsAtMs, comment })
  }
  at(20, 30, 'p2')
  at(10, 90, 'p1')
  at(0, 60, 'a2')
  at(0, 50, 'a1')
  const [e2, e1] = [at(0, 100, 'e2'), at(0, 100, 'e1')]
  void silences.expire(e2)
  clock.step(1_000)
  void silences.expire(e1)
  assert.deepEqual(
    silences.sorted().map(({ comment }) => comment),
    ['a1', 'a2', 'p1', 'p2', 'e1', 'e2'],
  )
})

test('of two members of a cluster the later change wins, in any order', async (t) => {
  const [one, other] = [openSilences(t), openSilences(t)]
  const id = set(one.silences, { endsAtMs: one.clock.nowMs() + MINUTE })
  const first = one.silences.get(id)!
  await one.clock.advance(5)
  void one.silences.expire(id)
  const second = one.silences.get(id)!
  assert.equal(other.silences.merge(second), true)
  assert.equal(other.silences.merge(first), false)
  assert.equal(other.silences.merge(second), false)
  assert.deepEqual(other.silences.get(id), second)
  const third = openSilences(t)
  assert.equal(third.silences.merge(first), true)
  assert.deepEqual(third.silences.mutedBy(LabelSet.from({ a: 'b' })), [id])
  assert.equal(third.silences.merge(second), true)
  assert.deepEqual(third.silences.mutedBy(LabelSet.from({ a: 'b' })), [])
  await forgotten(third.clock)
  assert.equal(third.silences.merge({ ...second, updatedAtMs: second.updatedAtMs + 1 }), false)
})

async function forgotten(clock: ManualClock): Promise<void> {
  await clock.advance(RETENTION_MS + MINUTE)
}

test('watchers hear of every change, and of nothing else', (t: TestContext) => {
  const { silences, clock } = openSilences(t)
  const heard: SilenceChange[] = []
  const end = silences.watch((change) => heard.push(change))
  const endsAtMs = clock.nowMs() + MINUTE
  const id = set(silences, { endsAtMs })
  const created = silences.get(id)
  refused(silences, { endsAtMs, matchers: [] })
  const newId = set(silences, { id, endsAtMs, matchers: ['x=y'] })
  silences.merge({ ...silences.get(newId)!, updatedAtMs: clock.nowMs() + 1 })
  end()
  void silences.expire(newId)
  assert.deepEqual(
    heard.map(({ silence, before, merged }) => [silence.id, before?.id, merged]),
    [
      [id, undefined, false],
      [id, id, false],
      [newId, undefined, false],
      [newId, newId, true],
    ],
  )
  assert.equal(heard[1]!.before, created)
})

test('a silence that is changed in the millisecond in which it was made is not over for that', async (t) => {
  const { silences, clock } = openSilences(t)
  const end = clock.nowMs() + 1
  const made = silences.set(posted({ endsAtMs: end }))
  assert.ok(made.ok)
  const changed = silences.set(posted({ id: made.id, startsAtMs: clock.nowMs(), endsAtMs: end }))
  assert.ok(changed.ok && changed.id === made.id)
  assert.equal(silences.stateOf(silences.get(made.id)!), 'active')
  await clock.advance(3)
  assert.equal(silences.stateOf(silences.get(made.id)!), 'expired')
})
