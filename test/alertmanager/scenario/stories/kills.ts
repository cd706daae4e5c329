import { test } from 'node:test'
import { routerYaml } from '../router-yaml.ts'
import { timeline } from '../timeline.ts'

const A1 = { alertname: 'A', n: '1' }
const A2 = { alertname: 'A', n: '2' }
const B1 = { alertname: 'B', n: '1' }
const YAML = routerYaml({ repeat: '1h', routes: ['receiver: other, matchers: [alertname=B]'] })

test('kill: while the first notification is on its way it is sent at the start', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').delay('hook.test', '5s')
  story.at('0s').pushFor('1h', A1)
  story.at('31s').kill()
  story.at('40s').delay('hook.test', '0s')
  story.at('40s').start()
  story.exactly('40s').webhook('team', { firing: ['A1'], reason: 'first notification' })
  await story.run('20m')
})

test('kill: so it is where others were told and heard meanwhile', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').delay('hook.test', '1m')
  story.at('0s').pushFor('1h', A1, B1)
  story.at('33s').pushFor('1h', { alertname: 'B', n: '2' })
  story.at('35s').kill()
  story.at('40s').delay('hook.test', '0s')
  story.at('40s').start()
  story.exactly('30s').webhook('other', { firing: ['B1'] })
  story.exactly('40s').webhook('team', { firing: ['A1'], reason: 'first notification' })
  story.exactly('330s').webhook('other', { firing: ['B1', 'B2'] })
  await story.run('20m')
})

test('kill: between two attempts the next one is at the start, and the rhythm counts from there', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').answer('hook.test', 503)
  story.at('0s').pushFor('1h', A1)
  story.at('60s').pushFor('1h', B1)
  story.at('70s').kill()
  story.at('80s').answer('hook.test', 200)
  story.at('80s').start()
  story.at('100s').pushFor('1h', A2)
  story.exactly('80s').webhook('team', { firing: ['A1'] })
  story.exactly('90s').webhook('other', { firing: ['B1'] })
  story.exactly('380s').webhook('team', { firing: ['A1', 'A2'] })
  await story.run('20m')
})

test('kill: what had arrived and was not answered for is sent once more', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').think('hook.test', '5s')
  story.at('0s').pushFor('1h', A1)
  story.at('31s').kill()
  story.at('32s').think('hook.test', '0s')
  story.at('40s').start()
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('40s').webhook('team', { firing: ['A1'] })
  await story.run('20m')
})

test('kill: what was answered for is not, though it be the millisecond before', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').think('hook.test', '5s')
  story.at('0s').pushFor('1h', A1)
  story.at('35s').kill()
  story.at('36s').start()
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  await story.run('20m')
})

test('kill: while an end is on its way it is sent at the start', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('100s', A1)
  story.at('200s').delay('hook.test', '10s')
  story.at('335s').kill()
  story.at('340s').delay('hook.test', '0s')
  story.at('340s').start()
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('340s').webhook('team', { resolved: ['A1'] })
  await story.run('20m')
})

test('kill: at the very tick, after it', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('1h', A1)
  story.at('30s').kill()
  story.at('30s').start()
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  await story.run('20m')
})

test('kill: a dozen times changes nothing', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('1h', A1)
  story.at('100s').pushFor('1h', A2)
  story.at('400s').resolve(A1)
  for (let second = 7; second < 800; second += 61) {
    story.at(`${second}s`).kill()
    story.at(`${second}s`).start()
  }
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('330s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('630s').webhook('team', { firing: ['A2'], resolved: ['A1'] })
  await story.run('15m')
})

test('kill: who came between two ticks is told at the next one', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('1h', A1)
  story.at('100s').pushFor('1h', A2)
  story.at('100s').kill()
  story.at('120s').start()
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('330s').webhook('team', { firing: ['A1', 'A2'] })
  await story.run('20m')
})

test('kill: who ended before it and fires again after it is not told at all', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('1h', A1)
  story.at('100s').resolve(A1)
  story.at('110s').kill()
  story.at('120s').start()
  story.at('130s').pushFor('1h', A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  await story.run('20m')
})

test('kill: a repeat that was due while nothing ran comes at the start, once', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('9h', A1)
  story.at('100s').kill()
  story.at('3h').start()
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('3h').webhook('team', { firing: ['A1'], reason: 'repeat interval elapsed' })
  story.exactly('4h').webhook('team', { firing: ['A1'], reason: 'repeat interval elapsed' })
  await story.run('4h30m')
})

test('kill: a repeat that was not due yet comes in its time', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('9h', A1)
  // What is on disk from after the last tick shows that nothing was missed.
  story.at('3350s').pushFor('9h', B1)
  story.at('3400s').kill()
  story.at('3500s').start()
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('3380s').webhook('other', { firing: ['B1'] })
  story.exactly('3630s').webhook('team', { firing: ['A1'], reason: 'repeat interval elapsed' })
  await story.run('4000s')
})

test('kill: an alert without an end that ran out meanwhile is held for resolve_timeout', async (t) => {
  const story = timeline(t, `global: {resolve_timeout: 2m}\n${YAML}`)
  story.at('0s').pushOpen(A1)
  story.at('60s').kill()
  story.at('1000s').start()
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  // Until 1120s. The start made up for the tick of 930s, and the rhythm counts from there.
  story.exactly('1300s').webhook('team', { resolved: ['A1'] })
  await story.run('30m')
})

test('kill: of two integrations the one that had answered hears nothing twice', async (t) => {
  const pair = "webhook_configs: [{url: 'http://one.test/'}, {url: 'http://two.test/'}]"
  const yaml = YAML.replace('receiver: team', 'receiver: pair').replace(
    'receivers:',
    `receivers:\n  - {name: pair, ${pair}}`,
  )
  const story = timeline(t, yaml)
  story.at('0s').answer('two.test', 503)
  story.at('0s').pushFor('1h', A1)
  story.at('50s').kill()
  story.at('60s').answer('two.test', 200)
  story.at('60s').start()
  story.exactly('30s').webhook('pair', { firing: ['A1'], host: 'one.test' })
  story.exactly('60s').webhook('pair', { firing: ['A1'], host: 'two.test' })
  await story.run('20m')
})

test('kill: the configuration of the next start may group otherwise', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('1h', A1, A2)
  story.at('100s').kill()
  story.at('110s').start(routerYaml({ groupBy: '[alertname, n]' }))
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  for (const n of ['1', '2']) story.exactly('110s').webhook('team', { firing: [`A${n}`], reason: 'first notification' })
  await story.run('20m')
})

test('kill: the configuration of the next start may have another receiver', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('1h', A1)
  story.at('100s').kill()
  story.at('110s').start(YAML.replace('receiver: team', 'receiver: other'))
  story.at('400s').resolve(A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('110s').webhook('other', { firing: ['A1'], reason: 'first notification' })
  story.exactly('410s').webhook('other', { resolved: ['A1'] })
  await story.run('20m')
})

test('stop: an attempt under way may end and is not made again', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').think('hook.test', '5s')
  story.at('0s').pushFor('1h', A1)
  story.at('31s').stop()
  story.at('50s').start()
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  await story.run('20m')
})

test('stop: what waits for its next attempt is tried at the next start', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').answer('hook.test', 503, { 'retry-after': '200' })
  story.at('0s').pushFor('1h', A1)
  story.at('60s').stop()
  story.at('70s').answer('hook.test', 200)
  story.at('70s').start()
  story.exactly('70s').webhook('team', { firing: ['A1'] })
  await story.run('20m')
})

test('stop: what is not under way goes on as after a kill', async (t) => {
  const story = timeline(t, YAML)
  story.at('0s').pushFor('1h', A1)
  story.at('10s').stop()
  story.at('20s').start()
  story.at('60s').resolve(A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('330s').webhook('team', { resolved: ['A1'] })
  await story.run('20m')
})
