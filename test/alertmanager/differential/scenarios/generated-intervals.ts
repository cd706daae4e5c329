import fc from 'fast-check'
import type { Scenario } from '../scenario.ts'
import { sample } from './sample.ts'

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const MONTHS = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october']
const ZONES = [
  'UTC',
  'Local',
  'Asia/Kolkata',
  'America/New_York',
  'Pacific/Kiritimati',
  'Pacific/Pago_Pago',
  'Europe/Berlin',
]

function range(min: number, max: number, nameOf: (n: number) => string): fc.Arbitrary<string> {
  const bound = fc.integer({ min, max })
  return fc.oneof(
    bound.map(nameOf),
    fc.tuple(bound, bound).map(([a, b]) => `${nameOf(Math.min(a, b))}:${nameOf(Math.max(a, b))}`),
  )
}

const clock = (minutes: number) => {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}
const listOf = (one: fc.Arbitrary<unknown>) => fc.array(one, { minLength: 1, maxLength: 2 })
const times = fc
  .tuple(fc.integer({ min: 0, max: 1_439 }), fc.integer({ min: 1, max: 1_440 }))
  .filter(([start, end]) => start < end)
  .map(([start, end]) => ({ start_time: clock(start), end_time: clock(end) }))
const interval = fc.record(
  {
    times: listOf(times),
    weekdays: listOf(range(0, 6, (n) => WEEKDAYS[n]!)),
    days_of_month: listOf(fc.oneof(range(1, 31, String), range(-28, -1, String))),
    months: listOf(
      fc.oneof(
        range(1, 12, String),
        range(0, 9, (n) => MONTHS[n]!),
      ),
    ),
    years: listOf(range(2024, 2032, String)),
    location: fc.constantFrom(...ZONES),
  },
  { requiredKeys: [] },
)

const intervals = Object.fromEntries(
  sample(fc.array(interval, { minLength: 1, maxLength: 2 }), 80, 6).map((items, index) => [`i${index}`, items]),
)
const names = Object.keys(intervals)

/** Intervals by chance, each asked of the present time: who is told is at such a time. */
export const GENERATED_INTERVALS: readonly Scenario[] = (['mute_time_intervals', 'active_time_intervals'] as const).map(
  (key): Scenario => ({
    name: `generated-${key}`,
    world: 'generated',
    config: {
      intervals,
      route: { group_by: ['at'], routes: names.map((name) => ({ matchers: [`at="${name}"`], [key]: [name] })) },
    },
    story: async (story) => {
      await story.fire(...names.map((name) => ({ at: name })))
      await story.settled()
    },
  }),
)
