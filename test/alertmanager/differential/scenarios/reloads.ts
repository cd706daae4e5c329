import type { Scenario } from '../scenario.ts'

const ROUTE = { group_by: ['...'] }
const RULE = { source_matchers: ['sev="page"'], target_matchers: ['sev="warn"'] }
const TWO = { team: [{}], a: [{}] }
const MUTED = {
  intervals: { always: [{}] },
  route: { routes: [{ matchers: ['n=~".+"'], mute_time_intervals: ['always'] }] },
}
const NOT_MUTED = { intervals: { always: [{}] }, route: { routes: [{ matchers: ['n=~".+"'] }] } }

/** What a router does that takes another configuration, or the same once more. */
const STORIES: readonly Scenario[] = [
  {
    name: 'the-same-configuration',
    config: { route: ROUTE },
    story: async (story) => {
      await story.fire({ n: '1' }, { n: '2' })
      await story.told(2)
      await story.disturbed()
      await story.alerts()
      await story.quiet(3_500)
      await story.groups()
      await story.resolve({ n: '1' })
      await story.told(3)
      await story.quiet()
    },
  },
  {
    name: 'other-groups',
    config: { route: { group_by: ['n'] } },
    after: { route: { group_by: [] } },
    story: async (story) => {
      await story.fire({ n: '1' }, { n: '2' })
      await story.told(2)
      await story.disturbed()
      await story.told(3)
      await story.groups()
      await story.resolve({ n: '1' }, { n: '2' })
      await story.told(4)
      await story.quiet()
    },
  },
  {
    name: 'another-receiver',
    config: { receivers: TWO },
    after: { receivers: TWO, route: { receiver: 'a' } },
    story: async (story) => {
      await story.fire({ n: '1' })
      await story.told(1)
      await story.disturbed()
      await story.told(2)
      await story.alerts()
      await story.resolve({ n: '1' })
      await story.told(3)
      await story.quiet()
    },
  },
  {
    name: 'one-more-integration',
    after: { receivers: { team: [{}, {}] } },
    story: async (story) => {
      await story.fire({ n: '1' })
      await story.told(1)
      await story.disturbed()
      await story.told(2)
      await story.resolve({ n: '1' })
      await story.told(4)
      await story.quiet()
    },
  },
  {
    name: 'a-route-before-the-others',
    config: { receivers: TWO, route: { routes: [{ matchers: ['n="1"'] }] } },
    after: { receivers: TWO, route: { routes: [{ receiver: 'a', matchers: ['n="2"'] }, { matchers: ['n="1"'] }] } },
    story: async (story) => {
      await story.fire({ n: '1' })
      await story.told(1)
      await story.disturbed()
      await story.quiet(3_500)
      await story.fire({ n: '2' })
      await story.told(2)
      await story.quiet()
    },
  },
  {
    name: 'muted-no-more',
    config: MUTED,
    after: NOT_MUTED,
    story: async (story) => {
      await story.fire({ n: '1' })
      await story.quiet()
      await story.disturbed()
      await story.told(1)
      await story.quiet()
    },
  },
  {
    name: 'muted-from-then-on',
    config: NOT_MUTED,
    after: MUTED,
    story: async (story) => {
      await story.fire({ n: '1' })
      await story.told(1)
      await story.disturbed()
      await story.fire({ n: '2' })
      await story.quiet(3_500)
    },
  },
  {
    name: 'inhibited-from-then-on',
    config: { route: ROUTE },
    after: { route: ROUTE, inhibitRules: [RULE] },
    story: async (story) => {
      await story.fire({ sev: 'page' })
      await story.told(1)
      await story.disturbed()
      await story.fire({ sev: 'warn' })
      await story.quiet()
      await story.alerts()
    },
  },
  {
    name: 'inhibited-no-more',
    config: { route: ROUTE, inhibitRules: [RULE] },
    after: { route: ROUTE },
    story: async (story) => {
      await story.fire({ sev: 'page' })
      await story.quiet(100)
      await story.fire({ sev: 'warn' })
      await story.told(1)
      await story.disturbed()
      await story.told(2)
      await story.alerts()
      await story.quiet()
    },
  },
  {
    name: 'silence-stays',
    config: { route: ROUTE },
    after: { route: { group_by: ['n'] } },
    story: async (story) => {
      await story.silence({ matchers: [{ name: 'n', value: '1' }] })
      await story.fire({ n: '1' })
      await story.quiet(1_500)
      await story.disturbed()
      await story.silences()
      await story.alerts()
      await story.quiet()
      await story.expire(0)
      await story.told(1)
    },
  },
  {
    name: 'ends-are-told-from-then-on',
    config: { receivers: { team: [{ send_resolved: false }] } },
    after: { receivers: { team: [{}] } },
    story: async (story) => {
      await story.fire({ n: '1' }, { n: '2' })
      await story.told(1)
      await story.disturbed()
      await story.resolve({ n: '1' })
      await story.told(2)
      await story.quiet()
    },
  },
  {
    name: 'repeats-oftener',
    after: { route: { repeat_interval: '1500ms' } },
    limit: 3,
    story: async (story) => {
      await story.fire({ n: '1' })
      await story.told(1)
      await story.disturbed()
      await story.told(3)
    },
  },
  {
    name: 'while-the-group-waits',
    config: { route: { group_wait: '6s' } },
    story: async (story) => {
      await story.quiet(2_000)
      await story.fire({ n: '1' }, { n: '2' })
      await story.disturbed()
      await story.told(1)
      await story.quiet()
    },
  },
]

/** The old configuration stays in force. */
const BROKEN: readonly Scenario[] = [
  {
    name: 'broken-configuration',
    after: { route: { group_by: ['n'] } },
    story: async (story) => {
      await story.fire({ n: '1' })
      await story.told(1)
      await story.disturbed()
      await story.fire({ n: '2' })
      await story.told(2)
      await story.groups()
      await story.resolve({ n: '1' }, { n: '2' })
      await story.told(3)
      await story.quiet()
    },
  },
  {
    name: 'broken-configuration-while-the-group-waits',
    config: { route: { group_wait: '4s' } },
    story: async (story) => {
      await story.fire({ n: '1' }, { n: '2' })
      await story.disturbed()
      await story.told(1)
      await story.quiet()
    },
  },
]

export const RELOADS: readonly Scenario[] = [
  ...(['SIGHUP', 'POST'] as const).flatMap((disturbance) => {
    return STORIES.map((scenario) => ({ ...scenario, name: `${disturbance}-${scenario.name}`, disturbance }))
  }),
  ...BROKEN.map((scenario) => ({ ...scenario, disturbance: 'broken' as const })),
]
