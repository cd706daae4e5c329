import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routerYaml } from '../router-yaml.ts'
import { timeline } from '../timeline.ts'

const A1 = { alertname: 'A', n: '1' }
const EAST = { alertname: 'A', n: '2', zone: 'east' }
const WEST = { alertname: 'A', n: '3', zone: 'west' }

/** Which of three alerts, one without a zone, are told under a silence. */
const MATCHERS: readonly (readonly [matchers: string, ...told: string[]])[] = [
  ['zone="east"', 'A1', 'A3'],
  ['zone!="east"', 'A2'],
  ['zone=~"e.*|w"', 'A1', 'A3'],
  ['zone!~"e.*|w.*"', 'A2', 'A3'],
  ['zone="",alertname="A"', 'A2', 'A3'],
  ['zone!=""', 'A1'],
  ['zone=~".+"', 'A1'],
  ['zone!~".+",alertname="A"', 'A2', 'A3'],
  ['alertname=~"A|B",n!="2",zone!="west"', 'A2', 'A3'],
  ['zone=~"eas"', 'A1', 'A2', 'A3'],
]

for (const [matchers, ...told] of MATCHERS) {
  test(`silences: ${matchers} leaves ${told.join(' and ')} of A1, A2 in the east and A3 in the west`, async (t) => {
    const story = timeline(t, routerYaml())
    story.at('0s').silence('1h', matchers)
    story.at('1s').pushFor('30m', A1, EAST, WEST)
    story.exactly('31s').webhook('team', { firing: told })
    await story.run('20m')
  })
}

/** Silences of A1 and the ticks at which it is told first; there is one at 30s, then each minute. */
const SPANS: readonly (readonly [title: string, begins: string, length: string, told: string])[] = [
  ['one that is over before the first tick does nothing', '0s', '29s', '30s'],
  ['one that ends with the very tick holds in it still', '0s', '30s', '90s'],
  ['one that ends a millisecond before the tick does not', '0s', '29999ms', '30s'],
  ['one that begins with the very tick holds', '30s', '10s', '90s'],
  ['one that begins a millisecond after the tick is too late', '30001ms', '10m', '30s'],
  ['one that comes to hold and ends between two ticks is never noticed', '31s', '58s', '30s'],
]

for (const [title, begins, length, told] of SPANS) {
  test(`silences: ${title}`, async (t) => {
    const story = timeline(t, routerYaml({ interval: '1m' }))
    story.at('0s').silence(length, 'n=1', { after: begins })
    story.at('0s').pushFor('1h', A1)
    story.exactly(told).webhook('team', { firing: ['A1'], reason: 'first notification' })
    await story.run('150s')
  })
}

const EACH_MINUTE = routerYaml({ interval: '1m' })

test('silences: one that is made longer holds longer, one that is made shorter ends earlier', async (t) => {
  const story = timeline(t, EACH_MINUTE)
  story.at('0s').silence('2m', 'n=1', { name: 'first' })
  story.at('0s').silence('1h', 'n=2', { name: 'second' })
  story.at('0s').pushFor('1h', A1, EAST)
  story.at('100s').silence('200s', 'n=1', { name: 'first' })
  story.at('100s').silence('30s', 'n=2', { name: 'second' })
  story.exactly('150s').webhook('team', { firing: ['A2'] })
  story.exactly('330s').webhook('team', { firing: ['A1', 'A2'], reason: 'new alerts added' })
  await story.run('20m')
})

test('silences: one that gets other matchers ends, and another one begins', async (t) => {
  const story = timeline(t, EACH_MINUTE)
  story.at('0s').silence('1h', 'n=1', { name: 'it' })
  story.at('0s').pushFor('1h', A1, EAST)
  story.at('40s').silence('1h', 'n=2', { name: 'it' })
  story.exactly('30s').webhook('team', { firing: ['A2'] })
  story.exactly('90s').webhook('team', { firing: ['A1'], reason: 'first notification' })
  story.at('100s').check(({ pipeline }) => {
    const states = pipeline.silences.sorted().map((silence) => pipeline.silences.stateOf(silence))
    assert.deepEqual(states, ['active', 'expired'])
  })
  await story.run('5m')
})

test('silences: of two that hold, each must end', async (t) => {
  const story = timeline(t, EACH_MINUTE)
  story.at('0s').silence('100s', 'alertname=A')
  story.at('0s').silence('200s', 'n=1', { name: 'it' })
  story.at('0s').pushFor('1h', A1)
  story.at('160s').expire('it')
  story.exactly('210s').webhook('team', { firing: ['A1'] })
  await story.run('5m')
})

test('silences: one that is ended before it begins never holds', async (t) => {
  const story = timeline(t, EACH_MINUTE)
  story.at('0s').silence('1h', 'n=1', { after: '20s', name: 'it' })
  story.at('0s').pushFor('1h', A1)
  story.at('10s').expire('it')
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  await story.run('5m')
})

test('silences: one that is put off before it begins holds from then on', async (t) => {
  const story = timeline(t, EACH_MINUTE)
  story.at('0s').silence('1h', 'n=2', { after: '20s', name: 'it' })
  story.at('0s').pushFor('1h', EAST)
  story.at('10s').silence('1h', 'n=2', { after: '70s', name: 'it' })
  story.at('60s').pushFor('1h', A1)
  story.exactly('30s').webhook('team', { firing: ['A2'] })
  story.exactly('90s').webhook('team', { firing: ['A1'], reason: 'first notification' })
  await story.run('10m')
})

test('silences: one of a whole group puts off its repeats', async (t) => {
  const story = timeline(t, routerYaml({ interval: '1m', repeat: '5m' }))
  story.at('0s').pushFor('1h', A1)
  story.at('200s').silence('200s', 'n=1')
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  // Due at 330s; it is told when the silence is over, and counts from there.
  story.exactly('450s').webhook('team', { firing: ['A1'], reason: 'first notification' })
  story.exactly('750s').webhook('team', { firing: ['A1'], reason: 'repeat interval elapsed' })
  await story.run('800s')
})

test('silences: one of a part of a group leaves the others their repeats', async (t) => {
  const story = timeline(t, routerYaml({ interval: '1m', repeat: '5m' }))
  story.at('0s').pushFor('1h', A1, EAST)
  story.at('200s').silence('10m', 'n=1')
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('330s').webhook('team', { firing: ['A2'], reason: 'repeat interval elapsed' })
  story.exactly('630s').webhook('team', { firing: ['A2'], reason: 'repeat interval elapsed' })
  story.exactly('810s').webhook('team', { firing: ['A1', 'A2'], reason: 'new alerts added' })
  await story.run('1000s')
})

test('silences: what fires anew under one that outlived its end is not told', async (t) => {
  const story = timeline(t, EACH_MINUTE)
  story.at('0s').pushFor('1h', A1)
  story.at('40s').silence('1h', 'n=1')
  story.at('100s').resolve(A1)
  story.at('200s').pushFor('1h', A1)
  story.at('300s').resolve(A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('150s').webhook('team', { resolved: ['A1'] })
  await story.run('1h')
})

test('silences: one route of two that tell an alert is silenced as the other', async (t) => {
  const story = timeline(t, routerYaml({ routes: ['receiver: other, continue: true', 'receiver: team'] }))
  story.at('0s').silence('10m', 'n=1')
  story.at('0s').pushFor('1h', A1)
  for (const receiver of ['team', 'other']) story.exactly('630s').webhook(receiver, { firing: ['A1'] })
  await story.run('20m')
})

test('silences: a reload leaves them as they are, a pending one too', async (t) => {
  const story = timeline(t, EACH_MINUTE)
  story.at('0s').silence('100s', 'n=1')
  story.at('0s').silence('100s', 'n=1', { after: '100s', name: 'next' })
  story.at('0s').pushFor('1h', A1)
  story.at('50s').reload(EACH_MINUTE)
  story.exactly('210s').webhook('team', { firing: ['A1'] })
  await story.run('10m')
})

test('silences: one that begins or ends while the router is down does so in time', async (t) => {
  const story = timeline(t, EACH_MINUTE)
  story.at('0s').silence('100s', 'n=1')
  story.at('0s').silence('90s', 'n=2', { after: '100s' })
  story.at('0s').pushFor('1h', A1, EAST)
  story.at('80s').kill()
  story.at('140s').start()
  story.exactly('30s').webhook('team', { firing: ['A2'] })
  // The tick of 90s is made up for, and the next ones count from there.
  story.exactly('140s').webhook('team', { firing: ['A1'], reason: 'first notification' })
  story.exactly('200s').webhook('team', { firing: ['A1', 'A2'], reason: 'new alerts added' })
  await story.run('5m')
})
