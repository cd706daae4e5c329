import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routerYaml } from '../router-yaml.ts'
import { timeline } from '../timeline.ts'

const A1 = { alertname: 'A', n: '1' }
const A2 = { alertname: 'A', n: '2' }
const X1 = { alertname: 'A', n: '1', team: 'x' }
const PLAIN = routerYaml({ repeat: '1h' })
const TO_X = 'receiver: other, matchers: [team=x]'

test('reload: one within group_wait leaves the rest of it', async (t) => {
  const story = timeline(t, PLAIN)
  story.at('0s').pushFor('1h', A1)
  story.at('20s').reload(PLAIN)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  await story.run('20m')
})

test('reload: one at the very tick makes it neither be left out nor come twice', async (t) => {
  const story = timeline(t, PLAIN)
  story.at('0s').pushFor('1h', A1)
  story.at('30s').reload(PLAIN)
  story.at('100s').pushFor('1h', A2)
  story.at('330s').reload(PLAIN)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('330s').webhook('team', { firing: ['A1', 'A2'] })
  await story.run('20m')
})

test('reload: many, one after the other, change nothing', async (t) => {
  const story = timeline(t, PLAIN)
  story.at('0s').pushFor('1000s', A1)
  for (let second = 1; second < 1_200; second += 37) story.at(`${second}s`).reload(PLAIN)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('1230s').webhook('team', { resolved: ['A1'] })
  await story.run('1h')
})

test('reload: a route that is taken away hands its alerts to the one above, which tells at once', async (t) => {
  const story = timeline(t, routerYaml({ routes: [TO_X] }))
  story.at('0s').pushFor('1h', X1)
  story.at('100s').reload(PLAIN)
  story.at('500s').resolve(X1)
  story.exactly('30s').webhook('other', { firing: ['A1'] })
  // It has fired for longer than group_wait.
  story.exactly('100s').webhook('team', { firing: ['A1'], reason: 'first notification' })
  story.exactly('700s').webhook('team', { resolved: ['A1'] })
  await story.run('20m')
})

test('reload: a new route takes its alerts; those of others stay where they are', async (t) => {
  const story = timeline(t, PLAIN)
  story.at('0s').pushFor('1h', X1, A2)
  story.at('10s').reload(routerYaml({ repeat: '1h', routes: [TO_X] }))
  story.at('100s').resolve(A2)
  // group_wait counts from when the new group is made.
  story.exactly('40s').webhook('other', { firing: ['A1'] })
  story.exactly('30s').webhook('team', { firing: ['A2'] })
  story.exactly('330s').webhook('team', { resolved: ['A2'] })
  await story.run('20m')
})

test('reload: an alert that a route takes away from a group is not told as ended by it', async (t) => {
  const story = timeline(t, PLAIN)
  story.at('0s').pushFor('1h', X1, A2)
  story.at('100s').reload(routerYaml({ repeat: '1h', routes: [TO_X] }))
  story.at('400s').resolve(X1, A2)
  story.exactly('30s').webhook('team', { firing: ['A2', 'A1'] })
  story.exactly('100s').webhook('other', { firing: ['A1'] })
  story.exactly('630s').webhook('team', { resolved: ['A2'] })
  story.exactly('700s').webhook('other', { resolved: ['A1'] })
  await story.run('20m')
})

test('reload: a route that comes back goes on with what it told before', async (t) => {
  const withRoute = routerYaml({ repeat: '1h', routes: [TO_X] })
  const story = timeline(t, withRoute)
  story.at('0s').pushFor('2h', X1)
  story.at('100s').reload(PLAIN)
  story.at('200s').reload(withRoute)
  story.exactly('30s').webhook('other', { firing: ['A1'] })
  story.exactly('100s').webhook('team', { firing: ['A1'] })
  // The group is a new one, due at once; the log knows that it was told.
  story.exactly('3800s').webhook('other', { firing: ['A1'], reason: 'repeat interval elapsed' })
  await story.run('4000s')
})

test('reload: a shorter group_interval holds from the last tick on', async (t) => {
  const story = timeline(t, PLAIN)
  story.at('0s').pushFor('2h', A1)
  story.at('100s').reload(routerYaml({ interval: '1m', repeat: '1h' }))
  story.at('110s').pushFor('2h', A2)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('150s').webhook('team', { firing: ['A1', 'A2'] })
  await story.run('20m')
})

test('reload: a longer group_interval counts from the first tick of the group', async (t) => {
  const story = timeline(t, routerYaml({ interval: '1m', repeat: '1h' }))
  story.at('0s').pushFor('2h', A1)
  story.at('100s').reload(PLAIN)
  story.at('110s').pushFor('2h', A2)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('330s').webhook('team', { firing: ['A1', 'A2'] })
  await story.run('20m')
})

test('reload: a new receiver hears at once what fires, an old one nothing more', async (t) => {
  const story = timeline(t, PLAIN)
  story.at('0s').pushFor('2h', A1)
  story.at('100s').reload(PLAIN.replace('receiver: team', 'receiver: other'))
  story.at('400s').resolve(A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('100s').webhook('other', { firing: ['A1'], reason: 'first notification' })
  story.exactly('700s').webhook('other', { resolved: ['A1'] })
  await story.run('20m')
})

test('reload: a receiver with a new address is the same one', async (t) => {
  const story = timeline(t, PLAIN)
  story.at('0s').pushFor('2h', A1)
  story.at('100s').reload(PLAIN.replace('hook.test', 'moved.test'))
  story.at('400s').resolve(A1)
  story.exactly('30s').webhook('team', { firing: ['A1'], host: 'hook.test' })
  story.exactly('630s').webhook('team', { resolved: ['A1'], host: 'moved.test' })
  await story.run('20m')
})

test('reload: a receiver that gets another integration tells it what fires, the first one nothing twice', async (t) => {
  const story = timeline(t, PLAIN)
  story.at('0s').pushFor('2h', A1)
  story.at('100s').reload(PLAIN.replace("{url: 'http://hook.test/'}", "$&, {url: 'http://second.test/'}"))
  story.exactly('30s').webhook('team', { firing: ['A1'], host: 'hook.test' })
  story.exactly('330s').webhook('team', { firing: ['A1'], host: 'second.test', reason: 'first notification' })
  await story.run('20m')
})

test('reload: who is to hear of ends from now on hears of those that come', async (t) => {
  const story = timeline(t, routerYaml({ hook: 'send_resolved: false' }))
  story.at('0s').pushFor('2h', A1, A2)
  story.at('40s').resolve(A1)
  story.at('340s').reload(PLAIN)
  story.at('350s').resolve(A2)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('630s').webhook('team', { resolved: ['A2'], reason: 'all alerts resolved' })
  await story.run('20m')
})

test('reload: other groups are made of alerts that have ended and were not told so yet, too', async (t) => {
  const story = timeline(t, PLAIN)
  story.at('0s').pushFor('2h', A1, A2)
  story.at('100s').resolve(A1)
  story.at('200s').reload(routerYaml({ groupBy: '[]' }))
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('200s').webhook('team', { firing: ['A2'], body: { groupKey: '{}:{}' } })
  await story.run('20m')
})

test('reload: while an attempt is under way, its answer counts', async (t) => {
  const story = timeline(t, PLAIN)
  story.at('0s').think('hook.test', '2s')
  story.at('0s').pushFor('2h', A1)
  story.at('31s').reload(PLAIN)
  story.at('33s').think('hook.test', '0s')
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  await story.run('20m')
})

test('reload: an attempt that does not end within five seconds is cut, and made again', async (t) => {
  const story = timeline(t, PLAIN)
  story.at('0s').delay('hook.test', '1h')
  story.at('0s').pushFor('2h', A1)
  story.at('40s').reload(PLAIN)
  story.at('41s').delay('hook.test', '0s')
  story.exactly('45s').webhook('team', { firing: ['A1'], reason: 'first notification' })
  await story.run('20m')
})

test('reload: what waits for its next attempt is tried by the new configuration at once', async (t) => {
  const story = timeline(t, PLAIN)
  story.at('0s').answer('hook.test', 503, { 'retry-after': '200' })
  story.at('0s').pushFor('2h', A1)
  story.at('40s').reload(PLAIN.replace('hook.test', 'moved.test'))
  story.exactly('40s').webhook('team', { firing: ['A1'], host: 'moved.test' })
  await story.run('20m')
})

test('reload: intervals that are given to a route hold at the next tick', async (t) => {
  const sections =
    "time_intervals: [{name: night, time_intervals: [{times: [{start_time: '00:00', end_time: '00:10'}]}]}]"
  const routes = ['matchers: [alertname=A], mute_time_intervals: [night]']
  const before = routerYaml({ routes: ['matchers: [alertname=A]'] })
  const story = timeline(t, before)
  story.at('0s').pushFor('2h', A1)
  story.at('100s').reload(routerYaml({ routes, sections }))
  story.at('110s').pushFor('2h', A2)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('630s').webhook('team', { firing: ['A1', 'A2'] })
  await story.run('20m')
})

test('reload: labels of routes are those of the configuration in force', async (t) => {
  const story = timeline(t, routerYaml({ root: 'labels: {tier: one}' }))
  story.at('0s').pushFor('2h', A1)
  story.at('100s').reload(routerYaml({ root: 'labels: {tier: two}' }))
  story.at('110s').pushFor('2h', A2)
  story.exactly('30s').webhook('team', { firing: ['A1'], body: { routeLabels: { tier: 'one' } } })
  story.exactly('330s').webhook('team', { firing: ['A1', 'A2'], body: { routeLabels: { tier: 'two' } } })
  await story.run('10m')
})

test('reload: resolve_timeout is another one for what is sent from then on', async (t) => {
  const story = timeline(t, `global: {resolve_timeout: 1h}\n${routerYaml({ interval: '1m' })}`)
  story.at('0s').pushOpen(A1)
  story.at('100s').reload(`global: {resolve_timeout: 1m}\n${routerYaml({ interval: '1m' })}`)
  story.at('110s').pushOpen(A2)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('150s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('210s').webhook('team', { firing: ['A1'], resolved: ['A2'] })
  story.at('220s').check(({ pipeline }) => assert.equal([...pipeline.groups()].length, 1))
  await story.run('20m')
})
