import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timeline } from '../timeline.ts'

const YAML = `
route:
  receiver: team
  group_by: [alertname]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 1h
receivers:
  - name: team
    webhook_configs: [{url: http://hook.test/}]
  - name: other
    webhook_configs: [{url: http://other.test/}]
`

const A1 = { alertname: 'A', n: '1' }
const A2 = { alertname: 'A', n: '2' }

test('after kill -9 nobody is told twice, and what ends is told', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('1h', A1)
  story.at('60s').kill()
  story.at('61s').start()
  story.at('120s').resolve(A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('330s').webhook('team', { resolved: ['A1'] })
  await story.run('20m')
})

test('a group goes on waiting where it was', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('1h', A1)
  story.at('10s').kill()
  story.at('12s').start()
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  await story.run('20m')
})

test('a flush that was missed is made up for at once', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('1h', A1)
  story.at('10s').kill()
  story.at('90s').start()
  story.at('100s').pushFor('1h', A2)
  story.exactly('90s').webhook('team', { firing: ['A1'] })
  story.exactly('390s').webhook('team', { firing: ['A1', 'A2'] })
  await story.run('20m')
})

test('what was resolved before the kill is told after it', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('1h', A1, A2)
  story.at('60s').resolve(A1)
  story.at('70s').kill()
  story.at('10m').start()
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('10m').webhook('team', { firing: ['A2'], resolved: ['A1'] })
  await story.run('15m')
})

test('what was told as resolved is not told again, even while others of its group fire on', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('3h', A1, A2)
  story.at('60s').resolve(A1)
  story.at('400s').pushFor('3h', { alertname: 'A', n: '3' })
  story.at('700s').kill()
  story.at('701s').start()
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('330s').webhook('team', { firing: ['A2'], resolved: ['A1'] })
  story.exactly('630s').webhook('team', { firing: ['A2', 'A3'] })
  await story.run('30m')
})

test('alerts that ran out while nothing listened are held until their sender could send again', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').push(A1)
  story.at('60s').kill()
  // The four minutes of A1 are over, but Prometheus is alive and sends at its next turn.
  story.at('20m').start()
  story.at('1230s').push(A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  // Not sent again after that: it ends four minutes later, and the next tick tells.
  story.exactly('1500s').webhook('team', { resolved: ['A1'] })
  await story.run('30m')
})

test('a sender that is gone for good is noticed after the restart', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').push(A1)
  story.at('60s').kill()
  story.at('20m').start()
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('1500s').webhook('team', { resolved: ['A1'] })
  await story.run('40m')
})

test('a reload keeps the rhythm of the groups and tells nothing twice', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('2h', A1)
  story.at('100s').reload(YAML.replace('repeat_interval: 1h', 'repeat_interval: 10m'))
  story.at('200s').pushFor('2h', A2)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('330s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('930s').webhook('team', { firing: ['A1', 'A2'], reason: 'repeat interval elapsed' })
  await story.run('20m')
})

test('a reload that changes the receiver tells the new one', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('2h', A1)
  story.at('100s').reload(YAML.replace('receiver: team', 'receiver: other'))
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('100s').webhook('other', { firing: ['A1'], reason: 'first notification' })
  await story.run('10m')
})

test('a reload that groups otherwise makes new groups of what fires', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('2h', A1, A2)
  story.at('100s').reload(YAML.replace('[alertname]', '[alertname, n]'))
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  // They have fired for longer than group_wait.
  story.exactly('100s').webhook('team', { firing: ['A1'] })
  story.exactly('100s').webhook('team', { firing: ['A2'] })
  story.at('110s').check(({ pipeline }) => assert.equal([...pipeline.groups()].length, 2))
  await story.run('10m')
})

test('a notification under way when the configuration changes is neither lost nor doubled', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('2h', A1)
  story.at('20s').delay('hook.test', '3s')
  story.at('31s').reload(YAML.replace('repeat_interval: 1h', 'repeat_interval: 10m'))
  story.at('32s').pushFor('2h', A2)
  story.exactly('33s').webhook('team', { firing: ['A1'] })
  story.exactly('333s').webhook('team', { firing: ['A1', 'A2'] })
  await story.run('6m')
})

test('a clock that is set back makes no group wait longer than group_interval', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('2h', A1)
  story.at('10s').kill()
  story.at('11s').stepClock('-1h')
  story.at('12s').start()
  story.exactly('312s').webhook('team', { firing: ['A1'] })
  await story.run('10m')
})
