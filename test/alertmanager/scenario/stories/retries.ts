import { test } from 'node:test'
import { routerYaml } from '../router-yaml.ts'
import { timeline } from '../timeline.ts'

const A1 = { alertname: 'A', n: '1' }
const A2 = { alertname: 'A', n: '2' }
/** After half a second, half as long again each time: with the random part of timelines at its middle. */
const BACKOFF = ['30s', '30s500ms', '31s250ms', '32s375ms', '34s63ms'] as const
/** The sixth attempt. */
const AFTER_BACKOFF = '36s594ms'

for (const status of [429, 500, 502, 503]) {
  test(`retries: ${status} is asked again within the flush, later and later`, async (t) => {
    const story = timeline(t, routerYaml())
    story.at('0s').answer('hook.test', status)
    story.at('0s').pushFor('1h', A1)
    story.at('35s').answer('hook.test', 200)
    for (const time of BACKOFF) story.exactly(time).refused('hook.test', status)
    story.exactly(AFTER_BACKOFF).webhook('team', { firing: ['A1'], reason: 'first notification' })
    await story.run('20m')
  })
}

for (const status of [301, 400, 401, 404, 410]) {
  test(`retries: ${status} is for good, until the next flush`, async (t) => {
    const story = timeline(t, routerYaml())
    story.at('0s').answer('hook.test', status)
    story.at('0s').pushFor('1h', A1)
    story.at('400s').answer('hook.test', 200)
    for (const time of ['30s', '330s']) story.exactly(time).refused('hook.test', status)
    story.exactly('630s').webhook('team', { firing: ['A1'], reason: 'first notification' })
    await story.run('20m')
  })
}

for (const status of [201, 202, 204, 299]) {
  test(`retries: ${status} is a success`, async (t) => {
    const story = timeline(t, routerYaml())
    story.at('0s').answer('hook.test', status)
    story.at('0s').pushFor('1h', A1)
    story.exactly('30s').webhook('team', { firing: ['A1'] })
    await story.run('20m')
  })
}

test('retries: who asks for time with Retry-After gets it', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').answer('hook.test', 429, { 'retry-after': '100' })
  story.at('0s').pushFor('1h', A1)
  story.at('60s').answer('hook.test', 200)
  story.exactly('30s').refused('hook.test', 429)
  story.exactly('130s').webhook('team', { firing: ['A1'] })
  await story.run('20m')
})

test('retries: a Retry-After that is a date is one too', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').answer('hook.test', 503, { 'retry-after': 'Sat, 21 Nov 2026 00:03:00 GMT' })
  story.at('0s').pushFor('1h', A1)
  story.at('60s').answer('hook.test', 200)
  story.exactly('30s').refused('hook.test', 503)
  story.exactly('180s').webhook('team', { firing: ['A1'] })
  await story.run('20m')
})

test('retries: a Retry-After beyond the flush ends it; the next one asks again', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').answer('hook.test', 503, { 'retry-after': '86400' })
  story.at('0s').pushFor('1h', A1)
  story.at('60s').answer('hook.test', 200)
  story.exactly('30s').refused('hook.test', 503)
  story.exactly('330s').webhook('team', { firing: ['A1'] })
  await story.run('20m')
})

test('retries: what is tried again is what stood when the flush began; who came meanwhile is told at the next', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').answer('hook.test', 503)
  story.at('0s').pushFor('1h', A1)
  story.at('31s').pushFor('1h', A2)
  story.at('32s').resolve(A1)
  story.at('35s').answer('hook.test', 200)
  story.exactly(AFTER_BACKOFF).webhook('team', { firing: ['A1'] })
  story.exactly('330s').webhook('team', { firing: ['A2'], resolved: ['A1'], reason: 'new alerts added' })
  await story.run('20m')
})

test('retries: a flush that found nobody for all its time is followed by the next at once, with what is true then', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').answer('hook.test', 503)
  story.at('0s').pushFor('1h', A1)
  story.at('100s').pushFor('1h', A2)
  story.at('329s').answer('hook.test', 200)
  story.exactly('330s').webhook('team', { firing: ['A1', 'A2'], reason: 'first notification' })
  await story.run('20m')
})

test('retries: an alert that came and went while nobody could be told is told as ended with none told, so not at all', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').answer('hook.test', 400)
  story.at('0s').pushFor('1h', A1)
  story.at('100s').resolve(A1)
  story.at('110s').answer('hook.test', 200)
  await story.run('20m')
})

test('retries: the end of what was told is kept until it is told, over refusals', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').pushFor('1h', A1)
  story.at('100s').answer('hook.test', 404)
  story.at('110s').resolve(A1)
  story.at('1000s').answer('hook.test', 200)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  for (const time of ['330s', '630s', '930s']) story.exactly(time).refused('hook.test', 404)
  story.exactly('1230s').webhook('team', { resolved: ['A1'], reason: 'all alerts resolved' })
  await story.run('1h')
})

test('retries: an end that could not be told is forgotten when the alert fires again', async (t) => {
  const story = timeline(t, routerYaml({ repeat: '20m' }))
  story.at('0s').pushFor('1h', A1)
  story.at('100s').answer('hook.test', 404)
  story.at('110s').resolve(A1)
  story.at('400s').pushFor('1h', A1)
  story.at('500s').answer('hook.test', 200)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('1230s').webhook('team', { firing: ['A1'], reason: 'repeat interval elapsed' })
  await story.run('30m')
})

test('retries: a repeat that failed comes at the next tick, and the ones after it count from there', async (t) => {
  const story = timeline(t, routerYaml({ repeat: '10m' }))
  story.at('0s').pushFor('2h', A1)
  story.at('600s').answer('hook.test', 404)
  story.at('700s').answer('hook.test', 200)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('630s').refused('hook.test', 404)
  for (const time of ['930s', '1530s']) story.exactly(time).webhook('team', { firing: ['A1'] })
  await story.run('1600s')
})

test('retries: a timeout of the webhook cuts each attempt, and another one follows', async (t) => {
  const story = timeline(t, routerYaml({ hook: 'timeout: 2s' }))
  story.at('0s').delay('hook.test', '1h')
  story.at('0s').pushFor('1h', A1)
  story.at('33s').delay('hook.test', '1s')
  // 30s and 2s, half a second of waiting, 2s, three quarters of a second; then a second on its way.
  story.exactly('36s250ms').webhook('team', { firing: ['A1'] })
  await story.run('20m')
})

test('retries: a flush gets ten seconds, however short group_interval', async (t) => {
  const story = timeline(t, routerYaml({ interval: '1s' }))
  story.at('0s').delay('hook.test', '9s')
  story.at('0s').pushFor('1h', A1)
  story.at('31s').delay('hook.test', '0s')
  story.at('32s').pushFor('1h', A2)
  story.exactly('39s').webhook('team', { firing: ['A1'] })
  story.exactly('39s').webhook('team', { firing: ['A1', 'A2'] })
  await story.run('1m')
})

test('retries: one slow group holds up no other', async (t) => {
  const story = timeline(t, routerYaml({ routes: ['receiver: other, matchers: [alertname=B]'] }))
  story.at('0s').delay('hook.test', '200s')
  story.at('0s').pushFor('1h', A1, { alertname: 'B' })
  story.exactly('30s').webhook('other', { firing: ['B'] })
  story.exactly('230s').webhook('team', { firing: ['A1'] })
  await story.run('5m')
})

test('retries: what a service took before the time was up, but did not answer for, is told again', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').think('hook.test', '1h')
  story.at('0s').pushFor('1h', A1)
  story.at('100s').think('hook.test', '0s')
  for (const time of ['30s', '330s']) story.exactly(time).webhook('team', { firing: ['A1'] })
  await story.run('20m')
})
