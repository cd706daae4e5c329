import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timeline } from '../timeline.ts'

const TWO_RECEIVERS = `
route:
  receiver: team
  group_by: [alertname]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 1h
  routes:
    - matchers: ['page="yes"']
      receiver: pager
      continue: true
    - matchers: ['page=~"y.*"']
      receiver: team
receivers:
  - name: team
    webhook_configs: [{url: http://hook.test/}]
  - name: pager
    webhook_configs: [{url: http://pager.test/}]
`

const A1 = { alertname: 'A', n: '1' }
const A2 = { alertname: 'A', n: '2' }
const P1 = { alertname: 'P', n: '1', page: 'yes' }

test('a receiver that is down is tried again within the flush', async (t) => {
  const story = timeline(t, TWO_RECEIVERS)
  story.at('0s').answer('hook.test', 503)
  story.at('0s').pushFor('1h', A1)
  story.at('40s').answer('hook.test', 200)
  story.exactly('40s391ms').webhook('team', { firing: ['A1'] })
  await story.run('10m')
})

test('a receiver that refuses is asked again at the next interval only', async (t) => {
  const story = timeline(t, TWO_RECEIVERS)
  story.at('0s').answer('hook.test', 400)
  story.at('0s').pushFor('1h', A1)
  story.at('40s').answer('hook.test', 200)
  story.exactly('330s').webhook('team', { firing: ['A1'], reason: 'first notification' })
  await story.run('10m')
})

test('what ended while nobody could be told is told later', async (t) => {
  const story = timeline(t, TWO_RECEIVERS)
  story.at('0s').pushFor('1h', A1, A2)
  story.at('60s').answer('hook.test', 400)
  story.at('60s').resolve(A1)
  story.at('700s').answer('hook.test', 200)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('930s').webhook('team', { firing: ['A2'], resolved: ['A1'] })
  await story.run('20m')
})

test('one receiver that fails does not make another hear things twice', async (t) => {
  const story = timeline(t, TWO_RECEIVERS)
  story.at('0s').answer('pager.test', 500)
  story.at('0s').pushFor('1h', P1)
  story.at('20m').answer('pager.test', 200)
  story.exactly('30s').webhook('team', { firing: ['P1'] })
  story.exactly('1230s').webhook('pager', { firing: ['P1'] })
  await story.run('30m')
})

test('a receiver that hangs is cut off when the next flush is due', async (t) => {
  const story = timeline(t, TWO_RECEIVERS)
  story.at('0s').delay('hook.test', '1h')
  story.at('0s').pushFor('1h', A1)
  story.at('200s').delay('hook.test', '0s')
  story.at('331s').check((router) => {
    assert.ok(router.logLines.some((line) => /reason=contextDeadlineExceeded/.test(line)))
  })
  story.exactly('330s').webhook('team', { firing: ['A1'] })
  await story.run('10m')
})
