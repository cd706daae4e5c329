import type { Scenario } from '../scenario.ts'

/** Which alerts are told together, and by which key. */
export const GROUPING: readonly Scenario[] = [
  {
    name: 'one-group',
    story: async (story) => {
      await story.fire({ n: '2' }, { n: '1' }, { n: '3', extra: 'x' })
      await story.told(1)
      await story.groups()
      await story.quiet()
    },
  },
  {
    name: 'by-label',
    config: { route: { group_by: ['cluster', 'alertname'] } },
    story: async (story) => {
      await story.fire({ alertname: 'A', cluster: 'x', n: '1' }, { alertname: 'A', cluster: 'x', n: '2' })
      await story.fire({ alertname: 'A', cluster: 'y' }, { alertname: 'B', cluster: 'y' }, { alertname: 'B' })
      await story.told(4)
      await story.groups()
      await story.quiet()
    },
  },
  {
    name: 'by-all-labels',
    config: { route: { group_by: ['...'] } },
    story: async (story) => {
      await story.fire({ n: '1' }, { n: '2' }, { n: '2', m: 'x' })
      await story.told(3)
      await story.groups()
      await story.resolve({ n: '2' })
      await story.told(4)
      await story.quiet()
    },
  },
  {
    name: 'by-label-that-is-missing',
    config: { route: { group_by: ['absent'] } },
    story: async (story) => {
      await story.fire({ n: '1' }, { n: '2', absent: '' }, { n: '3', absent: 'no' })
      await story.told(2)
      await story.groups()
    },
  },
  {
    name: 'order-within-a-group',
    story: async (story) => {
      await story.fire(
        { job: 'b', instance: '1', n: '1' },
        { job: 'a', instance: '2', n: '2' },
        { job: 'a', instance: '1', z: '1', n: '3' },
        { job: 'a', instance: '1', n: '4' },
        { instance: '0', n: '5' },
        { n: '10' },
        { n: '9', m: '1' },
        { Z: '1', n: '6' },
      )
      await story.told(1)
      await story.groups()
    },
  },
  {
    name: 'joins-a-group',
    story: async (story) => {
      await story.fire({ n: '1' })
      await story.told(1)
      await story.fire({ n: '2' })
      await story.told(2)
      await story.fire({ n: '3' }, { n: '1' })
      await story.told(3)
      await story.quiet()
    },
  },
  {
    name: 'joins-while-the-group-waits',
    config: { route: { group_wait: '4s' } },
    story: async (story) => {
      await story.fire({ n: '1' })
      await story.quiet(300)
      await story.fire({ n: '2' })
      await story.told(1)
      await story.quiet()
    },
  },
  {
    name: 'no-wait',
    config: { route: { group_wait: '0s' } },
    story: async (story) => {
      await story.fire({ n: '1' })
      await story.told(1)
      await story.fire({ n: '2' })
      await story.told(2)
      await story.quiet()
    },
  },
  {
    name: 'began-long-ago',
    config: { route: { group_wait: '1h' } },
    story: async (story) => {
      await story.post({ labels: { n: '1' }, starts: -3_700_000, ends: 60_000 })
      await story.told(1)
      await story.post({ labels: { n: '2' }, starts: -3_600_000, ends: 60_000 })
      await story.told(2)
      await story.quiet()
    },
  },
  {
    name: 'common-labels-and-annotations',
    story: async (story) => {
      const common = { summary: 'same', empty: '' }
      await story.post(
        { labels: { n: '1', env: 'p' }, annotations: { ...common, own: '1' }, starts: 0, ends: 60_000 },
        { labels: { n: '2', env: 'p' }, annotations: { ...common, own: '2' }, starts: 0, ends: 60_000 },
      )
      await story.told(1)
      await story.post({ labels: { n: '3', env: 'q' }, annotations: { summary: 'same' }, starts: 0, ends: 60_000 })
      await story.told(2)
      await story.alerts()
    },
  },
  {
    name: 'group-ends-and-begins-again',
    story: async (story) => {
      await story.fire({ n: '1' })
      await story.told(1)
      await story.resolve({ n: '1' })
      await story.told(2)
      await story.quiet()
      await story.groups()
      await story.fire({ n: '1' })
      await story.told(3)
      await story.groups()
    },
  },
  {
    name: 'labels-of-all-kinds',
    config: { route: { group_by: ['_x', 'text'] } },
    story: async (story) => {
      await story.fire({ _x: '1', text: 'a "b" \\ c' }, { _x: 'é𝄞', text: 'line\nbreak\ttab' }, { text: '<&>\u2028' })
      await story.told(3)
      await story.alerts()
      await story.groups()
    },
  },
]
