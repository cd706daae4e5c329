import { test } from 'node:test'
import { routerYaml } from '../router-yaml.ts'
import { timeline } from '../timeline.ts'

const A1 = { alertname: 'A', n: '1' }
const A2 = { alertname: 'A', n: '2' }

/** An alert that comes at 10s and says that it has fired since then, or will. */
const STARTS: readonly (readonly [title: string, from: string, told: string])[] = [
  ['an alert that has fired for longer than group_wait is told at once', '-31s', '10s'],
  ['one that has fired for a millisecond longer too', '-30001ms', '10s'],
  ['one that has fired for exactly group_wait waits all the same', '-30s', '40s'],
  ['one that has fired for less waits for all of group_wait, not for the rest of it', '-20s', '40s'],
  ['one that begins later is told as any other', '1h', '40s'],
]

for (const [title, from, told] of STARTS) {
  test(`group_wait: ${title}`, async (t) => {
    const story = timeline(t, routerYaml())
    story.at('10s').send({ from, until: '2h' }, A1)
    story.exactly(told).webhook('team', { firing: ['A1'], reason: 'first notification' })
    await story.run('5m')
  })
}

test('group_wait: an old alert that joins a group does not cut its wait short', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').pushFor('1h', A1)
  story.at('10s').send({ from: '-1h', until: '1h' }, A2)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  await story.run('10m')
})

test('group_wait: who comes after an old alert that was told at once waits for the next tick', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').send({ from: '-1h', until: '1h' }, A1)
  story.at('1ms').pushFor('1h', A2)
  story.exactly('0s').webhook('team', { firing: ['A1'] })
  story.exactly('300s').webhook('team', { firing: ['A1', 'A2'] })
  await story.run('10m')
})

test('group_wait: an alert that is sent again does not begin it anew', async (t) => {
  const story = timeline(t, routerYaml())
  for (const time of ['0s', '10s', '20s', '29s']) story.at(time).push(A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  await story.run('1m')
})

test('group_wait: 0s tells at once, and then at group_interval', async (t) => {
  const story = timeline(t, routerYaml({ wait: '0s' }))
  story.at('10s').pushFor('1h', A1)
  story.at('11s').pushFor('1h', A2)
  story.exactly('10s').webhook('team', { firing: ['A1'] })
  story.exactly('310s').webhook('team', { firing: ['A1', 'A2'] })
  await story.run('20m')
})

test('group_wait: may be longer than group_interval, and only the first flush waits for it', async (t) => {
  const story = timeline(t, routerYaml({ wait: '10m', interval: '1m', repeat: '1m' }))
  story.at('0s').pushFor('740s', A1)
  for (const time of ['600s', '660s', '720s']) story.exactly(time).webhook('team', { firing: ['A1'] })
  story.exactly('780s').webhook('team', { resolved: ['A1'] })
  await story.run('20m')
})

test('group_wait: who comes in the last millisecond is in, who comes at the very tick waits for the next', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').pushFor('1h', A1)
  story.at('29999ms').pushFor('1h', A2)
  story.at('30s').pushFor('1h', { alertname: 'A', n: '3' })
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('330s').webhook('team', { firing: ['A1', 'A2', 'A3'], reason: 'new alerts added' })
  await story.run('10m')
})

test('group_wait: an alert whose end is the very tick has ended and is not told', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').pushFor('30s', A1)
  await story.run('20m')
})

test('group_wait: an alert that ends a millisecond after the tick is told, and its end at the next', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').pushFor('30001ms', A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('330s').webhook('team', { resolved: ['A1'], reason: 'all alerts resolved' })
  await story.run('20m')
})

test('group_wait: who comes and goes within it is not told along with the others either', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').pushFor('1h', A1, A2)
  story.at('10s').resolve(A2)
  story.exactly('30s').webhook('team', { firing: ['A1'], resolved: ['A2'], reason: 'first notification' })
  await story.run('20m')
})

test('group_wait: who ends within it and fires again is told as firing since the second time', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').pushFor('1h', A1)
  story.at('10s').resolve(A1)
  story.at('20s').pushFor('1h', A1)
  const alerts = [{ status: 'firing', startsAt: '2026-11-21T00:00:20Z' }]
  story.exactly('30s').webhook('team', { firing: ['A1'], body: { alerts } })
  await story.run('5m')
})

test('a group that went comes again with a wait of its own', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').pushFor('40s', A1)
  story.at('331s').pushFor('1h', A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('330s').webhook('team', { resolved: ['A1'] })
  story.exactly('361s').webhook('team', { firing: ['A1'], reason: 'first notification' })
  await story.run('10m')
})

test('an end that is heard of before any firing is not told, and makes the firing wait from then on', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').resolve(A1)
  story.at('10s').pushFor('1h', A2)
  story.exactly('30s').webhook('team', { firing: ['A2'], resolved: ['A1'] })
  await story.run('5m')
})
