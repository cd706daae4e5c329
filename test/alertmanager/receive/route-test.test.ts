import assert from 'node:assert/strict'
import { test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { startRouter } from '../support/router-process.ts'

const YAML = `
route:
  receiver: all
  group_by: [alertname]
  routes:
    - matchers: [team=a]
      receiver: a
      routes: [{matchers: [severity=page], receiver: pager, group_wait: 0s, group_by: [], repeat_interval: 1d}]
    - {matchers: [team=~"b|c"], receiver: b, continue: true, mute_time_intervals: [night, weekend]}
    - {matchers: [team=b], receiver: office, active_time_intervals: [day]}
receivers: [{name: all}, {name: a}, {name: b}, {name: pager}, {name: office}]
time_intervals:
  - {name: night, time_intervals: [{times: [{start_time: '00:00', end_time: '06:00'}]}]}
  - {name: weekend, time_intervals: [{weekdays: [saturday, sunday]}]}
  - {name: day, time_intervals: [{times: [{start_time: '09:00', end_time: '17:00'}]}]}
vedette: {fallback: {receivers: {pager: a}}}
`

test('who would be told of an alert, in which group, and whether the time keeps it from being told', async (t) => {
  const router = await startRouter(t, temporaryDirectory(t), YAML)
  const ask = async (body: unknown) => {
    const response = await router.post('/api/vedette/v1/routes/test', body)
    return { status: response.status, answer: (await response.json()) as Readonly<Record<string, unknown>> }
  }
  const paged = await ask({ labels: { alertname: 'X', team: 'a', severity: 'page' }, at: '2026-11-18T10:00:00Z' })
  assert.deepEqual(paged, {
    status: 200,
    answer: {
      at: '2026-11-18T10:00:00.000Z',
      receivers: ['pager'],
      routes: [
        {
          ...{ receiver: 'pager', fallback: 'a', path: ['{}', '{team="a"}', '{severity="page"}'], continue: false },
          ...{ groupKey: '{}/{team="a"}/{severity="page"}:{}', groupLabels: {} },
          ...{ groupWait: '0s', groupInterval: '5m', repeatInterval: '1d', muted: false },
        },
      ],
    },
  })
  const mutesAt = async (at: string) => {
    const { answer } = await ask({ labels: { alertname: 'X', team: 'b' }, at })
    const routes = answer.routes as readonly { receiver: string; muted: boolean; mute?: unknown }[]
    return routes.map(({ receiver, muted, mute }) => [receiver, muted, mute])
  }
  const outside = { reason: 'active_time_interval', intervals: ['day'] }
  assert.deepEqual(await mutesAt('2026-11-21T05:00:00+02:00'), [
    ['b', true, { reason: 'mute_time_interval', intervals: ['night', 'weekend'] }],
    ['office', true, outside],
  ])
  assert.deepEqual(await mutesAt('2026-11-18T12:00:00Z'), [
    ['b', false, undefined],
    ['office', false, undefined],
  ])
  assert.deepEqual(await mutesAt('2026-11-18T20:00:00Z'), [
    ['b', false, undefined],
    ['office', true, outside],
  ])
  const now = await ask({ labels: {} })
  assert.deepEqual(now.answer.receivers, ['all'])
  assert.ok(Math.abs(Date.parse(String(now.answer.at)) - Date.now()) < 60_000)
  assert.equal((await ask({})).status, 422)
  for (const body of [
    [],
    null,
    { labels: [] },
    { labels: { a: 1 } },
    { labels: {}, at: 'soon' },
    { labels: {}, at: 7 },
  ]) {
    assert.equal((await ask(body)).status, 400, JSON.stringify(body))
  }
  assert.equal((await ask({ labels: { a: 'x'.repeat(300_000) } })).status, 413)
})
