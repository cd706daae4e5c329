import { test } from 'node:test'
import { timeline } from '../timeline.ts'

const YAML = `
route:
  receiver: team
  group_by: [alertname]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 4h
inhibit_rules:
  - source_matchers: [alertname="Down"]
    target_matchers: [alertname!="Down"]
    equal: [n]
receivers:
  - name: team
    webhook_configs: [{url: http://hook.test/}]
`
const NO_RULES = YAML.replace(/inhibit_rules:\n(?: .*\n)+/, '')

const DOWN = { alertname: 'Down', n: '1' }
const SLOW1 = { alertname: 'Slow', n: '1' }
const SLOW2 = { alertname: 'Slow', n: '2' }

test('a target is not told while its source fires; the others of its group are', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('2h', SLOW1, SLOW2)
  story.at('10s').pushFor('2h', DOWN)
  story.exactly('30s').webhook('team', { firing: ['Slow2'] })
  story.exactly('40s').webhook('team', { firing: ['Down1'] })
  await story.run('1h')
})

test('within one request the source counts, whatever its place in it', async (t) => {
  const story = timeline(t, YAML.replace('group_wait: 30s', 'group_wait: 0s'))
  story.at('1s').pushFor('2h', SLOW1, DOWN)
  story.exactly('1s').webhook('team', { firing: ['Down1'] })
  await story.run('10m')
})

test('when the source ends, the target is told at its next tick', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('2h', DOWN)
  story.at('1s').pushFor('2h', SLOW1)
  story.at('400s').resolve(DOWN)
  story.exactly('30s').webhook('team', { firing: ['Down1'] })
  story.exactly('630s').webhook('team', { resolved: ['Down1'] })
  story.exactly('631s').webhook('team', { firing: ['Slow1'], reason: 'first notification' })
  await story.run('1h')
})

test('a silenced source inhibits, and so does one that is told to nobody else', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').silence('10h', 'alertname=Down')
  story.at('0s').pushFor('2h', DOWN, SLOW1)
  await story.run('1h')
})

test('after a restart or a reload nothing is told that a source inhibits', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('2h', DOWN, SLOW1)
  story.exactly('30s').webhook('team', { firing: ['Down1'] })
  story.at('100s').kill()
  story.at('900s').start()
  story.at('1000s').reload(NO_RULES)
  story.exactly('1200s').webhook('team', { firing: ['Slow1'] })
  story.at('1400s').reload(YAML)
  await story.run('1h')
})

test('the end of a target is told while it is inhibited, if its firing was', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('2h', SLOW1)
  story.at('60s').pushFor('2h', DOWN)
  story.at('400s').resolve(SLOW1)
  story.exactly('30s').webhook('team', { firing: ['Slow1'] })
  story.exactly('90s').webhook('team', { firing: ['Down1'] })
  story.exactly('630s').webhook('team', { resolved: ['Slow1'] })
  await story.run('1h')
})

test('a target that was told before is told again when its source ends', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('2h', SLOW1)
  story.at('60s').pushFor('2h', DOWN)
  story.at('400s').resolve(DOWN)
  story.exactly('30s').webhook('team', { firing: ['Slow1'] })
  story.exactly('90s').webhook('team', { firing: ['Down1'] })
  story.exactly('630s').webhook('team', { firing: ['Slow1'], reason: 'first notification' })
  story.exactly('690s').webhook('team', { resolved: ['Down1'] })
  await story.run('1h')
})
