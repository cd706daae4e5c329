import { test } from 'node:test'
import { routerYaml } from '../router-yaml.ts'
import { timeline } from '../timeline.ts'

const A1 = { alertname: 'A', n: '1' }
const A2 = { alertname: 'A', n: '2' }
/** Ticks are at 30s, 90s, 150s and so on. */
const EACH_MINUTE = routerYaml({ interval: '1m' })
const at = (time: string) => `2026-11-21T${time}Z`

test('ends: without one an alert lasts for five minutes after it was sent last', async (t) => {
  const story = timeline(t, EACH_MINUTE)
  story.at('0s').pushOpen(A1)
  story.at('200s').pushOpen(A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  // 200s and five minutes are 500s; the tick after that is at 510s.
  const alerts = [{ status: 'resolved', startsAt: at('00:00:00'), endsAt: at('00:08:20') }]
  story.exactly('510s').webhook('team', { resolved: ['A1'], body: { alerts } })
  await story.run('20m')
})

test('ends: neither a start nor an end means from now for resolve_timeout', async (t) => {
  const story = timeline(t, `global: {resolve_timeout: 100s}\n${EACH_MINUTE}`)
  story.at('10s').send({}, A1)
  const alerts = [{ startsAt: at('00:00:10'), endsAt: '0001-01-01T00:00:00Z' }]
  story.exactly('40s').webhook('team', { firing: ['A1'], body: { alerts } })
  const ended = [{ startsAt: at('00:00:10'), endsAt: at('00:01:50') }]
  story.exactly('160s').webhook('team', { resolved: ['A1'], body: { alerts: ended } })
  await story.run('20m')
})

test('ends: an end in the future without a start counts as the start too', async (t) => {
  const story = timeline(t, EACH_MINUTE)
  story.at('0s').send({ until: '100s' }, A1)
  story.exactly('30s').webhook('team', { firing: ['A1'], body: { alerts: [{ startsAt: at('00:01:40') }] } })
  story.exactly('150s').webhook('team', { resolved: ['A1'] })
  await story.run('20m')
})

test('ends: one that its sender puts off holds, one that it brings forward does not', async (t) => {
  const story = timeline(t, EACH_MINUTE)
  story.at('0s').pushFor('100s', A1)
  story.at('40s').pushFor('200s', A1)
  story.at('100s').pushFor('20s', A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('270s').webhook('team', { resolved: ['A1'], body: { alerts: [{ endsAt: at('00:04:00') }] } })
  await story.run('20m')
})

test('ends: one that was only supposed gives way to an earlier one that is given', async (t) => {
  const story = timeline(t, EACH_MINUTE)
  story.at('0s').pushOpen(A1)
  story.at('40s').pushFor('20s', A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('90s').webhook('team', { resolved: ['A1'], body: { alerts: [{ endsAt: at('00:01:00') }] } })
  await story.run('20m')
})

test('ends: one that was given and is later outlasts one that is supposed', async (t) => {
  const story = timeline(t, EACH_MINUTE)
  story.at('0s').pushFor('20m', A1)
  story.at('40s').pushOpen(A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('1230s').webhook('team', { resolved: ['A1'] })
  await story.run('30m')
})

test('ends: one that lies before now ends the alert when it is heard of, and is told as it was', async (t) => {
  const story = timeline(t, EACH_MINUTE)
  story.at('0s').pushFor('1h', A1)
  story.at('100s').send({ from: '-100s', until: '-40s' }, A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('150s').webhook('team', { resolved: ['A1'], body: { alerts: [{ endsAt: at('00:01:00') }] } })
  await story.run('20m')
})

test('ends: an occurrence that is over before it is heard of is never told', async (t) => {
  const story = timeline(t, EACH_MINUTE)
  story.at('100s').send({ from: '-90s', until: '-10s' }, A1)
  await story.run('20m')
})

test('ends: an end that is sent twice is told once, the later one of both', async (t) => {
  const story = timeline(t, EACH_MINUTE)
  story.at('0s').pushFor('1h', A1)
  story.at('100s').send({ from: '-100s', until: '-20s' }, A1)
  story.at('110s').send({ from: '-50s', until: '-15s' }, A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  const alerts = [{ startsAt: at('00:00:00'), endsAt: at('00:01:35') }]
  story.exactly('150s').webhook('team', { resolved: ['A1'], body: { alerts } })
  story.at('160s').send({ from: '-160s', until: '-5s' }, A1)
  await story.run('20m')
})

test('merge: two senders agree on the earliest start and the annotations of the last one', async (t) => {
  const story = timeline(t, EACH_MINUTE)
  story.at('0s').send({ from: '-10s', until: '4m', annotations: { from: 'one' } }, A1)
  story.at('5s').send({ from: '-25s', until: '4m', annotations: { from: 'two' } }, A1)
  story.at('10s').send({ from: '-20s', until: '2m', annotations: { from: 'one' } }, A1)
  const alerts = [{ startsAt: '2026-11-20T23:59:40Z', annotations: { from: 'one' } }]
  story.exactly('30s').webhook('team', { firing: ['A1'], body: { alerts } })
  story.exactly('270s').webhook('team', { resolved: ['A1'], body: { alerts: [{ endsAt: at('00:04:05') }] } })
  await story.run('20m')
})

test('merge: when one of two senders says that it ended, it has, until the other one sends again', async (t) => {
  const story = timeline(t, EACH_MINUTE)
  story.at('0s').pushFor('4m', A1, A2)
  story.at('40s').resolve(A1)
  story.at('100s').send({ from: '-100s', until: '4m' }, A1)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'] })
  story.exactly('90s').webhook('team', { firing: ['A2'], resolved: ['A1'] })
  // The ranges overlap: it is the same occurrence still.
  const alerts = [{ startsAt: at('00:00:00') }]
  story.exactly('150s').webhook('team', { firing: ['A1', 'A2'], reason: 'new alerts added', body: { alerts } })
  story.exactly('270s').webhook('team', { firing: ['A1'], resolved: ['A2'] })
  story.exactly('390s').webhook('team', { resolved: ['A1'] })
  await story.run('20m')
})

test('merge: an occurrence after the end of the last one has a start of its own', async (t) => {
  const story = timeline(t, EACH_MINUTE)
  story.at('0s').pushFor('40s', A1)
  story.at('40s').pushFor('100s', A1)
  story.exactly('30s').webhook('team', { firing: ['A1'], body: { alerts: [{ startsAt: at('00:00:00') }] } })
  const alerts = [{ startsAt: at('00:00:40'), endsAt: at('00:02:20') }]
  story.exactly('150s').webhook('team', { resolved: ['A1'], body: { alerts } })
  await story.run('20m')
})

test('merge: one that begins a millisecond before the end of the last one goes on with it', async (t) => {
  const story = timeline(t, EACH_MINUTE)
  story.at('0s').pushFor('40s', A1)
  story.at('39999ms').pushFor('100s', A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  const alerts = [{ startsAt: at('00:00:00'), endsAt: at('00:02:19.999') }]
  story.exactly('150s').webhook('team', { resolved: ['A1'], body: { alerts } })
  await story.run('20m')
})

test('ends: an alert does not end halfway through its notification', async (t) => {
  const story = timeline(t, EACH_MINUTE)
  story.at('0s').pushFor('40s', A1)
  story.at('0s').delay('hook.test', '20s')
  story.exactly('50s').webhook('team', { firing: ['A1'], body: { alerts: [{ endsAt: '0001-01-01T00:00:00Z' }] } })
  story.exactly('110s').webhook('team', { resolved: ['A1'] })
  await story.run('10m')
})

test('ends: what fires again while its end is being told is told again at the next tick', async (t) => {
  const story = timeline(t, EACH_MINUTE)
  story.at('0s').pushFor('1h', A1)
  story.at('40s').resolve(A1)
  story.at('50s').delay('hook.test', '20s')
  story.at('100s').pushFor('1h', A1)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('110s').webhook('team', { resolved: ['A1'] })
  story.exactly('170s').webhook('team', { firing: ['A1'], reason: 'first notification' })
  await story.run('5m')
})
