import type { Scenario } from '../scenario.ts'

const FLAGS = ['active=false', 'silenced=false', 'inhibited=false', 'unprocessed=false']
const QUERIES = [
  ...['', ...FLAGS, 'active=false&silenced=false', 'active=false&inhibited=false', 'silenced=false&inhibited=false'],
  ...['active=true&silenced=no', 'active=maybe', 'filter=sev%3Dwarn', 'filter=sev!%3Dwarn&filter=n%3D~%221|2%22'],
  ...['filter=missing%3D%22%22', 'filter=n!~%22.%2B%22', 'filter=n%3D%221%22&active=false'],
  ...[
    'receiver=RECEIVERteam',
    'receiver=RECEIVER(a|b)',
    'receiver=.*a',
    'receiver=RECEIVER.*&silenced=false',
    'receiver=a',
  ],
]

/** What the API says of alerts in all states. */
export const API: readonly Scenario[] = [
  {
    name: 'alerts-in-all-states',
    config: {
      receivers: { team: [{}], a: [{}], b: [{}] },
      inhibitRules: [{ source_matchers: ['sev="page"'], target_matchers: ['sev="warn"'] }],
      route: {
        group_by: ['sev'],
        routes: [
          { receiver: 'a', matchers: ['n="1"'], continue: true },
          { receiver: 'b', matchers: ['n=~"1|2"'] },
        ],
      },
    },
    story: async (story) => {
      await story.silence({ matchers: [{ name: 'n', value: '2|3', isRegex: true }] })
      await story.silence({ matchers: [{ name: 'n', value: '3' }], ends: 7_200_000 })
      await story.fire({ sev: 'page', n: '0' })
      await story.fire(
        { sev: 'warn', n: '1' },
        { sev: 'warn', n: '2' },
        { sev: 'info', n: '3' },
        { sev: 'info', n: '4' },
      )
      await story.told(2)
      for (const query of QUERIES) {
        await story.alerts(query)
        await story.groups(query)
      }
      await story.resolve({ sev: 'page', n: '0' })
      await story.alerts()
      await story.told(5)
      await story.groups()
      await story.quiet()
    },
  },
  {
    name: 'shown-before-it-is-told',
    config: { route: { group_wait: '1h' } },
    story: async (story) => {
      await story.post(
        { labels: { n: '1' }, annotations: { b: '1', a: '<&>' }, generatorURL: 'http://p/g?x=1&y=2', starts: 0 },
        { labels: { n: '2' }, starts: 60_000, ends: 120_000 },
        { labels: { n: '3' }, ends: 120_000 },
        { labels: { n: '4' } },
      )
      await story.alerts()
      await story.quiet(500)
      await story.groups()
    },
  },
  {
    name: 'some-of-a-request-are-invalid',
    story: async (story) => {
      await story.post(
        { labels: { n: '1' }, starts: 0 },
        { labels: { n: '3' }, starts: 0, ends: -1 },
        { labels: { n: '2' }, starts: -1, ends: -2 },
        { labels: { n: '4' }, starts: 0 },
      )
      await story.told(1)
      await story.alerts()
      await story.quiet()
    },
  },
  {
    name: 'names-beyond-the-classic-ones',
    story: async (story) => {
      await story.post({ labels: { 'a name': 'x', n: '1' } }, { labels: { n: '2' } })
      await story.told(1)
      await story.quiet()
    },
  },
  {
    name: 'shown-at-a-mute-time',
    config: {
      intervals: { always: [{}] },
      route: { routes: [{ matchers: ['k="1"'], mute_time_intervals: ['always'] }] },
    },
    story: async (story) => {
      await story.fire({ k: '1' })
      await story.quiet()
      await story.alerts()
      await story.groups()
      await story.groups('muted=false')
    },
  },
]
