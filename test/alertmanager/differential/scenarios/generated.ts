import fc from 'fast-check'
import type { RouteSection } from '../configuration.ts'
import type { Scenario } from '../scenario.ts'
import type { Sent, SilenceMatcher } from '../story.ts'
import { sample } from './sample.ts'

const name = fc.constantFrom('a', 'b', 'c', 'd')
const value = fc.constantFrom('1', '2', '3', '12', 'x y', 'é"\\')
const pattern = fc.constantFrom('1', '1|2', '.*', '.+', '[12]+', '(?i)É.*', '^1$', '', '1|', 'x\\sy')
const labels = fc.dictionary(name, value, { minKeys: 1, maxKeys: 4 })
const silenceMatcher: fc.Arbitrary<SilenceMatcher> = fc.oneof(
  fc.record({ name, value: fc.oneof(value, fc.constant('')), isEqual: fc.boolean() }),
  fc.record({ name, value: pattern, isRegex: fc.constant(true), isEqual: fc.boolean() }),
)
const matcher = fc
  .oneof(fc.tuple(name, fc.constantFrom('=', '!='), value), fc.tuple(name, fc.constantFrom('=~', '!~'), pattern))
  .map(([left, operator, right]) => `${left}${operator}"${right.replace(/["\\]/g, '\\$&')}"`)
const matchers = fc.array(matcher, { minLength: 1, maxLength: 3 })
const groupBy = fc.oneof(fc.constant(['...']), fc.uniqueArray(name, { minLength: 1, maxLength: 3 }))

const { route } = fc.letrec<{ route: RouteSection }>((tie) => ({
  route: fc.record(
    {
      receiver: fc.constantFrom('team', 'x', 'y'),
      matchers,
      group_by: groupBy,
      continue: fc.boolean(),
      routes: fc.array(tie('route'), { maxLength: 3 }),
    },
    { requiredKeys: ['matchers'] },
  ),
}))

/** Distinct, so that each has an answer of its own. */
const manyLabels = fc.uniqueArray(labels, {
  minLength: 25,
  maxLength: 25,
  selector: (set) => JSON.stringify(Object.entries(set).sort()),
})

const trees = sample(fc.tuple(fc.array(route, { minLength: 2, maxLength: 4 }), groupBy, manyLabels), 8, 1).map(
  ([routes, group_by, alerts], index): Scenario => ({
    name: `generated-tree-${index}`,
    world: 'generated',
    config: { receivers: { team: [{}], x: [{}], y: [{}] }, route: { group_by, routes, group_wait: '3s' } },
    story: async (story) => {
      await story.fire(...alerts)
      await story.alerts()
      await story.quiet(3_000)
      await story.settled()
    },
  }),
)

const silences = sample(
  fc.tuple(
    fc.array(fc.array(silenceMatcher, { minLength: 1, maxLength: 3 }), { minLength: 6, maxLength: 6 }),
    manyLabels,
  ),
  4,
  2,
).map(
  ([each, alerts], index): Scenario => ({
    name: `generated-silences-${index}`,
    world: 'generated',
    config: { route: { group_wait: '1h' } },
    story: async (story) => {
      await story.fire(...alerts)
      for (const [length, one] of each.entries()) await story.silence({ matchers: one, ends: 3_600_000 + length })
      await story.alerts()
      await story.silences()
      for (const query of ['active=false', 'silenced=false']) await story.names(query)
    },
  }),
)

const rule = fc.record({
  source_matchers: matchers,
  target_matchers: matchers,
  equal: fc.uniqueArray(name, { maxLength: 2 }),
})

const inhibitions = sample(fc.tuple(fc.array(rule, { minLength: 2, maxLength: 4 }), manyLabels), 6, 3).map(
  ([inhibitRules, alerts], index): Scenario => ({
    name: `generated-inhibition-${index}`,
    world: 'generated',
    config: { inhibitRules, route: { group_wait: '1h' } },
    story: async (story) => {
      await story.fire(...alerts)
      // They take in what inhibits in their own time.
      await story.quiet(500)
      for (const query of ['inhibited=false', 'active=false']) await story.names(query)
    },
  }),
)

/** Tens of seconds from now, or none. */
const offset = fc.option(fc.integer({ min: -9, max: 9 }), { nil: undefined })
const version = fc
  .tuple(offset, offset)
  .filter(([starts = -9, ends = 5]) => starts <= ends)
  .map(([starts, ends]) => ({ starts: starts && starts * 10_000, ends: ends && ends * 10_000 + 5_000 }))
const versions = fc.array(version, { minLength: 2, maxLength: 4 })

const merges = sample(fc.array(versions, { minLength: 40, maxLength: 40 }), 3, 4).map(
  (alerts, index): Scenario => ({
    name: `generated-merges-${index}`,
    world: 'generated',
    config: { route: { group_wait: '1h' } },
    story: async (story) => {
      for (let round = 0; round < 4; round++) {
        const sent = alerts.flatMap((all, n): Sent[] => {
          const one = all[round]
          if (one === undefined) return []
          const { starts, ends } = one
          const times = { ...(starts === undefined ? {} : { starts }), ...(ends === undefined ? {} : { ends }) }
          return [{ labels: { n: String(n) }, annotations: { round: String(round) }, ...times }]
        })
        await story.post(...sent)
        await story.quiet(50)
        await story.alerts()
      }
    },
  }),
)

export const GENERATED: readonly Scenario[] = [...trees, ...silences, ...inhibitions, ...merges]
