import { test } from 'node:test'
import { routerYaml } from '../router-yaml.ts'
import { timeline } from '../timeline.ts'

const A1 = { alertname: 'A', n: '1' }
const A2 = { alertname: 'A', n: '2' }
const HOUR = 3_600_000

/** When an alert that fires unchanged from 0s on is told, up to two thousand seconds. */
const REPEATS: readonly (readonly [title: string, interval: string, repeat: string, seconds: readonly number[]])[] = [
  ['a multiple of group_interval is kept exactly', '5m', '10m', [30, 630, 1_230, 1_830]],
  ['the same as group_interval repeats at each tick', '5m', '5m', [30, 330, 630, 930, 1_230, 1_530, 1_830]],
  ['shorter than group_interval repeats at each tick', '5m', '1m', [30, 330, 630, 930, 1_230, 1_530, 1_830]],
  ['between two ticks is rounded up to the next', '5m', '7m', [30, 630, 1_230, 1_830]],
  [
    'up to five seconds longer than a multiple counts as the multiple, since clocks are corrected',
    '5m',
    '605s',
    [30, 630, 1_230, 1_830],
  ],
  ['more than that longer than a multiple is a whole tick longer', '5m', '606s', [30, 930, 1_830]],
  ['longer than all this does not repeat', '5m', '1h', [30]],
  ['counts in ticks of a minute where group_interval is one', '1m', '9m30s', [30, 630, 1_230, 1_830]],
]

for (const [title, interval, repeat, seconds] of REPEATS) {
  test(`repeat_interval: ${title}`, async (t) => {
    const story = timeline(t, routerYaml({ interval, repeat }))
    story.at('0s').pushFor('2h', A1)
    for (const [index, second] of seconds.entries()) {
      const reason = index === 0 ? 'first notification' : 'repeat interval elapsed'
      story.exactly(`${second}s`).webhook('team', { firing: ['A1'], reason })
    }
    await story.run('2000s')
  })
}

test('repeat_interval: counts from the last notification, whatever that was about', async (t) => {
  const story = timeline(t, routerYaml({ repeat: '20m' }))
  story.at('0s').pushFor('3h', A1, A2)
  story.at('800s').resolve(A2)
  story.at('2200s').pushFor('3h', A2)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('930s').webhook('team', { firing: ['A1'], resolved: ['A2'] })
  story.exactly('2130s').webhook('team', { firing: ['A1'], reason: 'repeat interval elapsed' })
  story.exactly('2430s').webhook('team', { firing: ['A1', 'A2'], reason: 'new alerts added' })
  story.exactly('3630s').webhook('team', { firing: ['A1', 'A2'], reason: 'repeat interval elapsed' })
  await story.run('4000s')
})

test('repeat_interval: an end that is not told does not put it off; the repeat is without it', async (t) => {
  const story = timeline(t, routerYaml({ repeat: '20m', hook: 'send_resolved: false' }))
  story.at('0s').pushFor('3h', A1, A2)
  story.at('800s').resolve(A2)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('1230s').webhook('team', { firing: ['A1'], reason: 'repeat interval elapsed' })
  await story.run('30m')
})

test('repeat_interval: what was told as ended is not in the repeats', async (t) => {
  const story = timeline(t, routerYaml({ repeat: '10m' }))
  story.at('0s').pushFor('3h', A1, A2)
  story.at('100s').resolve(A2)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('330s').webhook('team', { firing: ['A1'], resolved: ['A2'] })
  story.exactly('930s').webhook('team', { firing: ['A1'], resolved: [], reason: 'repeat interval elapsed' })
  await story.run('20m')
})

test('repeat_interval: an end that falls together with a repeat is told as an end', async (t) => {
  const story = timeline(t, routerYaml({ repeat: '10m' }))
  story.at('0s').pushFor('3h', A1, A2)
  story.at('400s').resolve(A2)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('630s').webhook('team', { firing: ['A1'], resolved: ['A2'], reason: 'some alerts resolved' })
  story.exactly('1230s').webhook('team', { firing: ['A1'], reason: 'repeat interval elapsed' })
  await story.run('30m')
})

test('repeat_interval: an alert that ended and fires again between two ticks does not begin it anew', async (t) => {
  const story = timeline(t, routerYaml({ repeat: '10m' }))
  story.at('0s').pushFor('3h', A1)
  story.at('400s').resolve(A1)
  story.at('500s').pushFor('3h', A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  // It has fired anew since; what it says of its start is of the second time.
  const alerts = [{ startsAt: '2026-11-21T00:08:20Z' }]
  story.exactly('630s').webhook('team', { firing: ['A1'], reason: 'repeat interval elapsed', body: { alerts } })
  await story.run('20m')
})

test('repeat_interval: four hours if not given', async (t) => {
  const story = timeline(t, routerYaml().replace(', repeat_interval: 4h', ''))
  story.at('0s').pushFor('9h', A1)
  for (const time of ['30s', '14430s', '28830s']) story.exactly(time).webhook('team', { firing: ['A1'] })
  await story.run('8h30m')
})

test('repeat_interval: longer than the log is kept is kept to all the same, while something fires', async (t) => {
  const yaml = routerYaml({ interval: '30m', repeat: '20h' })
  const story = timeline(t, yaml, { retentionMs: 4 * HOUR })
  story.at('0s').pushFor('100h', A1)
  for (let hour = 1; hour < 40; hour++) story.at(`${hour}h`).check(({ pipeline }) => pipeline.collectNotifications())
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('72030s').webhook('team', { firing: ['A1'], reason: 'repeat interval elapsed' })
  await story.run('39h')
})

test('repeat_interval: each group counts for itself', async (t) => {
  const story = timeline(t, routerYaml({ repeat: '10m' }))
  story.at('0s').pushFor('2h', A1)
  story.at('200s').pushFor('2h', { alertname: 'B' })
  for (const time of ['30s', '630s', '1230s']) story.exactly(time).webhook('team', { firing: ['A1'] })
  for (const time of ['230s', '830s', '1430s']) story.exactly(time).webhook('team', { firing: ['B'] })
  await story.run('1500s')
})
