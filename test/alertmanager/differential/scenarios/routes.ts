import type { Scenario } from '../scenario.ts'

const RECEIVERS = { team: [{}], a: [{}], b: [{}], c: [{}] }

/** Which way alerts take through the tree. */
export const ROUTES: readonly Scenario[] = [
  {
    name: 'first-child-that-matches',
    config: {
      receivers: RECEIVERS,
      route: {
        routes: [
          { receiver: 'a', matchers: ['sev="page"'] },
          { receiver: 'b', matchers: ['sev=~"page|warn"'] },
        ],
      },
    },
    story: async (story) => {
      await story.fire({ sev: 'page' }, { sev: 'warn' }, { sev: 'info' })
      await story.told(3)
      await story.alerts()
      await story.groups()
      await story.quiet()
    },
  },
  {
    name: 'goes-on-to-the-next-child',
    config: {
      receivers: RECEIVERS,
      route: {
        routes: [
          { receiver: 'a', matchers: ['sev="page"'], continue: true },
          { receiver: 'b', matchers: ['sev=~"page|warn"'], continue: true },
          { receiver: 'c', matchers: ['sev!="info"'] },
        ],
      },
    },
    story: async (story) => {
      await story.fire({ sev: 'page' }, { sev: 'warn' }, { sev: 'info' })
      await story.told(4)
      await story.alerts()
      await story.groups()
      await story.quiet()
    },
  },
  {
    name: 'goes-on-and-finds-nothing',
    config: { receivers: RECEIVERS, route: { routes: [{ receiver: 'a', matchers: ['x="1"'], continue: true }] } },
    story: async (story) => {
      await story.fire({ x: '1' }, { x: '2' })
      await story.told(2)
      await story.quiet()
    },
  },
  {
    name: 'nested',
    config: {
      receivers: RECEIVERS,
      route: {
        group_by: ['x'],
        routes: [
          {
            matchers: ['x=~".+"'],
            routes: [
              { receiver: 'b', matchers: ['y="1"'], group_by: ['y'], routes: [{ receiver: 'c', matchers: ['z="1"'] }] },
              { matchers: ['y="2"'], receiver: 'a', continue: true },
              { matchers: ['y="2"', 'z!="1"'], receiver: 'b' },
            ],
          },
          { receiver: 'c' },
        ],
      },
    },
    story: async (story) => {
      await story.fire({ x: '1' }, { x: '1', y: '1' }, { x: '2', y: '1', z: '1' }, { x: '1', y: '2' })
      await story.fire({ x: '1', y: '2', z: '1' }, { y: '1' }, { n: '0' })
      await story.told(6)
      await story.alerts()
      await story.groups()
      await story.quiet()
    },
  },
  {
    name: 'old-matchers',
    config: {
      receivers: RECEIVERS,
      route: {
        routes: [
          { receiver: 'a', match: { job: 'db', team: '' } },
          { receiver: 'b', match_re: { job: 'web|api', zone: 'eu-.*' } },
          { receiver: 'c', match: { job: 'web' }, match_re: { zone: 'us' } },
        ],
      },
    },
    story: async (story) => {
      await story.fire({ job: 'db' }, { job: 'db', team: 'x' }, { job: 'web', zone: 'eu-1' })
      await story.fire({ job: 'webapi', zone: 'eu-1' }, { job: 'web', zone: 'us' }, { job: 'web', zone: 'us-1' })
      await story.told(4)
      await story.alerts()
      await story.groups()
      await story.quiet()
    },
  },
  {
    name: 'matchers-of-all-kinds',
    config: {
      receivers: { ...RECEIVERS, d: [{}], e: [{}] },
      route: {
        routes: [
          { receiver: 'a', matchers: ['missing=""', 'k!~"no|never"', "quoted='x'"] },
          { receiver: 'd', matchers: ['k = yes , l != "a,b"', 'm="q\\"u\\\\o"'] },
          { receiver: 'b', matchers: ['{ k =~ "y(e|o)s?" }'] },
          { receiver: 'c', matchers: ['k!=""', 'l!~".*"'] },
          { receiver: 'e', matchers: ['l!=""'] },
        ],
      },
    },
    story: async (story) => {
      await story.fire({ quoted: "'x'" }, { quoted: 'x', k: 'no' }, { k: 'yes', m: 'q"u\\o' }, { k: 'yes', l: 'a,b' })
      await story.fire({ k: 'yo' }, { k: 'yess' }, { k: 'other' }, { l: 'x' }, { missing: 'x' })
      await story.told(5)
      await story.alerts()
      await story.groups()
      await story.quiet()
    },
  },
  {
    name: 'one-receiver-by-two-routes',
    config: {
      receivers: RECEIVERS,
      route: {
        routes: [
          { receiver: 'a', matchers: ['x="1"'], continue: true },
          { receiver: 'a', matchers: ['y="1"'], group_by: ['...'] },
        ],
      },
    },
    story: async (story) => {
      await story.fire({ x: '1', y: '1' })
      await story.told(2)
      await story.alerts()
      await story.groups()
      await story.resolve({ x: '1', y: '1' })
      await story.told(4)
      await story.quiet()
    },
  },
  {
    name: 'twin-routes-with-one-receiver',
    config: {
      receivers: RECEIVERS,
      route: {
        routes: [
          { receiver: 'a', matchers: ['x="1"'], continue: true },
          { receiver: 'a', matchers: ['x="1"'], group_wait: '2s' },
        ],
      },
    },
    story: async (story) => {
      await story.fire({ x: '1' })
      await story.quiet(4_500)
      await story.groups()
    },
  },
  {
    name: 'twin-routes-with-two-receivers',
    config: {
      receivers: RECEIVERS,
      route: {
        routes: [
          { receiver: 'a', matchers: ['x="1"'], continue: true },
          { receiver: 'b', matchers: ['x="1"'] },
        ],
      },
    },
    story: async (story) => {
      await story.fire({ x: '1' })
      await story.told(2)
      await story.resolve({ x: '1' })
      await story.told(4)
      await story.quiet()
    },
  },
  {
    name: 'grouping-is-inherited',
    config: {
      receivers: RECEIVERS,
      route: {
        group_by: ['x'],
        routes: [
          { receiver: 'a', matchers: ['k="1"'] },
          { receiver: 'b', matchers: ['k="2"'], group_by: ['...'], routes: [{ matchers: ['n="3"'] }] },
          { receiver: 'c', matchers: ['k="3"'], group_by: ['x', 'n'] },
        ],
      },
    },
    story: async (story) => {
      await story.fire({ k: '1', x: '1', n: '1' }, { k: '1', x: '1', n: '2' })
      await story.fire({ k: '2', x: '1', n: '2' }, { k: '2', x: '1', n: '3' }, { k: '3', x: '1', n: '1', o: '1' })
      await story.told(4)
      await story.groups()
      await story.quiet()
    },
  },
  {
    name: 'an-empty-list-of-a-child-groups-all',
    config: {
      receivers: RECEIVERS,
      route: { group_by: ['...'], routes: [{ receiver: 'a', matchers: ['k="1"'], group_by: [] }] },
    },
    story: async (story) => {
      await story.fire({ k: '1', n: '1' }, { k: '1', n: '2' })
      await story.quiet()
    },
  },
  {
    name: 'timers-are-inherited',
    config: {
      receivers: RECEIVERS,
      route: { group_wait: '1h', routes: [{ receiver: 'a', matchers: ['k="1"'], group_wait: '1s' }] },
    },
    story: async (story) => {
      await story.fire({ k: '1' }, { k: '2' })
      await story.told(1)
      await story.quiet()
      await story.groups()
    },
  },
]
