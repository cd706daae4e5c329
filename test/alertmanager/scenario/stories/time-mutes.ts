import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timeline } from '../timeline.ts'

/** The stories begin at midnight, UTC. */
const yaml = (route: string, more = '') => `
route:
  receiver: team
  group_by: [alertname]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 12h
  routes:
    - {receiver: team, matchers: [alertname=A], ${route}}
time_intervals:
  - name: night
    time_intervals: [{times: [{start_time: '00:10', end_time: '01:00'}]}]
  - name: day
    time_intervals: [{times: [{start_time: '00:20', end_time: '01:00'}]}]
receivers:
  - name: team
    webhook_configs: [{url: http://hook.test/${more}}]
`
const MUTED = yaml('mute_time_intervals: [night]')

const A1 = { alertname: 'A', n: '1' }
const A2 = { alertname: 'A', n: '2' }
const B1 = { alertname: 'B', n: '1' }

test('nothing of a route is told at muted times; other routes go on', async (t) => {
  const story = timeline(t, MUTED)
  story.at('700s').pushFor('2h', A1, B1)
  story.exactly('730s').webhook('team', { firing: ['B1'] })
  story.exactly('3730s').webhook('team', { firing: ['A1'], reason: 'first notification' })
  await story.run('2h')
})

test('nothing is told outside of active times', async (t) => {
  const story = timeline(t, yaml('active_time_intervals: [day]'))
  story.at('0s').pushFor('2h', A1)
  story.exactly('1230s').webhook('team', { firing: ['A1'] })
  await story.run('50m')
})

test('what still fires when muting ends is told, though it was told before', async (t) => {
  const story = timeline(t, MUTED)
  story.at('0s').pushFor('3h', A1)
  story.at('700s').pushFor('3h', A2)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('3630s').webhook('team', { firing: ['A1', 'A2'], reason: 'first notification' })
  await story.run('2h')
})

test('what ended at a muted time is told when muting ends, restarts and the age of the log notwithstanding', async (t) => {
  const story = timeline(t, MUTED.replace('repeat_interval: 12h', 'repeat_interval: 5m'))
  story.at('310s').pushFor('3h', A1)
  story.at('700s').resolve(A1)
  story.at('1000s').kill()
  story.at('1001s').start()
  for (const time of ['1500s', '2500s', '3500s']) {
    story.at(time).check(({ pipeline }) => {
      pipeline.collectNotifications()
      pipeline.collectAlerts()
    })
  }
  story.exactly('340s').webhook('team', { firing: ['A1'] })
  story.exactly('3640s').webhook('team', { resolved: ['A1'], reason: 'all alerts resolved' })
  await story.run('2h')
})

test('what ends and fires again at muted times is told as firing only', async (t) => {
  const story = timeline(t, MUTED)
  story.at('0s').pushFor('3h', A1)
  story.at('700s').resolve(A1)
  story.at('1500s').pushFor('3h', A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('3630s').webhook('team', { firing: ['A1'] })
  await story.run('2h')
})

test('what comes and goes at muted times is never told', async (t) => {
  const story = timeline(t, MUTED)
  story.at('700s').pushFor('1h', A1)
  story.at('1500s').resolve(A1)
  story.at('2500s').check(({ pipeline }) => assert.deepEqual([...pipeline.groups()], []))
  await story.run('2h')
})

test('where ends are not told, none is kept for later', async (t) => {
  const story = timeline(t, yaml('mute_time_intervals: [night]', ', send_resolved: false'))
  story.at('0s').pushFor('3h', A1)
  story.at('700s').resolve(A1)
  story.at('1000s').check(({ pipeline }) => assert.deepEqual([...pipeline.groups()], []))
  story.at('3700s').pushFor('3h', A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('3730s').webhook('team', { firing: ['A1'], reason: 'first notification' })
  await story.run('2h')
})
