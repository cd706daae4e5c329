import { test } from 'node:test'
import { timeline } from '../timeline.ts'

const YAML = `
route:
  receiver: team
  group_by: [alertname]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 4h
receivers:
  - name: team
    webhook_configs: [{url: http://hook.test/}]
`

const A1 = { alertname: 'A', n: '1' }
const A2 = { alertname: 'A', n: '2' }

test('a silenced alert is not told; the others of its group are', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').silence('1h', 'alertname=A, n=1')
  story.at('1s').pushFor('30m', A1, A2)
  story.exactly('31s').webhook('team', { firing: ['A2'] })
  await story.run('20m')
})

test('when the silence ends, the alert is told at the next tick, not at the repeat', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').silence('10m', 'alertname=A, n=1')
  story.at('1s').pushFor('2h', A1, A2)
  story.exactly('31s').webhook('team', { firing: ['A2'] })
  story.exactly('631s').webhook('team', { firing: ['A1', 'A2'], reason: 'new alerts added' })
  await story.run('40m')
})

test('a silence that is ended by hand counts no more at the next tick', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').silence('10h', 'alertname=A, n=1', { name: 'it' })
  story.at('1s').pushFor('2h', A1)
  story.at('400s').expire('it')
  story.exactly('631s').webhook('team', { firing: ['A1'], reason: 'first notification' })
  await story.run('40m')
})

test('what was told before it was silenced is told again when the silence ends, repeats or not', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('12h', A1)
  story.at('60s').silence('20m', 'alertname=A, n=1')
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('1530s').webhook('team', { firing: ['A1'], reason: 'first notification' })
  story.exactly('15930s').webhook('team', { firing: ['A1'], reason: 'repeat interval elapsed' })
  await story.run('5h')
})

test('the end of an alert is told while it is silenced, if its firing was', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('12h', A1, A2)
  story.at('60s').silence('3h', 'alertname=A, n=1')
  story.at('400s').resolve(A1)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('630s').webhook('team', { firing: ['A2'], resolved: ['A1'], reason: 'some alerts resolved' })
  await story.run('1h')
})

test('so is the end of a group that is silenced as a whole, once', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('12h', A1)
  story.at('60s').silence('3h', 'alertname=A')
  story.at('400s').resolve(A1)
  story.at('700s').pushFor('12h', A1)
  story.at('1000s').resolve(A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('630s').webhook('team', { resolved: ['A1'], reason: 'all alerts resolved' })
  await story.run('1h')
})

test('the end of what was never told is not told', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').silence('3h', 'alertname=A, n=1')
  story.at('1s').pushFor('12h', A1, A2)
  story.at('400s').resolve(A1)
  story.exactly('31s').webhook('team', { firing: ['A2'] })
  await story.run('1h')
})

test('what is silenced stays known when the rest of its group is told something', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('12h', A1, A2)
  story.at('60s').silence('1h', 'alertname=A, n=1')
  story.at('400s').resolve(A2)
  story.at('700s').resolve(A1)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('630s').webhook('team', { resolved: ['A2'], reason: 'all alerts resolved' })
  story.exactly('930s').webhook('team', { resolved: ['A1'], reason: 'all alerts resolved' })
  await story.run('1h')
})

test('the end is told however long the silence, longer than the log is kept for', async (t) => {
  const story = timeline(t, YAML.replace('repeat_interval: 4h', 'repeat_interval: 10m'))
  story.at('0s').pushFor('24h', A1)
  story.at('60s').silence('20h', 'alertname=A, n=1')
  for (let hours = 1; hours < 10; hours++) {
    story.at(`${hours}h`).check((router) => router.pipeline.collectNotifications())
  }
  story.at('36001s').resolve(A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('36030s').webhook('team', { resolved: ['A1'] })
  await story.run('11h')
})

test('a receiver that does not hear of ends hears of the next firing', async (t) => {
  const story = timeline(t, YAML.replace('hook.test/}', 'hook.test/, send_resolved: false}'))
  story.at('0s').pushFor('12h', A1, A2)
  story.at('60s').silence('800s', 'alertname=A, n=1')
  story.at('400s').resolve(A1)
  story.at('900s').pushFor('12h', A1)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('930s').webhook('team', { firing: ['A1', 'A2'], reason: 'new alerts added' })
  await story.run('1h')
})

test('when the end cannot be told at once, it is told when it can', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('12h', A1)
  story.at('60s').silence('3h', 'alertname=A, n=1')
  story.at('400s').resolve(A1)
  story.at('401s').answer('hook.test', 400)
  story.at('1000s').kill()
  story.at('1001s').start()
  story.at('1002s').answer('hook.test', 200)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('1230s').webhook('team', { resolved: ['A1'] })
  await story.run('1h')
})

test('silences outlive a kill', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').silence('10h', 'alertname=A, n=1')
  story.at('1s').pushFor('2h', A1)
  story.at('10s').kill()
  story.at('11s').start()
  await story.run('20m')
})
