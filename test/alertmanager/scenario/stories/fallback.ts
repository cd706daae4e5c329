import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timeline } from '../timeline.ts'

const ROUTE = 'group_by: [alertname], group_wait: 30s, group_interval: 5m, repeat_interval: 1h'
const yamlWith = (own: string, more = '') => `
route: {receiver: team, ${ROUTE}}
receivers:
  - name: team
    webhook_configs: [{url: http://hook.test/}]
  - name: sms
    webhook_configs: [{url: http://sms.test/${more}}]
vedette: {${own}}
`
const SMS = yamlWith('fallback: {receiver: sms, after: 10m}')

const A1 = { alertname: 'A', n: '1' }
const A2 = { alertname: 'A', n: '2' }
const A3 = { alertname: 'A', n: '3' }

test('a receiver that refuses for good has its fallback told at once, and hears of it itself once it can', async (t) => {
  const story = timeline(t, SMS)
  story.at('0s').answer('hook.test', 400)
  story.at('0s').pushFor('5h', A1)
  story.between('30s', '30s').webhook('sms', { firing: ['A1'], reason: 'first notification' })
  story.at('6m').answer('hook.test', 200)
  story.between('630s', '630s').webhook('team', { firing: ['A1'], reason: 'first notification' })
  await story.run('60m')
})

test('a receiver that is down has its fallback told after the time given, over several flushes, to the second', async (t) => {
  const story = timeline(t, SMS)
  story.at('0s').answer('hook.test', 503)
  story.at('0s').pushFor('5h', A1)
  story.between('630s', '630s').webhook('sms', { firing: ['A1'] })
  story.at('20m').answer('hook.test', 200)
  story.between('20m', '21m').webhook('team', { firing: ['A1'] })
  await story.run('60m')
})

test('a receiver that comes back in time leaves the fallback alone, and the count begins anew', async (t) => {
  const story = timeline(t, SMS)
  story.at('0s').answer('hook.test', 503)
  story.at('0s').pushFor('5h', A1)
  story.at('9m').answer('hook.test', 200)
  story.between('9m', '10m').webhook('team', { firing: ['A1'] })
  story.at('11m').answer('hook.test', 503)
  story.at('11m').pushFor('5h', A2)
  story.at('20m').answer('hook.test', 200)
  story.between('20m', '21m').webhook('team', { firing: ['A1', 'A2'] })
  await story.run('40m')
})

test('a receiver that hangs is as one that fails', async (t) => {
  const story = timeline(t, yamlWith('fallback: {receiver: sms, after: 2m}'))
  story.at('0s').delay('hook.test', '1h')
  story.at('0s').pushFor('5h', A1)
  story.at('140s').delay('hook.test', '0s')
  story.between('150s', '150s').webhook('sms', { firing: ['A1'] })
  story.between('330s', '330s').webhook('team', { firing: ['A1'] })
  await story.run('10m')
})

test('a fallback has the time of a flush of its own, though that of the receiver is over', async (t) => {
  const story = timeline(t, yamlWith('fallback: {receiver: sms, after: 10s}').replace('5m', '5s'))
  story.at('0s').delay('hook.test', '1h')
  story.at('0s').delay('sms.test', '4s')
  story.at('0s').pushFor('5h', A1)
  story.between('44s', '44s').webhook('sms', { firing: ['A1'] })
  story.at('45s').delay('hook.test', '0s')
  story.between('45s', '60s').webhook('team', { firing: ['A1'] })
  await story.run('5m')
})

test('what is new and what has ended goes to the fallback too, once each, and repeats as it would', async (t) => {
  const story = timeline(t, SMS)
  story.at('0s').answer('hook.test', 400)
  story.at('0s').pushFor('9h', A1)
  story.at('2m').pushFor('9h', A2)
  story.at('7m').resolve(A1)
  story.between('30s', '30s').webhook('sms', { firing: ['A1'] })
  story.between('330s', '330s').webhook('sms', { firing: ['A1', 'A2'], reason: 'new alerts added' })
  story.between('630s', '630s').webhook('sms', { firing: ['A2'], resolved: ['A1'], reason: 'some alerts resolved' })
  // The receiver still has to hear of A1, so the group keeps it.
  const repeat = { firing: ['A2'], resolved: ['A1'], reason: 'repeat interval elapsed' }
  story.between('4230s', '4230s').webhook('sms', repeat)
  story.at('71m').resolve(A2)
  story.between('4530s', '4530s').webhook('sms', { resolved: ['A2'], reason: 'all alerts resolved' })
  await story.run('3h')
})

test('after the receiver has recovered the fallback hears of the end of what it was told, and of nothing else', async (t) => {
  const story = timeline(t, SMS)
  story.at('0s').answer('hook.test', 400)
  story.at('0s').pushFor('9h', A1, A2)
  story.between('30s', '30s').webhook('sms', { firing: ['A1', 'A2'] })
  story.at('1m').answer('hook.test', 200)
  story.between('330s', '330s').webhook('team', { firing: ['A1', 'A2'] })
  story.at('6m').pushFor('9h', A3)
  story.between('630s', '630s').webhook('team', { firing: ['A1', 'A2', 'A3'] })
  story.at('11m').resolve(A1)
  story.between('930s', '930s').webhook('team', { firing: ['A2', 'A3'], resolved: ['A1'] })
  story.between('930s', '930s').webhook('sms', { firing: ['A2'], resolved: ['A1'], reason: 'some alerts resolved' })
  story.at('16m').resolve(A2)
  story.between('1230s', '1230s').webhook('team', { firing: ['A3'], resolved: ['A2'] })
  story.between('1230s', '1230s').webhook('sms', { resolved: ['A2'], reason: 'all alerts resolved' })
  story.at('21m').resolve(A3)
  story.between('1530s', '1530s').webhook('team', { resolved: ['A3'] })
  await story.run('60m')
})

test('what ends before anyone could be told is told to nobody', async (t) => {
  const story = timeline(t, SMS)
  story.at('0s').answer('hook.test', 503)
  story.at('0s').pushFor('5h', A1)
  story.at('4m').resolve(A1)
  await story.run('60m')
})

test('both fail: each is tried until it is told, and neither hears it twice', async (t) => {
  const story = timeline(t, SMS)
  story.at('0s').answer('hook.test', 400)
  story.at('0s').answer('sms.test', 503)
  story.at('0s').pushFor('5h', A1)
  story.at('7m').answer('sms.test', 200)
  story.between('7m', '8m').webhook('sms', { firing: ['A1'] })
  story.at('12m').answer('hook.test', 200)
  story.between('930s', '930s').webhook('team', { firing: ['A1'] })
  await story.run('40m')
})

test('an end that the fallback could not be told is told later, though the receiver has heard it', async (t) => {
  const story = timeline(t, SMS)
  story.at('0s').answer('hook.test', 400)
  story.at('0s').pushFor('5h', A1)
  story.between('30s', '30s').webhook('sms', { firing: ['A1'] })
  story.at('1m').answer('hook.test', 200)
  story.between('330s', '330s').webhook('team', { firing: ['A1'] })
  story.at('6m').answer('sms.test', 400)
  story.at('6m').resolve(A1)
  story.between('630s', '630s').webhook('team', { resolved: ['A1'] })
  story.at('14m').answer('sms.test', 200)
  story.between('930s', '930s').webhook('sms', { resolved: ['A1'] })
  await story.run('40m')
})

test('kill -9 neither starts the count anew nor makes the fallback hear anything twice', async (t) => {
  const story = timeline(t, SMS)
  story.at('0s').answer('hook.test', 503)
  story.at('0s').pushFor('9h', A1)
  story.at('8m').kill()
  story.at('9m').start()
  story.between('630s', '640s').webhook('sms', { firing: ['A1'] })
  story.at('15m').kill()
  story.at('16m').start()
  story.at('30m').resolve(A1)
  story.between('30m', '31m').webhook('sms', { resolved: ['A1'] })
  await story.run('60m')
})

test('a restart after the time is up asks the receiver once more before the fallback', async (t) => {
  const story = timeline(t, SMS)
  story.at('0s').answer('hook.test', 503)
  story.at('0s').pushFor('9h', A1)
  story.at('8m').kill()
  story.at('14m').answer('hook.test', 200)
  story.at('14m').start()
  story.between('14m', '16m').webhook('team', { firing: ['A1'] })
  await story.run('60m')
})

test('a fallback that is a receiver of its own falls back on nobody when it stands in', async (t) => {
  const yaml = `
route:
  receiver: team
  group_by: [alertname]
  routes: [{matchers: [to=sms], receiver: sms}]
receivers:
  - name: team
    webhook_configs: [{url: http://hook.test/}]
  - name: sms
    webhook_configs: [{url: http://sms.test/}]
vedette: {fallback: {receivers: {team: sms, sms: team}}}
`
  const story = timeline(t, yaml)
  story.at('0s').answer('hook.test', 400)
  story.at('0s').answer('sms.test', 400)
  story.at('0s').pushFor('9h', A1, { alertname: 'S', to: 'sms' })
  story.at('1m').answer('hook.test', 200)
  story.between('330s', '330s').webhook('team', { firing: ['A1'] })
  story.between('330s', '330s').webhook('team', { firing: ['S'] })
  story.at('6m').answer('sms.test', 200)
  story.between('630s', '630s').webhook('sms', { firing: ['S'] })
  await story.run('20m')
})

const TWO = SMS.replace('{url: http://hook.test/}', '{url: http://hook.test/}, {url: http://two.test/}')

test('one integration of two that fails is enough', async (t) => {
  const story = timeline(t, TWO)
  story.at('0s').answer('hook.test', 400)
  story.at('0s').pushFor('5h', A1)
  story.exactly('30s').webhook('team', { firing: ['A1'], host: 'two.test' })
  story.exactly('30s').webhook('sms', { firing: ['A1'] })
  await story.run('15m')
})

test('two integrations that fail are told about once', async (t) => {
  const story = timeline(t, TWO)
  for (const host of ['hook.test', 'two.test']) story.at('0s').answer(host, 400)
  story.at('0s').pushFor('5h', A1)
  story.exactly('30s').webhook('sms', { firing: ['A1'] })
  await story.run('15m')
})

test('a receiver that is told to have no fallback has none', async (t) => {
  const story = timeline(t, yamlWith('fallback: {receiver: sms, receivers: {team: ""}}'))
  story.at('0s').answer('hook.test', 400)
  story.at('0s').pushFor('5h', A1)
  await story.run('15m')
})

test('a silence keeps the fallback quiet too, but for the end of what it was told', async (t) => {
  const story = timeline(t, SMS)
  story.at('0s').answer('hook.test', 400)
  story.at('0s').pushFor('9h', A1)
  story.between('30s', '30s').webhook('sms', { firing: ['A1'] })
  story.at('1m').silence('3h', 'alertname=A, n=1')
  story.at('100m').resolve(A1)
  story.between('6030s', '6030s').webhook('sms', { resolved: ['A1'] })
  await story.run('150m')
})

test('what was told in place of whom is counted and said', async (t) => {
  const story = timeline(t, SMS)
  story.at('0s').answer('hook.test', 400)
  story.at('0s').pushFor('5h', A1)
  story.between('30s', '30s').webhook('sms', { firing: ['A1'] })
  story.at('31s').check(({ logLines }) => {
    const line = logLines.find((each) => each.includes('told the fallback'))
    assert.match(line ?? '', /integration=webhook .*receiver=team fallback=sms .*error="webhook_configs\[0\]: .*400/)
  })
  await story.run('1m')
})
