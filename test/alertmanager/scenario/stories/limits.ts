import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routerYaml } from '../router-yaml.ts'
import { timeline } from '../timeline.ts'

const A = (n: string) => ({ alertname: 'A', n })
const B1 = { alertname: 'B', n: '1' }
const YAML = routerYaml({ interval: '1m' })
const TWO_OF_A_NAME = { maxAlertsPerName: 2 }

test('limits: of one name only so many are taken; other names have their own', async (t) => {
  const story = timeline(t, YAML, TWO_OF_A_NAME)
  story.at('0s').pushFor('1h', A('1'), A('2'), A('3'), B1)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('30s').webhook('team', { firing: ['B1'] })
  await story.run('5m')
})

test('limits: who is known may come again and may end', async (t) => {
  const story = timeline(t, YAML, TWO_OF_A_NAME)
  story.at('0s').pushFor('100s', A('1'), A('2'))
  story.at('40s').pushFor('200s', A('1'))
  story.at('50s').resolve(A('2'))
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('90s').webhook('team', { firing: ['A1'], resolved: ['A2'] })
  story.exactly('270s').webhook('team', { resolved: ['A1'] })
  await story.run('10m')
})

test('limits: one that has ended makes room for the next one that comes', async (t) => {
  const story = timeline(t, YAML, TWO_OF_A_NAME)
  story.at('0s').pushFor('100s', A('1'))
  for (const time of ['0s', '50s', '99s', '100s']) story.at(time).pushFor('1h', A('2'), A('3'))
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('150s').webhook('team', { firing: ['A2', 'A3'], resolved: ['A1'], reason: 'new alerts added' })
  await story.run('10m')
})

test('limits: alerts from before a restart count', async (t) => {
  const story = timeline(t, YAML, TWO_OF_A_NAME)
  story.at('0s').pushFor('1h', A('1'), A('2'))
  story.at('10s').kill()
  story.at('11s').start()
  story.at('12s').pushFor('1h', A('3'))
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  await story.run('5m')
})

test('limits: one that is not taken inhibits nothing', async (t) => {
  const sections = 'inhibit_rules: [{source_matchers: [n=3], target_matchers: [alertname=B]}]'
  const story = timeline(t, routerYaml({ sections }), TWO_OF_A_NAME)
  story.at('0s').pushFor('1h', A('1'), A('2'), A('3'), B1)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('30s').webhook('team', { firing: ['B1'] })
  await story.run('5m')
})

test('limits: of all there may be only so many, firing and ended ones, until their ends were told', async (t) => {
  const story = timeline(t, YAML, { maxAlerts: 2 })
  story.at('0s').pushFor('50s', A('1'))
  story.at('0s').pushFor('1h', A('2'))
  story.at('10s').pushFor('1h', B1)
  // It has ended, and its group has still to tell.
  story.at('60s').pushFor('1h', B1)
  story.at('100s').pushFor('1h', B1)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('90s').webhook('team', { firing: ['A2'], resolved: ['A1'] })
  story.exactly('130s').webhook('team', { firing: ['B1'] })
  await story.run('5m')
})

test('start delay: what came before it is over is told when it is, if group_wait is over too', async (t) => {
  const story = timeline(t, YAML, { startDelay: '1m' })
  story.at('0s').pushFor('1h', A('1'))
  story.at('50s').pushFor('1h', B1)
  story.at('55s').check(({ pipeline }) => assert.equal([...pipeline.groups()].length, 2))
  story.exactly('60s').webhook('team', { firing: ['A1'] })
  story.exactly('80s').webhook('team', { firing: ['B1'] })
  story.at('100s').pushFor('1h', A('2'))
  story.exactly('120s').webhook('team', { firing: ['A1', 'A2'] })
  await story.run('10m')
})

test('start delay: what ended before it is over is not told', async (t) => {
  const story = timeline(t, YAML, { startDelay: '1m' })
  story.at('0s').pushFor('59s', A('1'))
  await story.run('10m')
})

test('start delay: a reload within it does not cut it short', async (t) => {
  const story = timeline(t, YAML, { startDelay: '1m' })
  story.at('0s').pushFor('1h', A('1'))
  story.at('40s').reload(YAML)
  story.exactly('60s').webhook('team', { firing: ['A1'] })
  await story.run('10m')
})

test('start delay: after a restart ends are told late rather than guessed', async (t) => {
  const story = timeline(t, YAML, { startDelay: '1m' })
  story.at('0s').pushFor('1h', A('1'), A('2'))
  story.at('70s').resolve(A('2'))
  story.at('80s').kill()
  story.at('85s').start()
  // What was resolved is sent again as firing by a sender that comes back, before anything is told.
  story.at('100s').pushFor('1h', A('2'))
  story.at('110s').resolve(A('1'))
  story.exactly('60s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('145s').webhook('team', { firing: ['A2'], resolved: ['A1'] })
  await story.run('10m')
})
