import { test } from 'node:test'
import { routerYaml } from '../router-yaml.ts'
import { timeline } from '../timeline.ts'

const A1 = { alertname: 'A', n: '1' }
const A2 = { alertname: 'A', n: '2' }
const A3 = { alertname: 'A', n: '3' }

test('group_interval: what is sent again unchanged is not told again', async (t) => {
  const story = timeline(t, routerYaml())
  for (let minute = 0; minute < 30; minute++) story.at(`${minute}m`).push(A1, A2)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('2130s').webhook('team', { resolved: ['A1', 'A2'] })
  await story.run('1h')
})

test('group_interval: each newcomer makes the next tick tell, with the whole group', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').pushFor('1h', A1)
  story.at('100s').pushFor('1h', A2)
  story.at('900s').pushFor('1h', A3)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('330s').webhook('team', { firing: ['A1', 'A2'], reason: 'new alerts added' })
  story.exactly('930s').webhook('team', { firing: ['A1', 'A2', 'A3'], reason: 'new alerts added' })
  await story.run('30m')
})

test('group_interval: changed annotations are no news, but what is told next has them', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').send({ from: '0s', until: '1h', annotations: { summary: 'bad' } }, A1)
  story.at('100s').send({ from: '0s', until: '1h', annotations: { summary: 'worse' } }, A1)
  story.at('700s').pushFor('1h', A2)
  story.exactly('30s').webhook('team', { firing: ['A1'], body: { commonAnnotations: { summary: 'bad' } } })
  const alerts = [{ annotations: { summary: 'worse' }, startsAt: '2026-11-21T00:00:00Z' }, { annotations: {} }]
  story.exactly('930s').webhook('team', { firing: ['A1', 'A2'], body: { alerts, commonAnnotations: {} } })
  await story.run('20m')
})

test('group_interval: ends come one by one at the ticks after them, each told once', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').pushFor('1h', A1, A2, A3)
  story.at('100s').resolve(A2)
  story.at('400s').resolve(A1)
  story.at('700s').resolve(A3)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2', 'A3'] })
  story.exactly('330s').webhook('team', { firing: ['A1', 'A3'], resolved: ['A2'], reason: 'some alerts resolved' })
  story.exactly('630s').webhook('team', { firing: ['A3'], resolved: ['A1'], reason: 'some alerts resolved' })
  story.exactly('930s').webhook('team', { resolved: ['A3'], reason: 'all alerts resolved' })
  await story.run('1h')
})

test('group_interval: an end and a newcomer between two ticks are one notification', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').pushFor('1h', A1)
  story.at('100s').resolve(A1)
  story.at('200s').pushFor('1h', A2)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('330s').webhook('team', { firing: ['A2'], resolved: ['A1'], reason: 'new alerts added' })
  await story.run('20m')
})

test('group_interval: where ends are not told, a newcomer is told without them', async (t) => {
  const story = timeline(t, routerYaml({ hook: 'send_resolved: false' }))
  story.at('0s').pushFor('1h', A1, A3)
  story.at('100s').resolve(A1)
  story.at('200s').pushFor('1h', A2)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A3'] })
  story.exactly('330s').webhook('team', { firing: ['A2', 'A3'], resolved: [], reason: 'new alerts added' })
  await story.run('20m')
})

test('group_interval: an end at the very tick is told at it if it was known, else at the next', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').pushFor('330s', A1)
  story.at('0s').pushFor('1h', A2)
  story.at('330s').resolve(A2)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('330s').webhook('team', { firing: ['A2'], resolved: ['A1'] })
  story.exactly('630s').webhook('team', { resolved: ['A2'] })
  await story.run('20m')
})

test('group_interval: who ended, was told so and fires again in a group that lives on waits for its next tick', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').pushFor('2h', A1, A2)
  story.at('100s').resolve(A1)
  story.at('400s').pushFor('2h', A1)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('330s').webhook('team', { firing: ['A2'], resolved: ['A1'] })
  story.exactly('630s').webhook('team', { firing: ['A1', 'A2'], reason: 'new alerts added' })
  await story.run('20m')
})

test('flapping: whatever an alert did between two ticks, only how it stands at the tick counts', async (t) => {
  const story = timeline(t, routerYaml())
  for (let second = 0; second < 1_800; second += 60) {
    const at = story.at(`${second}s`)
    if (second % 120 === 0) at.pushFor('2h', A1)
    else at.resolve(A1)
  }
  // Firing at 30s, ended at 330s with the group, then a new one from 360s on: 390s firing, 690s ended, and so on.
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('330s').webhook('team', { resolved: ['A1'] })
  story.exactly('390s').webhook('team', { firing: ['A1'] })
  story.exactly('690s').webhook('team', { resolved: ['A1'] })
  story.exactly('750s').webhook('team', { firing: ['A1'] })
  story.exactly('1050s').webhook('team', { resolved: ['A1'] })
  story.exactly('1110s').webhook('team', { firing: ['A1'] })
  story.exactly('1410s').webhook('team', { resolved: ['A1'] })
  story.exactly('1470s').webhook('team', { firing: ['A1'] })
  story.exactly('1770s').webhook('team', { resolved: ['A1'] })
  await story.run('1h')
})

test('flapping: where ends are not told, each time that it fires at a tick after an end is told', async (t) => {
  const story = timeline(t, routerYaml({ hook: 'send_resolved: false' }))
  for (const second of [0, 400, 800]) {
    story.at(`${second}s`).pushFor('2h', A1)
    story.at(`${second + 200}s`).resolve(A1)
  }
  for (const time of ['30s', '430s', '830s']) story.exactly(time).webhook('team', { firing: ['A1'] })
  await story.run('1h')
})

test('group_interval: the last of a group that ends takes the others, whose end was told, out of the text', async (t) => {
  const story = timeline(t, routerYaml({ hook: 'send_resolved: false' }))
  story.at('0s').pushFor('3h', A1, A2)
  story.at('100s').resolve(A1)
  story.at('400s').resolve(A2)
  // Within the same group as before: nobody was told of an end, and still the second firing is news.
  story.at('500s').pushFor('3h', A1)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  await story.run('700s')
})

test('group_interval: of a second is kept to, and each tick tells what changed since', async (t) => {
  const story = timeline(t, routerYaml({ wait: '1s', interval: '1s' }))
  story.at('0s').pushFor('1h', A1)
  story.at('1500ms').pushFor('1h', A2)
  story.at('2500ms').resolve(A1)
  story.at('3500ms').resolve(A2)
  story.exactly('1s').webhook('team', { firing: ['A1'] })
  story.exactly('2s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('3s').webhook('team', { firing: ['A2'], resolved: ['A1'] })
  story.exactly('4s').webhook('team', { resolved: ['A2'] })
  await story.run('1m')
})
