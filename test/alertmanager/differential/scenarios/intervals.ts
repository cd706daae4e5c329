import type { Scenario } from '../scenario.ts'

const ROUTE = { group_by: ['...'] }
const now = new Date()
const dayAfter = (days: number) => new Date(now.getTime() + days * 86_400_000)
const weekday = (days: number) => {
  return dayAfter(days).toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' }).toLowerCase()
}
const [day, month, year] = [now.getUTCDate(), now.getUTCMonth() + 1, now.getUTCFullYear()]

/** Those that are in force while the stories run, also if a day ends meanwhile; and those that are not. */
const INTERVALS = {
  always: [{}],
  'this-week': [{ weekdays: [weekday(0), weekday(1)] }],
  'these-years': [{ years: [`${year}:${year + 1}`] }],
  'these-months': [{ months: ['january:june', '7:12'] }],
  'all-days-of-the-month': [{ days_of_month: ['1:15', '-17:-1'] }],
  'all-day': [{ times: [{ start_time: '00:00', end_time: '24:00' }], location: 'Australia/Eucla' }],
  never: [{ years: ['2000'] }],
  'other-weekdays': [{ weekdays: [weekday(3), weekday(4)] }],
  'other-month': [{ months: [String(((month + 3) % 12) + 1)] }],
  'other-days': [{ days_of_month: [day > 15 ? '5:10' : '20:25'] }],
  'right-day-and-wrong-year': [{ weekdays: [weekday(0), weekday(1)], years: ['2000'] }],
  'one-of-two': [{ years: ['2000'] }, { weekdays: ['sunday:saturday'] }],
}
const IN_FORCE = [
  ...['always', 'this-week', 'these-years', 'these-months', 'all-days-of-the-month', 'all-day', 'one-of-two'],
]
const NAMES = Object.keys(INTERVALS)

/** A route for each interval, by whose name the alert asks for it. */
const routesBy = (key: string) => NAMES.map((name) => ({ matchers: [`at="${name}"`], [key]: [name] }))
const asksForEach = NAMES.map((name) => ({ at: name }))

/** Times at which routes tell nothing. */
export const INTERVAL_SCENARIOS: readonly Scenario[] = [
  {
    name: 'mute-intervals-of-all-kinds',
    config: { intervals: INTERVALS, route: { ...ROUTE, routes: routesBy('mute_time_intervals') } },
    story: async (story) => {
      await story.fire(...asksForEach)
      await story.told(NAMES.length - IN_FORCE.length)
      await story.alerts()
      await story.quiet()
    },
  },
  {
    name: 'active-intervals-of-all-kinds',
    config: { intervals: INTERVALS, route: { ...ROUTE, routes: routesBy('active_time_intervals') } },
    story: async (story) => {
      await story.fire(...asksForEach)
      await story.told(IN_FORCE.length)
      await story.alerts()
      await story.quiet()
    },
  },
  {
    name: 'several-intervals-of-a-route',
    config: {
      intervals: INTERVALS,
      route: {
        ...ROUTE,
        routes: [
          { matchers: ['k="1"'], mute_time_intervals: ['never', 'always'] },
          { matchers: ['k="2"'], active_time_intervals: ['never', 'always'] },
          { matchers: ['k="3"'], active_time_intervals: ['always'], mute_time_intervals: ['always'] },
          { matchers: ['k="4"'], active_time_intervals: ['always'], mute_time_intervals: ['never'] },
          { matchers: ['k="5"'], active_time_intervals: ['never'], mute_time_intervals: ['never'] },
        ],
      },
    },
    story: async (story) => {
      await story.fire({ k: '1' }, { k: '2' }, { k: '3' }, { k: '4' }, { k: '5' })
      await story.told(2)
      await story.quiet()
    },
  },
  {
    name: 'intervals-are-not-inherited',
    config: {
      intervals: INTERVALS,
      route: {
        ...ROUTE,
        routes: [
          { matchers: ['k!=""'], mute_time_intervals: ['always'], routes: [{ matchers: ['k="1"'] }], continue: true },
          { matchers: ['k="2"'] },
        ],
      },
    },
    story: async (story) => {
      await story.fire({ k: '1' }, { k: '2' }, { k: '3' })
      await story.told(2)
      await story.quiet()
    },
  },
  {
    name: 'ends-at-a-mute-time',
    config: {
      intervals: INTERVALS,
      route: { ...ROUTE, routes: [{ matchers: ['k="1"'], mute_time_intervals: ['always'] }] },
    },
    story: async (story) => {
      await story.fire({ k: '1' })
      await story.quiet()
      await story.resolve({ k: '1' })
      await story.quiet()
      await story.groups()
    },
  },
  {
    name: 'silenced-at-a-mute-time',
    config: {
      intervals: INTERVALS,
      route: { ...ROUTE, routes: [{ matchers: ['k="1"'], mute_time_intervals: ['always'] }] },
    },
    story: async (story) => {
      await story.silence({ matchers: [{ name: 'k', value: '1' }] })
      await story.fire({ k: '1' })
      await story.quiet()
      await story.alerts()
      await story.expire(0)
      await story.quiet()
      await story.alerts()
    },
  },
]
