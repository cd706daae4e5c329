import { test } from 'node:test'
import { routerYaml } from '../router-yaml.ts'
import { timeline } from '../timeline.ts'

const A1 = { alertname: 'A', n: '1' }
const A2 = { alertname: 'A', n: '2' }

for (const delta of ['1h', '-1h', '7ms', '-7ms']) {
  test(`clock: set by ${delta} it moves no timer`, async (t) => {
    const story = timeline(t, routerYaml())
    story.at('0s').pushFor('9h', A1)
    story.at('10s').stepClock(delta)
    story.at('100s').pushFor('9h', A2)
    story.at('200s').stepClock(delta)
    story.exactly('30s').webhook('team', { firing: ['A1'] })
    story.exactly('330s').webhook('team', { firing: ['A1', 'A2'] })
    await story.run('20m')
  })
}

for (const delta of ['3s', '-3s']) {
  test(`clock: corrected by ${delta} it does not move a repeat to another tick`, async (t) => {
    const story = timeline(t, routerYaml({ repeat: '10m' }))
    story.at('0s').pushFor('9h', A1)
    story.at('100s').stepClock(delta)
    story.at('900s').stepClock(delta)
    for (const time of ['30s', '630s', '1230s', '1830s']) story.exactly(time).webhook('team', { firing: ['A1'] })
    await story.run('1900s')
  })
}

test('clock: set forward past their ends, alerts have ended', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').pushFor('10m', A1)
  story.at('0s').pushFor('9h', A2)
  story.at('100s').stepClock('1h')
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('330s').webhook('team', { firing: ['A2'], resolved: ['A1'] })
  await story.run('20m')
})

test('clock: set back, an alert lasts longer by as much, unless its sender says that it ended', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').pushFor('10m', A1, A2)
  story.at('100s').stepClock('-1h')
  story.at('400s').resolve(A2)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('630s').webhook('team', { firing: ['A1'], resolved: ['A2'] })
  // 600s and an hour are 4200s; the next tick is at 4230s.
  story.exactly('4230s').webhook('team', { resolved: ['A1'] })
  await story.run('2h')
})

test('clock: set forward, repeats come earlier by as much; set back, later', async (t) => {
  const story = timeline(t, routerYaml({ repeat: '1h' }))
  story.at('0s').pushFor('40h', A1)
  story.at('100s').stepClock('50m')
  story.at('700s').stepClock('-20m')
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('630s').webhook('team', { firing: ['A1'], reason: 'repeat interval elapsed' })
  // An hour of the clock, twenty minutes of which it showed twice.
  story.exactly('5430s').webhook('team', { firing: ['A1'], reason: 'repeat interval elapsed' })
  await story.run('6000s')
})

test('clock: silences begin and end by it', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').silence('1h', 'n=1')
  story.at('0s').silence('1h', 'n=2', { after: '1h' })
  story.at('0s').pushFor('9h', A1, A2)
  story.at('100s').stepClock('1h')
  story.exactly('30s').webhook('team', { firing: ['A2'] })
  story.exactly('330s').webhook('team', { firing: ['A1'], reason: 'first notification' })
  story.at('400s').stepClock('1h')
  story.exactly('630s').webhook('team', { firing: ['A1', 'A2'], reason: 'new alerts added' })
  await story.run('20m')
})

test('clock: a silence that was ended by hand does not come back when it is set back', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').silence('1h', 'n=1', { name: 'it' })
  story.at('0s').pushFor('9h', A1)
  story.at('10s').expire('it')
  story.at('20s').stepClock('-30m')
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  await story.run('20m')
})

test('clock: time intervals are looked up by it', async (t) => {
  const sections =
    "time_intervals: [{name: night, time_intervals: [{times: [{start_time: '00:00', end_time: '06:00'}]}]}]"
  const routes = ['matchers: [alertname=A], mute_time_intervals: [night]']
  const story = timeline(t, routerYaml({ routes, sections }))
  story.at('0s').pushFor('19h', A1)
  story.at('400s').stepClock('6h')
  story.exactly('630s').webhook('team', { firing: ['A1'] })
  await story.run('20m')
})

test('clock: set back while the router was down, a repeat is not made up for before its time', async (t) => {
  const story = timeline(t, routerYaml({ repeat: '1h' }))
  story.at('0s').pushFor('40h', A1)
  story.at('100s').kill()
  story.at('200s').stepClock('-10m')
  story.at('200s').start()
  story.at('250s').resolve(A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  // The clock shows 23:53:20; the group's next moment by it is longer off than group_interval, which is what it waits.
  story.exactly('500s').webhook('team', { resolved: ['A1'] })
  await story.run('20m')
})

test('clock: set forward while the router was down, what is due by it is made up for', async (t) => {
  const story = timeline(t, routerYaml({ repeat: '1h' }))
  story.at('0s').pushFor('40h', A1)
  story.at('100s').kill()
  story.at('110s').stepClock('2h')
  story.at('110s').start()
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('110s').webhook('team', { firing: ['A1'], reason: 'repeat interval elapsed' })
  await story.run('20m')
})
