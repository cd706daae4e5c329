import { test } from 'node:test'
import { timeline } from '../timeline.ts'

const ONE_RECEIVER = `
route:
  receiver: team
  group_by: [alertname]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 1h
receivers:
  - name: team
    webhook_configs: [{url: http://hook.test/}]
`

const A1 = { alertname: 'A', n: '1' }
const A2 = { alertname: 'A', n: '2' }
const B1 = { alertname: 'B', n: '1' }

test('a group waits, then tells everybody who joined meanwhile', async (t) => {
  const story = timeline(t, ONE_RECEIVER)
  story.at('1s').pushFor('1h', A1)
  story.at('20s').pushFor('1h', A2, B1)
  story.exactly('31s').webhook('team', { firing: ['A1', 'A2'], reason: 'first notification' })
  story.exactly('50s').webhook('team', { firing: ['B1'] })
  await story.run('10m')
})

test('who joins later is told at the next interval, with the whole group', async (t) => {
  const story = timeline(t, ONE_RECEIVER)
  story.at('0s').pushFor('1h', A1)
  story.at('31s').pushFor('1h', A2)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('330s').webhook('team', { firing: ['A1', 'A2'], reason: 'new alerts added' })
  await story.run('20m')
})

test('some resolved, all resolved, and then a fresh start', async (t) => {
  const story = timeline(t, ONE_RECEIVER)
  story.at('0s').pushFor('1h', A1, A2)
  story.at('60s').resolve(A1)
  story.at('400s').resolve(A2)
  story.at('1000s').pushFor('1h', A1)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('330s').webhook('team', { firing: ['A2'], resolved: ['A1'], reason: 'some alerts resolved' })
  story.exactly('630s').webhook('team', { resolved: ['A2'], reason: 'all alerts resolved' })
  // The group is gone; a new one waits anew.
  story.exactly('1030s').webhook('team', { firing: ['A1'], reason: 'first notification' })
  await story.run('20m')
})

test('an alert that is not sent again resolves by itself', async (t) => {
  const story = timeline(t, ONE_RECEIVER)
  story.at('0s').push(A1)
  story.at('60s').push(A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('330s').webhook('team', { resolved: ['A1'] })
  await story.run('20m')
})

test('an alert without an end lasts for resolve_timeout', async (t) => {
  const story = timeline(t, `global: {resolve_timeout: 10m}\n${ONE_RECEIVER}`)
  story.at('0s').pushOpen(A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('630s').webhook('team', { resolved: ['A1'] })
  await story.run('20m')
})

test('repeats come at repeat_interval where it is a multiple of group_interval, else at the next tick', async (t) => {
  const story = timeline(t, ONE_RECEIVER)
  story.at('0s').pushFor('4h', A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('3630s').webhook('team', { firing: ['A1'], reason: 'repeat interval elapsed' })
  story.exactly('7230s').webhook('team', { firing: ['A1'] })
  await story.run('8000s')
})

test('an alert that has fired for long does not wait', async (t) => {
  const story = timeline(t, ONE_RECEIVER.replace('group_wait: 30s', 'group_wait: 0s'))
  story.at('10s').pushFor('1h', A1)
  story.exactly('10s').webhook('team', { firing: ['A1'] })
  await story.run('1m')
})

test('an alert that comes and goes within group_wait is never told', async (t) => {
  const story = timeline(t, ONE_RECEIVER)
  story.at('0s').pushFor('1h', A1)
  story.at('10s').resolve(A1)
  await story.run('20m')
})

test('an alert that resolves and fires again between two ticks is not told again', async (t) => {
  const story = timeline(t, ONE_RECEIVER)
  story.at('0s').pushFor('1h', A1)
  story.at('60s').resolve(A1)
  story.at('120s').pushFor('1h', A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  await story.run('20m')
})

test('without send_resolved a partly resolved group is silent until something fires', async (t) => {
  const story = timeline(t, ONE_RECEIVER.replace('hook.test/}', 'hook.test/, send_resolved: false}'))
  story.at('0s').pushFor('3h', A1, A2)
  story.at('60s').resolve(A1)
  story.at('400s').resolve(A2)
  story.at('1000s').pushFor('3h', A1)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('1030s').webhook('team', { firing: ['A1'], reason: 'first notification' })
  await story.run('30m')
})
