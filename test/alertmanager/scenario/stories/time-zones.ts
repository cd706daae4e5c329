import { test } from 'node:test'
import { routerYaml } from '../router-yaml.ts'
import { timeline } from '../timeline.ts'

interface Calendar {
  readonly title: string
  /** The items of the interval `quiet`, in flow style. */
  readonly quiet: string
  /** When the story begins, and the first alert comes. */
  readonly begins: string
  /** When it is told: the first tick that is not quiet. */
  readonly told: string
  /** Between ticks, the first of which is at the beginning. */
  readonly interval?: string
}

const NIGHT = "times: [{start_time: '22:00', end_time: '24:00'}]"
const MORNING = "times: [{start_time: '00:00', end_time: '06:00'}]"

const CALENDARS: readonly Calendar[] = [
  {
    title: 'an interval ends with the minute before its end',
    quiet: "{times: [{start_time: '10:00', end_time: '10:05'}]}",
    begins: '2026-03-10T10:00:00Z',
    told: '5m',
  },
  {
    title: 'the last second of an interval is in it',
    quiet: "{times: [{start_time: '10:00', end_time: '10:05'}]}",
    begins: '2026-03-10T10:03:59.999Z',
    told: '2m',
  },
  {
    title: 'before its first minute it is not',
    quiet: "{times: [{start_time: '10:00', end_time: '10:05'}]}",
    begins: '2026-03-10T09:59:59.999Z',
    told: '0s',
  },
  {
    title: 'two ranges make a night, midnight included',
    quiet: `{${NIGHT}}, {${MORNING}}`,
    begins: '2026-03-10T23:30:00Z',
    told: '6h30m',
    interval: '30m',
  },
  {
    title: 'all fields of an item must hold',
    quiet: "{weekdays: ['monday:friday'], times: [{start_time: '09:00', end_time: '17:00'}]}",
    begins: '2026-03-14T10:00:00Z', // a Saturday
    told: '0s',
  },
  {
    title: 'of several entries of a field one is enough',
    quiet: "{weekdays: ['saturday', 'sunday']}",
    begins: '2026-03-14T20:00:00Z', // a Saturday
    told: '28h',
    interval: '1h',
  },
  {
    title: 'weekdays are those of the location',
    quiet: "{weekdays: ['sunday'], location: 'Asia/Tokyo'}",
    begins: '2026-03-14T16:00:00Z', // Sunday 01:00 there
    told: '23h',
    interval: '1h',
  },
  {
    title: 'the last day of a month by its distance from the end',
    quiet: "{days_of_month: ['-1']}",
    begins: '2026-02-28T00:00:00Z',
    told: '24h',
    interval: '1h',
  },
  {
    title: 'in a leap year the last day of February is the 29th',
    quiet: "{days_of_month: ['-1']}",
    begins: '2028-02-28T12:00:00Z',
    told: '0s',
    interval: '1h',
  },
  {
    title: 'the last three days of a long month begin with the 29th',
    quiet: "{days_of_month: ['-3:-1']}",
    begins: '2026-01-29T00:00:00Z',
    told: '3d',
    interval: '6h',
  },
  {
    title: 'a range from the front may end from the back',
    quiet: "{days_of_month: ['10:-2']}",
    begins: '2026-04-28T12:00:00Z', // up to the 29th
    told: '36h',
    interval: '6h',
  },
  {
    title: 'a day beyond the end of a month is in none of its days',
    quiet: "{days_of_month: ['31']}",
    begins: '2026-04-30T12:00:00Z',
    told: '0s',
  },
  {
    title: 'a range is cut at the end of the month',
    quiet: "{days_of_month: ['30:31']}",
    begins: '2026-04-30T00:00:00Z',
    told: '24h',
    interval: '6h',
  },
  {
    title: 'months by name or number',
    quiet: "{months: ['november:december', '1']}",
    begins: '2026-01-31T18:00:00Z',
    told: '6h',
    interval: '1h',
  },
  {
    title: 'years',
    quiet: "{years: ['2024:2026']}",
    begins: '2026-12-31T22:00:00Z',
    told: '2h',
    interval: '1h',
  },
  {
    title: 'a location sets hours, days, months and years',
    quiet: "{years: ['2026'], months: ['december'], days_of_month: ['31'], location: 'Australia/Sydney'}",
    begins: '2026-12-31T00:00:00Z', // 11:00 there
    told: '13h',
    interval: '1h',
  },
  {
    title: 'without a location it is UTC',
    quiet: "{times: [{start_time: '12:00', end_time: '13:00'}]}",
    begins: '2026-07-10T12:00:00Z',
    told: '1h',
    interval: '10m',
  },
  {
    title: 'an interval in local time moves with summer time: before it',
    quiet: "{times: [{start_time: '08:00', end_time: '09:00'}], location: 'Europe/Berlin'}",
    begins: '2026-03-28T07:30:00Z', // 08:30 there
    told: '30m',
    interval: '10m',
  },
  {
    title: 'an interval in local time moves with summer time: after it',
    quiet: "{times: [{start_time: '08:00', end_time: '09:00'}], location: 'Europe/Berlin'}",
    begins: '2026-03-29T07:30:00Z', // 09:30 there
    told: '0s',
    interval: '10m',
  },
  {
    title: 'the night in which clocks are put forward is an hour shorter',
    quiet: "{times: [{start_time: '00:00', end_time: '06:00'}], location: 'America/New_York'}",
    begins: '2026-03-08T05:00:00Z', // midnight there; 02:00 is 03:00
    told: '5h',
    interval: '10m',
  },
  {
    title: 'the night in which clocks are put back is an hour longer',
    quiet: "{times: [{start_time: '00:00', end_time: '06:00'}], location: 'America/New_York'}",
    begins: '2026-11-01T04:00:00Z', // midnight there; 01:00 to 02:00 is twice
    told: '7h',
    interval: '10m',
  },
  {
    title: 'the hour that is twice is quiet twice',
    quiet: "{times: [{start_time: '01:00', end_time: '02:00'}], location: 'America/New_York'}",
    begins: '2026-11-01T05:00:00Z',
    told: '2h',
    interval: '10m',
  },
  {
    title: 'an interval that ends within the hour that is left out ends with its beginning',
    quiet: "{times: [{start_time: '01:00', end_time: '02:30'}], location: 'America/New_York'}",
    begins: '2026-03-08T06:30:00Z', // 01:30 there; 02:00 is 03:00
    told: '30m',
  },
  {
    title: 'zones with odd minutes',
    quiet: "{times: [{start_time: '12:00', end_time: '12:30'}], location: 'Asia/Kathmandu'}", // 5:45 ahead
    begins: '2026-05-05T06:15:00Z',
    told: '30m',
  },
]

const zones = (quiet: string) => `time_intervals: [{name: quiet, time_intervals: [${quiet}]}]`

for (const { title, quiet, begins, told, interval = '1m' } of CALENDARS) {
  test(`time intervals: ${title}`, async (t) => {
    const routes = ['matchers: [alertname=A], mute_time_intervals: [quiet]']
    const yaml = routerYaml({ wait: '0s', interval, repeat: '30d', routes, sections: zones(quiet) })
    const story = timeline(t, yaml, { begins })
    story.at('0s').pushFor('10d', { alertname: 'A' })
    story.exactly(told).webhook('team', { firing: ['A'], reason: 'first notification' })
    await story.run(told)
  })
}

const WORK = `time_intervals:
  - name: work
    time_intervals: [{times: [{start_time: '09:00', end_time: '17:00'}]}]
  - name: lunch
    time_intervals: [{times: [{start_time: '12:00', end_time: '13:00'}]}]
  - name: evening
    time_intervals: [{times: [{start_time: '18:00', end_time: '19:00'}]}]`

interface Hours {
  readonly title: string
  readonly route: string
  /** Hours of the day in which an alert that comes then is told at once. */
  readonly told: readonly number[]
}

const HOURS: readonly Hours[] = [
  { title: 'active ones name the only times', route: 'active_time_intervals: [work]', told: [9, 12, 16] },
  {
    title: 'what is in one of several active ones is active',
    route: 'active_time_intervals: [work, evening]',
    told: [9, 12, 16, 18],
  },
  {
    title: 'a muted time within an active one is muted',
    route: 'active_time_intervals: [work], mute_time_intervals: [lunch]',
    told: [9, 16],
  },
  { title: 'each of several muted ones mutes', route: 'mute_time_intervals: [lunch, evening]', told: [8, 9, 16, 17] },
]

for (const { title, route, told } of HOURS) {
  test(`time intervals: ${title}`, async (t) => {
    const routes = [`matchers: [day=x], ${route}`]
    const yaml = routerYaml({ wait: '0s', interval: '10m', groupBy: '[n]', routes, sections: WORK })
    const story = timeline(t, yaml, { begins: '2026-03-10T00:00:00Z' })
    // Each is over before the next hour.
    for (const hour of [8, 9, 12, 16, 17, 18]) {
      story.at(`${hour}h`).pushFor('5m', { alertname: 'A', n: `${hour}`, day: 'x' })
    }
    for (const hour of told) {
      story.exactly(`${hour}h`).webhook('team', { firing: [`A${hour}`] })
      story.exactly(`${hour}h10m`).webhook('team', { resolved: [`A${hour}`] })
    }
    await story.run('24h')
  })
}

test('time intervals: a route does not inherit those of the route above it', async (t) => {
  const routes = ['matchers: [team=x], active_time_intervals: [evening], routes: [{matchers: [severity=page]}]']
  const story = timeline(t, routerYaml({ routes, sections: WORK }))
  story.at('0s').pushFor('1h', { alertname: 'A', team: 'x' }, { alertname: 'P', team: 'x', severity: 'page' })
  story.exactly('30s').webhook('team', { firing: ['P'] })
  await story.run('40m')
})

test('time intervals: one that the older section names mutes too', async (t) => {
  const old =
    "mute_time_intervals: [{name: quiet, time_intervals: [{times: [{start_time: '00:00', end_time: '00:10'}]}]}]"
  const routes = ['matchers: [alertname=A], mute_time_intervals: [quiet]']
  const story = timeline(t, routerYaml({ interval: '1m', routes, sections: old }))
  story.at('0s').pushFor('1h', { alertname: 'A' })
  story.exactly('630s').webhook('team', { firing: ['A'] })
  await story.run('20m')
})
