import type { Scenario } from '../scenario.ts'

const ROUTE = { group_by: ['...'] }
const RULE = { source_matchers: ['sev="page"'], target_matchers: ['sev="warn"'] }

/** What a router does that is ended and started again with what it left. */
const STORIES: readonly Scenario[] = [
  {
    name: 'told-and-sent-again',
    config: { route: ROUTE },
    story: async (story) => {
      await story.fire({ n: '1' })
      await story.told(1)
      await story.disturbed()
      await story.fire({ n: '1' })
      await story.alerts()
      await story.quiet(3_500)
    },
  },
  {
    name: 'told-and-not-sent-again',
    config: { route: ROUTE },
    story: async (story) => {
      await story.fire({ n: '1' })
      await story.told(1)
      await story.disturbed()
      await story.alerts()
      await story.quiet(3_500)
      await story.groups()
    },
  },
  {
    name: 'resolved-afterwards',
    config: { route: ROUTE },
    story: async (story) => {
      await story.fire({ n: '1' })
      await story.told(1)
      await story.disturbed()
      await story.resolve({ n: '1' })
      await story.quiet(3_500)
      await story.alerts()
    },
  },
  {
    name: 'sent-again-and-resolved',
    config: { route: ROUTE },
    story: async (story) => {
      await story.fire({ n: '1' })
      await story.told(1)
      await story.disturbed()
      await story.fire({ n: '1' })
      await story.quiet()
      await story.resolve({ n: '1' })
      await story.quiet(3_500)
    },
  },
  {
    name: 'runs-out-afterwards',
    config: { route: ROUTE },
    story: async (story) => {
      await story.post({ labels: { n: '1' }, starts: 0, ends: 8_000 })
      await story.told(1)
      await story.disturbed()
      await story.quiet(10_000)
    },
  },
  {
    name: 'waits-for-its-group',
    config: { route: { group_wait: '8s' } },
    story: async (story) => {
      await story.quiet(1_500)
      await story.fire({ n: '1' }, { n: '2' })
      await story.disturbed()
      await story.quiet(9_000)
    },
  },
  {
    name: 'one-more-afterwards',
    story: async (story) => {
      await story.fire({ n: '1' })
      await story.told(1)
      await story.disturbed()
      await story.fire({ n: '1' }, { n: '2' })
      await story.quiet(3_500)
      await story.groups()
    },
  },
  {
    name: 'silence-stays',
    config: { route: ROUTE },
    story: async (story) => {
      await story.silence({ matchers: [{ name: 'n', value: '1' }] })
      await story.silence({ matchers: [{ name: 'n', value: '2' }], ends: 7_200_000 })
      await story.silence({ matchers: [{ name: 'n', value: '3|4', isRegex: true }], starts: 60_000 })
      await story.expire(1)
      await story.disturbed()
      await story.silences()
      await story.fire({ n: '1' }, { n: '2' })
      await story.alerts()
      await story.quiet(3_500)
    },
  },
  {
    name: 'inhibited-afterwards-too',
    config: { route: ROUTE, inhibitRules: [RULE] },
    story: async (story) => {
      await story.fire({ sev: 'page' })
      await story.fire({ sev: 'warn' })
      await story.told(1)
      await story.disturbed()
      await story.fire({ sev: 'page' })
      await story.quiet(100)
      await story.fire({ sev: 'warn' })
      await story.quiet(3_500)
    },
  },
]

export const RESTARTS: readonly Scenario[] = (['SIGTERM', 'SIGKILL'] as const).flatMap((disturbance) => {
  return STORIES.map((scenario) => ({ ...scenario, name: `${disturbance}-${scenario.name}`, disturbance }))
})
