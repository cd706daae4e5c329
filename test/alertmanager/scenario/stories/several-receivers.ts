import { test } from 'node:test'
import { routerYaml } from '../router-yaml.ts'
import { timeline } from '../timeline.ts'

const A1 = { alertname: 'A', n: '1' }
const A2 = { alertname: 'A', n: '2' }

/** A receiver with two webhooks. */
const two = (more = '') =>
  routerYaml({
    receivers: [`name: pair, webhook_configs: [{url: 'http://one.test/'}, {url: 'http://two.test/'${more}}]`],
    repeat: '1h',
  }).replace('receiver: team', 'receiver: pair')
const TWO = two()

test('integrations: all of a receiver are told, at the same time', async (t) => {
  const story = timeline(t, TWO)
  story.at('0s').pushFor('100s', A1)
  for (const host of ['one.test', 'two.test']) {
    story.exactly('30s').webhook('pair', { host, firing: ['A1'] })
    story.exactly('330s').webhook('pair', { host, resolved: ['A1'] })
  }
  await story.run('20m')
})

test('integrations: one that is slow does not hold up the other', async (t) => {
  const story = timeline(t, TWO)
  story.at('0s').delay('one.test', '100s')
  story.at('0s').pushFor('1h', A1)
  story.exactly('30s').webhook('pair', { host: 'two.test', firing: ['A1'] })
  story.exactly('130s').webhook('pair', { host: 'one.test', firing: ['A1'] })
  await story.run('5m')
})

test('integrations: one that is slow holds up the next flush of its group, for the other one too', async (t) => {
  const story = timeline(t, two().replace('group_interval: 5m', 'group_interval: 20s'))
  story.at('0s').delay('one.test', '15s')
  story.at('0s').pushFor('1h', A1)
  story.at('31s').delay('one.test', '0s')
  story.at('40s').pushFor('1h', A2)
  story.exactly('30s').webhook('pair', { host: 'two.test', firing: ['A1'] })
  story.exactly('45s').webhook('pair', { host: 'one.test', firing: ['A1'] })
  for (const host of ['one.test', 'two.test']) story.exactly('50s').webhook('pair', { host, firing: ['A1', 'A2'] })
  await story.run('5m')
})

test('integrations: one that refuses is asked again; the other hears nothing twice', async (t) => {
  const story = timeline(t, TWO)
  story.at('0s').answer('one.test', 400)
  story.at('0s').pushFor('2h', A1)
  story.at('700s').answer('one.test', 200)
  story.exactly('30s').webhook('pair', { host: 'two.test', firing: ['A1'] })
  story.exactly('930s').webhook('pair', { host: 'one.test', firing: ['A1'], reason: 'first notification' })
  // Each repeats in its own time.
  story.exactly('3630s').webhook('pair', { host: 'two.test', firing: ['A1'] })
  story.exactly('4530s').webhook('pair', { host: 'one.test', firing: ['A1'] })
  await story.run('5000s')
})

test('integrations: while one cannot be told of an end, the group keeps it, and the other hears of it once', async (t) => {
  const story = timeline(t, TWO)
  story.at('0s').pushFor('100s', A1)
  story.at('50s').answer('two.test', 403)
  story.at('1000s').answer('two.test', 200)
  for (const host of ['one.test', 'two.test']) story.exactly('30s').webhook('pair', { host, firing: ['A1'] })
  story.exactly('330s').webhook('pair', { host: 'one.test', resolved: ['A1'] })
  story.exactly('1230s').webhook('pair', { host: 'two.test', resolved: ['A1'], reason: 'all alerts resolved' })
  await story.run('1h')
})

test('integrations: while one cannot be told, the other still hears of what is new', async (t) => {
  const story = timeline(t, TWO)
  story.at('0s').answer('two.test', 403)
  story.at('0s').pushFor('2h', A1)
  story.at('100s').pushFor('2h', A2)
  story.at('400s').resolve(A1)
  story.at('1000s').answer('two.test', 200)
  story.exactly('30s').webhook('pair', { host: 'one.test', firing: ['A1'] })
  story.exactly('330s').webhook('pair', { host: 'one.test', firing: ['A1', 'A2'] })
  story.exactly('630s').webhook('pair', { host: 'one.test', firing: ['A2'], resolved: ['A1'] })
  // Who was told nothing of A1 hears of its end along with what fires, as it stands in the group.
  const names = { firing: ['A2'], resolved: ['A1'] }
  story.exactly('1230s').webhook('pair', { host: 'two.test', ...names, reason: 'first notification' })
  await story.run('30m')
})

test('integrations: one hears of ends and the other does not', async (t) => {
  const story = timeline(t, two(', send_resolved: false'))
  story.at('0s').pushFor('2h', A1, A2)
  story.at('100s').resolve(A1)
  story.at('400s').resolve(A2)
  story.at('700s').pushFor('2h', A1)
  for (const host of ['one.test', 'two.test']) {
    story.exactly('30s').webhook('pair', { host, firing: ['A1', 'A2'] })
    story.exactly('730s').webhook('pair', { host, firing: ['A1'], reason: 'first notification' })
  }
  story.exactly('330s').webhook('pair', { host: 'one.test', firing: ['A2'], resolved: ['A1'] })
  story.exactly('630s').webhook('pair', { host: 'one.test', resolved: ['A2'] })
  await story.run('30m')
})

test('integrations: two that tell the same address are two', async (t) => {
  const story = timeline(t, TWO.replace('two.test', 'one.test'))
  story.at('0s').pushFor('1h', A1)
  for (const _ of [1, 2]) story.exactly('30s').webhook('pair', { host: 'one.test', firing: ['A1'] })
  await story.run('20m')
})

test('receivers: one alert on the way to two receivers is known to be told by each for itself', async (t) => {
  const routes = ['receiver: other, continue: true', 'receiver: team']
  const story = timeline(t, routerYaml({ routes, repeat: '1h' }))
  story.at('0s').answer('other.test', 404)
  story.at('0s').pushFor('2h', A1)
  story.at('200s').answer('other.test', 200)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('330s').webhook('other', { firing: ['A1'], reason: 'first notification' })
  story.exactly('3630s').webhook('team', { firing: ['A1'], reason: 'repeat interval elapsed' })
  story.exactly('3930s').webhook('other', { firing: ['A1'], reason: 'repeat interval elapsed' })
  await story.run('4000s')
})

test('receivers: the same one on two ways tells the groups of both', async (t) => {
  const routes = ['receiver: team, matchers: [alertname=A], continue: true', 'receiver: team, matchers: [n=1]']
  const story = timeline(t, routerYaml({ routes }))
  story.at('0s').pushFor('100s', A1)
  for (const key of ['{}/{alertname="A"}', '{}/{n="1"}']) {
    const body = { groupKey: `${key}:{alertname="A"}` }
    story.exactly('30s').webhook('team', { firing: ['A1'], body })
    story.exactly('330s').webhook('team', { resolved: ['A1'], body })
  }
  await story.run('20m')
})
