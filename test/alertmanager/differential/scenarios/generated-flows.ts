import fc from 'fast-check'
import type { Scenario } from '../scenario.ts'
import { sample } from './sample.ts'

/** Which of six alerts fire and which are resolved at once, and which integrations refuse at first what comes of it. */
interface Step {
  readonly fire: readonly number[]
  readonly resolve: readonly number[]
  readonly refuses: readonly number[]
  readonly expire: boolean
}

const some = fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { maxLength: 4 })
const step: fc.Arbitrary<Step> = fc.record({
  fire: some,
  resolve: some,
  refuses: fc.constantFrom([], [], [], [0], [1], [0, 1]),
  expire: fc.constantFrom(false, false, true),
})
const webhook = fc.record({ send_resolved: fc.boolean(), max_alerts: fc.constantFrom(0, 0, 0, 2) })
const flow = fc.record({
  webhooks: fc.array(webhook, { minLength: 1, maxLength: 2 }),
  groupBy: fc.constantFrom([], ['g'], ['...']),
  silenced: fc.constantFrom('', '0', '1|4'),
  steps: fc.array(step, { minLength: 4, maxLength: 4 }),
})

const labelsOf = (n: number) => ({ g: String(n % 2), n: String(n) })
/** In which two ticks come for sure: a refusal and the next try. */
const STEP_MS = 3_200

/** Alerts that come and go at random, while receivers fail. */
export const GENERATED_FLOWS: readonly Scenario[] = sample(flow, 16, 5).map(
  ({ webhooks, groupBy, silenced, steps }, index): Scenario => ({
    name: `generated-flow-${index}`,
    config: { receivers: { team: webhooks }, route: { group_by: groupBy } },
    story: async (story) => {
      // What is silenced was never told. What was told and is silenced later is another story, see docs/muting.md.
      if (silenced !== '') await story.silence({ matchers: [{ name: 'n', value: silenced, isRegex: true }] })
      for (const { fire, resolve, refuses, expire } of steps) {
        for (const integration of refuses) story.answerGroups('team', integration, { status: 400 })
        const ended = resolve.filter((n) => !fire.includes(n))
        if (expire && silenced !== '') await story.expire(0)
        else await story.change({ fire: fire.map(labelsOf), resolve: ended.map(labelsOf) })
        await story.quiet(STEP_MS)
      }
      await story.groups()
    },
  }),
)
