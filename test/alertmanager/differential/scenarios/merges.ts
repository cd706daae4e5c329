import type { Scenario } from '../scenario.ts'

const alert = (starts: number | undefined, ends: number | undefined, summary: string) => ({
  labels: { n: '1' },
  annotations: { summary },
  ...(starts === undefined ? {} : { starts }),
  ...(ends === undefined ? {} : { ends }),
})

/** An alert that is sent again, with other times and texts. */
export const MERGES: readonly Scenario[] = [
  ...Object.entries({
    'the-same-again': [alert(-5_000, 600_000, 'a'), alert(-5_000, 600_000, 'b')],
    'an-earlier-start': [alert(-10_000, 600_000, 'a'), alert(-50_000, 600_000, 'b')],
    'a-later-start': [alert(-50_000, 600_000, 'a'), alert(-10_000, 600_000, 'b')],
    'an-earlier-end': [alert(-5_000, 6_000_000, 'a'), alert(-5_000, 600_000, 'b')],
    'a-later-end': [alert(-5_000, 600_000, 'a'), alert(-5_000, 6_000_000, 'b')],
    'no-end-after-a-given-one': [alert(-5_000, 6_000_000, 'a'), alert(-5_000, undefined, 'b')],
    'a-given-end-after-none': [alert(-5_000, undefined, 'a'), alert(-5_000, 20_000, 'b')],
    'no-end-twice': [alert(-5_000, undefined, 'a'), alert(-5_000, undefined, 'b')],
    'no-times': [alert(-5_000, 600_000, 'a'), alert(undefined, undefined, 'b')],
    'within-another': [alert(-50_000, 6_000_000, 'a'), alert(-10_000, 600_000, 'b')],
    'around-another': [alert(-10_000, 600_000, 'a'), alert(-50_000, 6_000_000, 'b')],
    'before-another': [alert(300_000, 600_000, 'a'), alert(-50_000, 200_000, 'b')],
    'after-another': [alert(-50_000, 200_000, 'a'), alert(300_000, 600_000, 'b')],
    'ended-within-another': [alert(-50_000, 600_000, 'a'), alert(-20_000, -10_000, 'b')],
    'ended-before-another': [alert(-5_000, 600_000, 'a'), alert(-200_000, -100_000, 'b')],
    'fires-after-an-end': [alert(-50_000, -10_000, 'a'), alert(-5_000, 600_000, 'b')],
    'fires-over-an-end': [alert(-50_000, -10_000, 'a'), alert(-30_000, 600_000, 'b')],
    'ended-twice': [alert(-50_000, -10_000, 'a'), alert(-50_000, -20_000, 'b')],
    'ended-by-no-start': [alert(-50_000, 600_000, 'a'), alert(undefined, 0, 'b')],
  }).map(
    ([name, versions]): Scenario => ({
      name: `merge-${name}`,
      // Long enough for both to be there before it is told.
      config: { route: { group_wait: '1h' } },
      story: async (story) => {
        for (const version of versions) {
          await story.post(version)
          await story.quiet(20)
        }
        await story.alerts()
        await story.quiet(300)
        await story.groups()
      },
    }),
  ),
  {
    name: 'texts-change-after-it-was-told',
    story: async (story) => {
      await story.post({ labels: { n: '1' }, annotations: { summary: 'a' }, starts: 0, ends: 60_000 })
      await story.told(1)
      await story.post({ labels: { n: '1' }, annotations: { summary: 'b' }, starts: 0, ends: 60_000 })
      await story.quiet()
      await story.fire({ n: '2' })
      await story.told(2)
      await story.quiet()
    },
  },
  {
    name: 'end-is-put-off',
    story: async (story) => {
      await story.post({ labels: { n: '1' }, starts: 0, ends: 5_000 })
      await story.told(1)
      await story.post({ labels: { n: '1' }, starts: 0, ends: 60_000 })
      await story.quiet(5_500)
      await story.alerts()
    },
  },
  {
    name: 'two-senders-of-one-alert',
    config: { route: { group_wait: '3s' } },
    story: async (story) => {
      await story.post({ labels: { n: '1' }, annotations: { from: 'a' }, starts: 0, ends: 60_000 })
      await story.post({ labels: { n: '1' }, annotations: { from: 'b' }, starts: -60_000, ends: 60_000 })
      await story.told(1)
      await story.post({ labels: { n: '1' }, annotations: { from: 'a' }, starts: -90_000, ends: 0 })
      await story.told(2)
      await story.post({ labels: { n: '1' }, annotations: { from: 'b' }, starts: -90_000, ends: 60_000 })
      await story.told(3)
      await story.quiet()
      await story.alerts()
    },
  },
]
