import type { Scenario } from '../scenario.ts'
import type { SilenceMatcher } from '../story.ts'

const ROUTE = { group_by: ['...'] }
const only = (name: string, value: string, more: Partial<SilenceMatcher> = {}) => ({
  matchers: [{ name, value, ...more }],
})

/** What silences keep from being told, and the life of silences themselves. */
export const SILENCES: readonly Scenario[] = [
  {
    name: 'silenced-from-the-start',
    config: { route: ROUTE },
    story: async (story) => {
      await story.silence(only('n', '1'))
      await story.fire({ n: '1' }, { n: '2' })
      await story.told(1)
      for (const query of ['', 'silenced=false', 'active=false', 'silenced=false&active=false']) {
        await story.alerts(query)
        await story.groups(query)
      }
      await story.quiet()
      await story.silences()
    },
  },
  {
    name: 'silence-is-ended-by-hand',
    config: { route: ROUTE },
    story: async (story) => {
      await story.silence(only('n', '1'))
      await story.fire({ n: '1' })
      await story.quiet()
      await story.expire(0)
      await story.alerts()
      await story.told(1)
      await story.quiet()
      await story.silenceAt(0)
      await story.expire(0)
    },
  },
  {
    name: 'silence-runs-out',
    config: { route: ROUTE },
    story: async (story) => {
      await story.silence({ ...only('n', '1'), ends: 4_000 })
      await story.fire({ n: '1' })
      await story.told(1)
      await story.silences()
      await story.alerts()
      await story.quiet()
    },
  },
  {
    name: 'silence-begins-later',
    config: { route: ROUTE },
    story: async (story) => {
      await story.silence({ ...only('n', '1'), starts: 6_000 })
      await story.silences()
      await story.fire({ n: '1' })
      await story.alerts()
      await story.told(1)
      await story.quiet(6_500)
      await story.silences()
      await story.alerts()
      await story.groups()
    },
  },
  {
    name: 'ends-while-silenced',
    config: { route: ROUTE },
    story: async (story) => {
      await story.fire({ n: '1' })
      await story.told(1)
      await story.silence(only('n', '1'))
      await story.resolve({ n: '1' })
      await story.quiet(3_500)
      await story.groups()
    },
  },
  {
    name: 'told-then-silenced-then-not',
    config: { route: ROUTE },
    story: async (story) => {
      await story.fire({ n: '1' })
      await story.told(1)
      await story.silence(only('n', '1'))
      await story.quiet()
      await story.expire(0)
      await story.quiet()
    },
  },
  {
    name: 'one-of-a-group-is-silenced',
    story: async (story) => {
      await story.silence(only('n', '1'))
      await story.fire({ n: '1' }, { n: '2' })
      await story.told(1)
      await story.groups()
      await story.expire(0)
      await story.told(2)
      await story.quiet()
    },
  },
  {
    name: 'one-of-a-group-is-silenced-later',
    story: async (story) => {
      await story.fire({ n: '1' }, { n: '2' })
      await story.told(1)
      await story.silence(only('n', '1'))
      await story.quiet()
      await story.fire({ n: '3' })
      await story.told(2)
      await story.groups()
      await story.quiet()
    },
  },
  {
    name: 'silences-of-all-kinds-of-matchers',
    config: { route: ROUTE },
    story: async (story) => {
      await story.silence(only('a', 'x|y', { isRegex: true }))
      await story.silence(only('b', 'z', { isEqual: false }))
      await story.silence({
        matchers: [
          { name: 'a', value: 'no.*', isRegex: true, isEqual: false },
          { name: 'b', value: '' },
        ],
      })
      await story.silence({
        matchers: [
          { name: 'c', value: '', isEqual: false },
          { name: 'c', value: 'q"\\\n' },
        ],
      })
      await story.fire({ a: 'x', b: 'z' }, { a: 'xx', b: 'z' }, { a: 'nox' }, { b: 'z' }, { b: 'z', c: 'q"\\\n' })
      await story.fire({ a: 'none', b: 'z', c: 'other' })
      await story.quiet()
      await story.alerts()
      await story.silences()
      await story.silences('filter=a%3D~%22x%7Cy%22')
      await story.silences('filter=b!%3Dz')
      await story.silences('filter=b%3Dz')
    },
  },
  {
    name: 'silenced-by-two',
    config: { route: ROUTE },
    story: async (story) => {
      await story.silence(only('n', '1'))
      await story.silence({ ...only('n', '1|2', { isRegex: true }), ends: 7_200_000 })
      await story.fire({ n: '1' })
      await story.quiet()
      await story.alerts()
      await story.expire(0)
      await story.quiet()
      await story.alerts()
      await story.expire(1)
      await story.told(1)
    },
  },
  {
    name: 'silence-is-changed-in-place',
    config: { route: ROUTE },
    story: async (story) => {
      await story.silence({ ...only('n', '1'), starts: 60_000 })
      await story.silence({ ...only('n', '1'), starts: 60_000, ends: 7_200_000, comment: 'longer', updates: 0 })
      await story.silences()
      await story.silence({ ...only('n', '1'), starts: 1_000, comment: 'sooner', updates: 0 })
      await story.silences()
    },
  },
  {
    name: 'silence-of-other-matchers-is-another-one',
    config: { route: ROUTE },
    story: async (story) => {
      await story.silence({ ...only('n', '1'), ends: 3_600_000 })
      await story.fire({ n: '1' }, { n: '2' })
      await story.told(1)
      await story.silence({ ...only('n', '2'), ends: 7_200_000, updates: 0 })
      await story.alerts()
      await story.told(2)
      await story.silences()
      await story.quiet()
    },
  },
  {
    name: 'an-ended-silence-is-made-again',
    config: { route: ROUTE },
    story: async (story) => {
      await story.silence(only('n', '1'))
      await story.expire(0)
      await story.silence({ ...only('n', '1'), ends: 7_200_000, updates: 0 })
      await story.silences()
      await story.fire({ n: '1' })
      await story.quiet()
      await story.alerts()
    },
  },
  {
    name: 'a-pending-silence-is-ended',
    config: { route: ROUTE },
    story: async (story) => {
      await story.silence({ ...only('n', '1'), starts: 20_000 })
      await story.expire(0)
      await story.silences()
      await story.fire({ n: '1' })
      await story.told(1)
    },
  },
  {
    name: 'silences-in-order',
    story: async (story) => {
      await story.silence({ ...only('a', '1'), starts: 60_000 })
      await story.silence({ ...only('a', '2'), ends: 7_200_000 })
      await story.silence({ ...only('a', '3'), ends: 3_600_000 })
      await story.silence({ ...only('a', '4'), starts: 30_000 })
      await story.silence({ ...only('a', '5'), ends: 5_000_000 })
      await story.expire(2)
      await story.quiet(50)
      await story.silence({ ...only('a', '6'), ends: 6_000_000 })
      await story.expire(5)
      await story.silences()
    },
  },
]
