import type { Scenario } from '../scenario.ts'

/** Receivers that do what they want. */
export const RECEIVERS: readonly Scenario[] = [
  {
    name: 'fails-then-takes-it',
    story: async (story) => {
      story.answer('team', 0, { status: 500 }, { status: 503 })
      await story.fire({ n: '1' })
      await story.told(3)
      await story.quiet()
    },
  },
  {
    name: 'refuses-then-takes-it-at-the-next-tick',
    story: async (story) => {
      story.answer('team', 0, { status: 400 }, { status: 404 })
      await story.fire({ n: '1' })
      await story.told(3)
      await story.quiet()
    },
  },
  {
    name: 'takes-it-with-any-2xx',
    story: async (story) => {
      story.answer('team', 0, { status: 204 }, { status: 202, body: 'no' })
      await story.fire({ n: '1' })
      await story.told(1)
      await story.fire({ n: '2' })
      await story.told(2)
      await story.quiet()
    },
  },
  {
    name: 'asks-for-fewer',
    story: async (story) => {
      story.answer('team', 0, { status: 429 })
      await story.fire({ n: '1' })
      await story.told(2)
      await story.quiet()
    },
  },
  {
    name: 'redirects',
    story: async (story) => {
      story.answer('team', 0, { status: 307, headers: { location: '/redirects/team/1' } })
      await story.fire({ n: '1' })
      await story.told(2)
      await story.quiet()
    },
  },
  {
    name: 'refuses-the-end',
    story: async (story) => {
      await story.fire({ n: '1' }, { n: '2' })
      await story.told(1)
      story.answer('team', 0, { status: 400 })
      await story.resolve({ n: '1' })
      await story.told(3)
      await story.groups()
      await story.quiet()
    },
  },
  {
    name: 'fires-again-while-the-end-is-refused',
    config: { route: { group_interval: '3s' } },
    story: async (story) => {
      await story.fire({ n: '1' })
      await story.told(1)
      story.answer('team', 0, { status: 400, afterMs: 300 })
      await story.resolve({ n: '1' })
      await story.told(2)
      await story.fire({ n: '1' })
      await story.quiet(6_500)
      await story.groups()
    },
  },
  {
    name: 'one-of-two-integrations-refuses',
    config: { receivers: { team: [{}, {}] } },
    story: async (story) => {
      story.answer('team', 1, { status: 400 }, { status: 400 })
      await story.fire({ n: '1' })
      await story.told(4)
      await story.resolve({ n: '1' })
      await story.told(6)
      await story.quiet()
    },
  },
  {
    name: 'one-of-two-integrations-refuses-the-end',
    config: { receivers: { team: [{}, {}] } },
    story: async (story) => {
      await story.fire({ n: '1' })
      await story.told(2)
      story.answer('team', 1, { status: 400 }, { status: 400 })
      await story.resolve({ n: '1' })
      await story.told(6)
      await story.quiet()
      await story.groups()
    },
  },
  {
    name: 'one-of-two-receivers-refuses',
    config: {
      receivers: { team: [{}], a: [{}], b: [{}] },
      route: { routes: [{ receiver: 'a', continue: true }, { receiver: 'b' }] },
    },
    story: async (story) => {
      story.answer('a', 0, { status: 400 }, { status: 400 })
      await story.fire({ n: '1' })
      await story.told(4)
      await story.resolve({ n: '1' })
      await story.told(6)
      await story.quiet()
    },
  },
  {
    name: 'a-change-while-a-receiver-thinks',
    story: async (story) => {
      story.answer('team', 0, { afterMs: 2_500 })
      await story.fire({ n: '1' })
      await story.told(1)
      await story.fire({ n: '2' })
      await story.told(2)
      await story.quiet()
    },
  },
  {
    name: 'ends-while-a-receiver-thinks',
    story: async (story) => {
      story.answer('team', 0, { afterMs: 1_500 })
      await story.fire({ n: '1' })
      await story.told(1)
      await story.resolve({ n: '1' })
      await story.told(2)
      await story.quiet()
      await story.groups()
    },
  },
  {
    name: 'ends-and-fires-again-while-a-receiver-thinks',
    story: async (story) => {
      await story.fire({ n: '1' })
      await story.told(1)
      story.answer('team', 0, { afterMs: 2_500 })
      await story.resolve({ n: '1' })
      await story.told(2)
      await story.fire({ n: '1' })
      await story.told(3)
      await story.quiet()
      await story.groups()
    },
  },
  {
    // Ten seconds is what a notification gets at least.
    name: 'a-receiver-that-hangs',
    story: async (story) => {
      story.answer('team', 0, { afterMs: 14_000 })
      await story.fire({ n: '1' })
      await story.told(2)
      await story.quiet()
    },
  },
  {
    name: 'another-integration-does-not-wait',
    config: { receivers: { team: [{}, {}] } },
    story: async (story) => {
      story.answer('team', 0, { afterMs: 1_500 })
      await story.fire({ n: '1' })
      await story.told(2)
      await story.fire({ n: '2' })
      await story.told(4)
      await story.quiet()
    },
  },
  {
    name: 'only-so-many-alerts',
    config: { receivers: { team: [{ max_alerts: 2 }] } },
    story: async (story) => {
      await story.fire({ n: '1', env: 'p' }, { n: '2', env: 'p' })
      await story.told(1)
      await story.fire({ n: '3', env: 'q' }, { n: '4', env: 'q' })
      await story.told(2)
      await story.resolve({ n: '1', env: 'p' }, { n: '2', env: 'p' })
      await story.told(3)
      await story.quiet()
    },
  },
  {
    name: 'only-one-alert-without-ends',
    config: { receivers: { team: [{ max_alerts: 1, send_resolved: false }] } },
    story: async (story) => {
      await story.fire({ n: '1' }, { n: '2' }, { n: '3' })
      await story.told(1)
      await story.resolve({ n: '1' })
      await story.quiet()
      await story.fire({ n: '4' })
      await story.told(2)
      await story.quiet()
    },
  },
  {
    name: 'a-receiver-without-integrations',
    config: { receivers: { team: [] } },
    story: async (story) => {
      await story.fire({ n: '1' })
      await story.quiet(2_000)
      await story.groups()
      await story.resolve({ n: '1' })
      await story.quiet()
      await story.groups()
    },
  },
]
