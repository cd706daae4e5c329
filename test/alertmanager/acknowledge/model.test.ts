import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import type { Acknowledgements } from '../../../alertmanager/acknowledge/acknowledgements.ts'
import { momentOf } from '../../../alertmanager/moment.ts'
import { openAcknowledgements } from './open.ts'

const MINUTE_MS = 60_000
const NAMES = [0, 1, 2, 3] as const

/** What an acknowledgement says, without tables and indexes. */
interface Promised {
  readonly id: string
  endsAtMs: number
  /** Alerts whose occurrence has not ended. */
  readonly open: Set<number>
}

type Step =
  | { readonly kind: 'fire' | 'end'; readonly n: number }
  | { readonly kind: 'acknowledge'; readonly names: readonly number[]; readonly minutes: number }
  | { readonly kind: 'withdraw'; readonly which: number }
  | { readonly kind: 'wait'; readonly minutes: number }
  | { readonly kind: 'collect' | 'restart' }

const name = fc.constantFrom(...NAMES)
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom('fire' as const, 'end' as const), n: name }),
  fc.record({
    kind: fc.constant('acknowledge' as const),
    names: fc.uniqueArray(name, { minLength: 1 }),
    minutes: fc.integer({ min: 1, max: 20 }),
  }),
  fc.record({ kind: fc.constant('withdraw' as const), which: fc.nat(5) }),
  fc.record({ kind: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 15 }) }),
  fc.record({ kind: fc.constantFrom('collect' as const, 'restart' as const) }),
)

async function play(t: Pick<TestContext, 'after'>, story: readonly Step[]): Promise<void> {
  const { clock, fire, reopen, ...opened } = openAcknowledgements(t)
  let acknowledgements: Acknowledgements = opened.acknowledgements
  const promised: Promised[] = []
  const firing = new Map<number, ReturnType<typeof fire>>()
  for (const step of story) {
    const nowMs = clock.nowMs()
    switch (step.kind) {
      case 'fire': {
        const known = firing.get(step.n)
        firing.set(step.n, fire(step.n, known?.startsAt.ms ?? nowMs))
        acknowledgements.release([firing.get(step.n)!])
        break
      }
      case 'end': {
        const known = firing.get(step.n)
        if (known === undefined) break
        fire(step.n, known.startsAt.ms, nowMs)
        acknowledgements.release([{ ...known, endsAt: momentOf(nowMs) }])
        firing.delete(step.n)
        for (const { open } of promised) open.delete(step.n)
        break
      }
      case 'acknowledge': {
        const alerts = step.names.flatMap((n) => firing.get(n) ?? [])
        const endsAtMs = nowMs + step.minutes * MINUTE_MS
        const result = acknowledgements.add({ owner: 'ann', comment: '', matchers: [], endsAtMs, alerts })
        assert.equal(result.ok, alerts.length > 0)
        if (result.ok)
          promised.push({ id: result.id, endsAtMs, open: new Set(step.names.filter((n) => firing.has(n))) })
        break
      }
      case 'withdraw': {
        const one = promised[step.which]
        if (one === undefined) break
        void acknowledgements.withdraw(one.id)
        one.endsAtMs = Math.min(one.endsAtMs, nowMs)
        break
      }
      case 'wait':
        await clock.advance(step.minutes * MINUTE_MS)
        break
      case 'collect':
        acknowledgements.collectGarbage()
        break
      case 'restart':
        acknowledgements = reopen()
        break
    }
    for (const [n, alert] of firing) {
      const expected = promised.some(({ endsAtMs, open }) => open.has(n) && clock.nowMs() < endsAtMs)
      assert.equal(acknowledgements.covers(alert), expected, `${n} after ${JSON.stringify(step)}`)
    }
  }
}

test('an alert is covered exactly as long as somebody said so and its occurrence lasts, whatever happens', async () => {
  const property = fc.asyncProperty(fc.array(steps, { maxLength: 25 }), async (story) => {
    const closing: (() => void)[] = []
    try {
      await play({ after: (close) => void closing.push(close as () => void) }, story)
    } finally {
      for (const close of closing.reverse()) close()
    }
  })
  await fc.assert(property, { numRuns: 60 })
})
