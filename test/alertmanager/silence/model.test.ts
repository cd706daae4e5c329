import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LabelSet } from '#lib/labels.ts'
import { openSilences, posted, RETENTION_MS } from './open.ts'

/** A silence as the oracle knows it: the rules as written, one list, no index, no disk. */
interface Known {
  id: string
  matchers: readonly string[]
  start: number
  end: number
  ended: boolean
}

const MATCHERS = ['a=1', 'a=2', 'a!=1', 'b=~1|2', 'b=~[12]', 'b!~2', 'c=', 'c!=']
const some = <T>(...values: T[]) => fc.constantFrom(...values)
const alert = fc.record({ a: some('1', '2', ''), b: some('1', '2', '12', ''), c: some('', 'x') })

const command = fc.oneof(
  fc.record({
    kind: fc.constant('set' as const),
    /** Which of the known ones to change; beyond them, a new one. */
    which: fc.nat(6),
    matchers: fc.array(some(...MATCHERS), { minLength: 1, maxLength: 3 }),
    keepMatchers: fc.boolean(),
    start: some(-2_000, 0, 1_000, 5_000),
    keepStart: fc.boolean(),
    // Longer than all that can happen in one millisecond: each change counts as a later one.
    length: some(50, 1_000, 10_000),
  }),
  fc.record({ kind: fc.constant('expire' as const), which: fc.nat(6) }),
  fc.record({ kind: fc.constant('wait' as const), ms: some(1, 50, 999, 1_000, 6_000, RETENTION_MS) }),
  fc.record({ kind: fc.constant('restart' as const) }),
)

const TEXT: Record<string, (value: string) => boolean> = {
  'a=1': (value) => value === '1',
  'a=2': (value) => value === '2',
  'a!=1': (value) => value !== '1',
  'b=~1|2': (value) => value === '1' || value === '2',
  'b=~[12]': (value) => value === '1' || value === '2',
  'b!~2': (value) => value !== '2',
  'c=': (value) => value === '',
  'c!=': (value) => value !== '',
}

test('silences do what the rules say, whatever is done to them', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 25 }), fc.array(alert, { minLength: 1, maxLength: 4 }), run),
    { numRuns: 60 },
  )

  async function run(
    commands: readonly (typeof command extends fc.Arbitrary<infer C> ? C : never)[],
    alerts: object[],
  ) {
    const { clock, reopen, silences: first } = openSilences(t)
    let silences = first
    let known: Known[] = []
    const now = () => clock.nowMs()
    const state = ({ start, end, ended }: Known) =>
      ended || now() > end ? 'expired' : now() < start ? 'pending' : 'active'

    for (const step of commands) {
      if (step.kind === 'wait') await clock.advance(step.ms)
      if (step.kind === 'restart') silences = reopen()
      if (step.kind === 'expire' && known[step.which] !== undefined) {
        const one = known[step.which]!
        void silences.expire(one.id)
        end(one)
      }
      if (step.kind === 'set') set(step)
      silences.collectGarbage()
      known = known.filter((one) => now() < one.end + RETENTION_MS)
      compare()
    }

    function end(one: Known): void {
      if (state(one) === 'expired') return
      if (state(one) === 'pending') one.start = now()
      one.end = now()
      one.ended = true
    }

    function set(step: Extract<(typeof commands)[number], { kind: 'set' }>): void {
      const old = known[step.which]
      const matchers = old !== undefined && step.keepMatchers ? old.matchers : step.matchers
      const start = old !== undefined && step.keepStart ? old.start : now() + step.start
      const endsAtMs = Math.max(now(), start) + step.length
      const result = silences.set(posted({ id: old?.id, matchers, startsAtMs: start, endsAtMs }))
      if (matchers.every((text) => !text.includes('!') && TEXT[text]!(''))) {
        assert.equal(result.ok, false)
        return
      }
      assert.ok(result.ok)
      const sameSecond = old !== undefined && Math.floor(old.start / 1_000) === Math.floor(start / 1_000)
      const inPlace =
        old !== undefined &&
        matchers.join() === old.matchers.join() &&
        ((state(old) === 'active' && sameSecond) || (state(old) === 'pending' && start >= now()))
      if (inPlace) {
        assert.equal(result.id, old.id)
        Object.assign(old, { start, end: endsAtMs })
        return
      }
      if (old !== undefined) {
        assert.notEqual(result.id, old.id)
        end(old)
      }
      known.push({ id: result.id, matchers, start: Math.max(start, now()), end: endsAtMs, ended: false })
    }

    function compare(): void {
      const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)
      const shown = silences.sorted().map((one) => {
        const { id, startsAtMs, endsAtMs } = one
        return { id, start: startsAtMs, end: endsAtMs, state: silences.stateOf(one) as string }
      })
      const wanted = known.map((one) => ({ id: one.id, start: one.start, end: one.end, state: state(one) as string }))
      assert.deepEqual(shown.sort(byId), wanted.sort(byId))
      for (const labels of alerts as Record<string, string>[]) {
        const muting = known.filter(
          (one) => state(one) === 'active' && one.matchers.every((text) => TEXT[text]!(labels[text[0]!] ?? '')),
        )
        const set = LabelSet.from(labels).filter((_name, value) => value !== '')
        assert.deepEqual(silences.mutedBy(set), muting.map(({ id }) => id).sort())
      }
    }
  }
})
