import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routerYaml } from '../router-yaml.ts'
import { timeline } from '../timeline.ts'

const A1 = { alertname: 'A', n: '1' }
const A2 = { alertname: 'A', n: '2' }
const NIGHT = `time_intervals: [{name: night, time_intervals: [{times: [{start_time: '00:02', end_time: '00:20'}]}]}]`
const muted = (more = {}) =>
  routerYaml({ routes: ['matchers: [alertname=A], mute_time_intervals: [night]'], sections: NIGHT, ...more })

test('told ends: an end that its sender repeats for a quarter of an hour is told once', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').pushFor('1h', A1)
  for (let second = 100; second < 1_000; second += 60) story.at(`${second}s`).send({ from: '-90s', until: '-1s' }, A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('330s').webhook('team', { resolved: ['A1'] })
  story.at('1300s').check(({ pipeline }) => assert.deepEqual([...pipeline.groups()], []))
  await story.run('1h')
})

test('told ends: so it is while others of the group fire on', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').pushFor('2h', A1, A2)
  for (let second = 100; second < 1_000; second += 60) story.at(`${second}s`).send({ from: '-90s', until: '-1s' }, A1)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('330s').webhook('team', { firing: ['A2'], resolved: ['A1'] })
  await story.run('1h')
})

test('told ends: an alert that is forgotten by the store before its tick is told by its group', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').pushFor('100s', A1)
  story.at('200s').check(({ pipeline }) => pipeline.collectAlerts())
  story.at('210s').kill()
  story.at('220s').start()
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('330s').webhook('team', { resolved: ['A1'] })
  await story.run('20m')
})

test('told ends: one of a muted time is told when a reload takes the mute away', async (t) => {
  const story = timeline(t, muted())
  story.at('0s').pushFor('1h', A1)
  story.at('200s').resolve(A1)
  story.at('400s').reload(muted({ routes: ['matchers: [alertname=A]'] }))
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('630s').webhook('team', { resolved: ['A1'], reason: 'all alerts resolved' })
  await story.run('20m')
})

test('told ends: one of a muted time stays over a reload and a refusal', async (t) => {
  const story = timeline(t, muted())
  story.at('0s').pushFor('1h', A1)
  story.at('200s').resolve(A1)
  story.at('400s').reload(muted())
  story.at('1000s').answer('hook.test', 400)
  story.at('1300s').answer('hook.test', 200)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('1230s').refused('hook.test', 400)
  story.exactly('1530s').webhook('team', { resolved: ['A1'] })
  await story.run('1h')
})

test('told ends: one of a muted time is told after it though the alert is silenced then', async (t) => {
  const story = timeline(t, muted())
  story.at('0s').pushFor('1h', A1)
  story.at('200s').resolve(A1)
  story.at('1000s').silence('1h', 'n=1')
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('1230s').webhook('team', { resolved: ['A1'] })
  await story.run('1h')
})

test('told ends: of two at a muted time both are told together, with who fires', async (t) => {
  const story = timeline(t, muted())
  const A3 = { alertname: 'A', n: '3' }
  story.at('0s').pushFor('1h', A1, A2)
  story.at('200s').resolve(A1)
  story.at('600s').resolve(A2)
  story.at('700s').pushFor('2h', A3)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('1230s').webhook('team', { firing: ['A3'], resolved: ['A1', 'A2'] })
  await story.run('1h')
})

test('told ends: one that an inhibited alert came to is told once, and its next firing is inhibited', async (t) => {
  const sections = 'inhibit_rules: [{source_matchers: [alertname=S], target_matchers: [alertname=A]}]'
  const story = timeline(t, routerYaml({ sections }))
  story.at('0s').pushFor('1h', A1)
  story.at('100s').pushFor('1h', { alertname: 'S' })
  story.at('200s').resolve(A1)
  story.at('400s').pushFor('1h', A1)
  story.at('500s').resolve(A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('130s').webhook('team', { firing: ['S'] })
  story.exactly('330s').webhook('team', { resolved: ['A1'] })
  await story.run('50m')
})

test('told ends: one that was missed by a kill is told under a silence that began meanwhile', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').pushFor('1h', A1, A2)
  story.at('100s').resolve(A1)
  story.at('110s').silence('1h', 'alertname=A')
  story.at('120s').kill()
  story.at('700s').start()
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('700s').webhook('team', { resolved: ['A1'], reason: 'all alerts resolved' })
  await story.run('20m')
})

test('told ends: of two receivers the one that was told hears of the end, the one that was not hears nothing', async (t) => {
  const routes = ['receiver: other, continue: true', 'receiver: team']
  const story = timeline(t, routerYaml({ routes }))
  story.at('0s').answer('other.test', 400)
  story.at('0s').pushFor('100s', A1)
  story.at('200s').answer('other.test', 200)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('330s').webhook('team', { resolved: ['A1'] })
  await story.run('20m')
})
