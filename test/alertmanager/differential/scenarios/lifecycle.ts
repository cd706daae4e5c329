import type { Scenario } from '../scenario.ts'

/** Ends and repeats of what was told. */
export const LIFECYCLE: readonly Scenario[] = [
  {
    name: 'resolved-by-its-sender',
    story: async (story) => {
      await story.fire({ n: '1' })
      await story.told(1)
      await story.resolve({ n: '1' })
      await story.alerts()
      await story.told(2)
      await story.quiet()
      await story.groups()
    },
  },
  {
    name: 'one-of-two-resolved',
    story: async (story) => {
      await story.fire({ n: '1' }, { n: '2' })
      await story.told(1)
      await story.resolve({ n: '1' })
      await story.told(2)
      await story.quiet()
      await story.groups()
      await story.resolve({ n: '2' })
      await story.told(3)
      await story.quiet()
    },
  },
  {
    name: 'ends-by-itself',
    story: async (story) => {
      await story.post({ labels: { n: '1' }, starts: 0, ends: 4_000 })
      await story.told(2)
      await story.alerts()
      await story.quiet()
    },
  },
  {
    name: 'ends-before-it-is-told',
    config: { route: { group_wait: '3s' } },
    story: async (story) => {
      await story.fire({ n: '1' })
      await story.resolve({ n: '1' })
      await story.quiet(4_500)
      await story.groups()
      await story.fire({ n: '1' })
      await story.told(1)
    },
  },
  {
    name: 'came-as-ended',
    story: async (story) => {
      await story.resolve({ n: '1' })
      await story.quiet()
      await story.alerts()
      await story.groups()
    },
  },
  {
    name: 'fires-again-before-its-end-is-told',
    config: { route: { group_interval: '4s' } },
    story: async (story) => {
      await story.fire({ n: '1' })
      await story.told(1)
      await story.resolve({ n: '1' })
      await story.fire({ n: '1' })
      await story.quiet(9_000)
    },
  },
  {
    name: 'flaps',
    story: async (story) => {
      for (const round of [0, 1, 2]) {
        await story.fire({ n: '1' })
        await story.told(2 * round + 1)
        await story.resolve({ n: '1' })
        await story.told(2 * round + 2)
      }
      await story.quiet()
    },
  },
  {
    name: 'ends-of-all-and-a-new-one-at-once',
    story: async (story) => {
      await story.fire({ n: '1' }, { n: '2' })
      await story.told(1)
      await story.post(
        { labels: { n: '1' }, ends: 0 },
        { labels: { n: '2' }, ends: 0 },
        { labels: { n: '3' }, starts: 0 },
      )
      await story.told(2)
      await story.quiet()
    },
  },
  {
    name: 'ends-are-not-to-be-told',
    config: { receivers: { team: [{ send_resolved: false }] } },
    story: async (story) => {
      await story.fire({ n: '1' }, { n: '2' })
      await story.told(1)
      await story.resolve({ n: '1' })
      await story.quiet()
      await story.fire({ n: '3' })
      await story.told(2)
      await story.resolve({ n: '2' }, { n: '3' })
      await story.quiet()
      await story.fire({ n: '2' })
      await story.told(3)
    },
  },
  {
    name: 'ends-are-told-to-one-of-two',
    config: { receivers: { team: [{ send_resolved: false }, {}] } },
    story: async (story) => {
      await story.fire({ n: '1' }, { n: '2' })
      await story.told(2)
      await story.resolve({ n: '1' })
      await story.told(3)
      await story.resolve({ n: '2' })
      await story.told(4)
      await story.quiet()
    },
  },
  {
    name: 'repeated-while-nothing-changes',
    config: { route: { repeat_interval: '1500ms' } },
    limit: 3,
    story: async (story) => {
      await story.fire({ n: '1' })
      await story.told(3)
    },
  },
  {
    name: 'no-repeat-of-what-has-ended',
    config: { route: { repeat_interval: '1500ms' } },
    story: async (story) => {
      await story.post({ labels: { n: '1' }, starts: 0, ends: 500 })
      await story.quiet(5_000)
      await story.groups()
    },
  },
  {
    name: 'change-between-repeats',
    config: { route: { repeat_interval: '4500ms' } },
    limit: 3,
    story: async (story) => {
      await story.fire({ n: '1' })
      await story.told(1)
      await story.fire({ n: '2' })
      await story.told(3)
    },
  },
  {
    name: 'repeats-without-ends',
    config: { route: { repeat_interval: '3500ms' }, receivers: { team: [{ send_resolved: false }] } },
    limit: 2,
    story: async (story) => {
      await story.fire({ n: '1' }, { n: '2' })
      await story.told(1)
      await story.resolve({ n: '1' })
      await story.told(2)
    },
  },
  {
    // The receiver takes its time, so that the time after it is later than the tick.
    name: 'repeat-interval-is-the-group-interval',
    config: { route: { group_interval: '4s', repeat_interval: '4s' } },
    story: async (story) => {
      story.answer('team', 0, { afterMs: 1_500 }, { afterMs: 1_500 })
      await story.fire({ n: '1' })
      await story.told(1)
      await story.quiet(6_000)
    },
  },
]
