import type { Scenario } from '../scenario.ts'

const RULE = { source_matchers: ['sev="page"'], target_matchers: ['sev="warn"'], equal: ['cluster'] }
/** Every alert is told of by itself. */
const ROUTE = { group_by: ['...'] }

/** Alerts that keep others from being told. */
export const INHIBITION: readonly Scenario[] = [
  {
    name: 'inhibited-from-the-start',
    config: { route: ROUTE, inhibitRules: [RULE] },
    story: async (story) => {
      await story.fire({ sev: 'page', cluster: 'a' })
      await story.fire({ sev: 'warn', cluster: 'a' }, { sev: 'warn', cluster: 'b' }, { sev: 'warn' })
      await story.alerts()
      await story.told(3)
      for (const query of ['', 'inhibited=false', 'active=false']) {
        await story.alerts(query)
        await story.groups(query)
      }
      await story.quiet()
    },
  },
  {
    name: 'inhibited-until-the-source-ends',
    config: { route: ROUTE, inhibitRules: [RULE] },
    story: async (story) => {
      await story.fire({ sev: 'page', cluster: 'a' })
      await story.fire({ sev: 'warn', cluster: 'a' })
      await story.told(1)
      await story.resolve({ sev: 'page', cluster: 'a' })
      await story.alerts()
      await story.told(3)
      await story.quiet()
    },
  },
  {
    name: 'inhibited-until-the-source-runs-out',
    config: { route: ROUTE, inhibitRules: [RULE] },
    story: async (story) => {
      await story.post({ labels: { sev: 'page', cluster: 'a' }, starts: 0, ends: 4_000 })
      await story.fire({ sev: 'warn', cluster: 'a' })
      await story.told(3)
      await story.quiet()
      await story.alerts()
    },
  },
  {
    name: 'inhibited-after-it-was-told',
    config: { route: ROUTE, inhibitRules: [RULE] },
    story: async (story) => {
      await story.fire({ sev: 'warn', cluster: 'a' })
      await story.told(1)
      await story.fire({ sev: 'page', cluster: 'a' })
      await story.told(2)
      await story.alerts()
      await story.quiet()
    },
  },
  {
    name: 'ends-while-inhibited',
    config: { route: ROUTE, inhibitRules: [RULE] },
    story: async (story) => {
      await story.fire({ sev: 'warn', cluster: 'a' })
      await story.told(1)
      await story.fire({ sev: 'page', cluster: 'a' })
      await story.told(2)
      await story.resolve({ sev: 'warn', cluster: 'a' })
      await story.quiet(3_500)
      await story.groups()
    },
  },
  {
    name: 'told-then-inhibited-then-not',
    config: { route: ROUTE, inhibitRules: [RULE] },
    story: async (story) => {
      await story.fire({ sev: 'warn', cluster: 'a' })
      await story.told(1)
      await story.fire({ sev: 'page', cluster: 'a' })
      await story.told(2)
      await story.quiet()
      await story.resolve({ sev: 'page', cluster: 'a' })
      await story.told(3)
      await story.quiet()
    },
  },
  {
    name: 'one-of-a-group-is-inhibited',
    config: { inhibitRules: [{ ...RULE, equal: [] }] },
    story: async (story) => {
      await story.fire({ sev: 'page' }, { sev: 'warn', n: '1' }, { sev: 'info' })
      await story.told(1)
      await story.resolve({ sev: 'page' })
      await story.told(2)
      await story.quiet()
    },
  },
  {
    name: 'alike-on-both-sides',
    config: {
      route: ROUTE,
      inhibitRules: [{ source_matchers: ['kind="both"'], target_matchers: ['kind=~"both|target"'] }],
    },
    story: async (story) => {
      await story.fire({ kind: 'both', n: '1' }, { kind: 'both', n: '2' })
      await story.fire({ kind: 'target' })
      await story.told(2)
      await story.quiet()
      await story.groups('inhibited=false')
    },
  },
  {
    name: 'a-chain-of-inhibition',
    config: {
      route: ROUTE,
      inhibitRules: [
        { source_matchers: ['k="1"'], target_matchers: ['k="2"'] },
        { source_matchers: ['k="2"'], target_matchers: ['k="3"'] },
      ],
    },
    story: async (story) => {
      await story.fire({ k: '1' })
      await story.fire({ k: '2' })
      await story.fire({ k: '3' })
      await story.told(1)
      await story.quiet()
      await story.alerts()
      await story.resolve({ k: '1' })
      await story.told(3)
      await story.quiet()
      await story.alerts()
    },
  },
  {
    name: 'a-silenced-source-inhibits',
    config: { route: ROUTE, inhibitRules: [RULE] },
    story: async (story) => {
      await story.silence({ matchers: [{ name: 'sev', value: 'page' }] })
      await story.fire({ sev: 'page', cluster: 'a' })
      await story.fire({ sev: 'warn', cluster: 'a' })
      await story.fire({ sev: 'warn', cluster: 'b' })
      await story.told(1)
      await story.quiet()
      await story.alerts()
      await story.alerts('silenced=false')
      await story.alerts('inhibited=false')
    },
  },
  {
    name: 'old-matchers-of-a-rule',
    config: {
      route: ROUTE,
      inhibitRules: [
        {
          source_match: { sev: 'page' },
          source_match_re: { job: 'db|web' },
          target_match: { sev: 'warn' },
          target_match_re: { job: 'd.' },
          equal: ['job', 'zone'],
        },
      ],
    },
    story: async (story) => {
      await story.fire({ sev: 'page', job: 'db' }, { sev: 'page', job: 'web', zone: 'x' })
      await story.fire({ sev: 'warn', job: 'db' }, { sev: 'warn', job: 'db', zone: 'x' }, { sev: 'warn', job: 'web' })
      await story.told(4)
      await story.quiet()
      await story.groups()
    },
  },
  {
    name: 'another-source-goes-on',
    config: { route: ROUTE, inhibitRules: [RULE] },
    story: async (story) => {
      await story.fire({ sev: 'page', cluster: 'a', n: '1' })
      await story.fire({ sev: 'page', cluster: 'a', n: '2' })
      await story.fire({ sev: 'warn', cluster: 'a' })
      await story.told(2)
      await story.resolve({ sev: 'page', cluster: 'a', n: '2' })
      await story.told(3)
      await story.quiet()
      await story.alerts('active=false')
    },
  },
]
