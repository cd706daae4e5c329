import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestRouter } from '../../support/test-router.ts'
import { CREATED, EXPIRED, EXPIRING, notices, withNotices } from '../notices.ts'
import { timeline } from '../timeline.ts'

const A1 = { alertname: 'A', n: '1' }
const A2 = { alertname: 'A', n: '2' }

/** Moves the end of every silence that is in force by this much. */
function extend(byMs: number) {
  return ({ pipeline: { silences } }: TestRouter): void => {
    for (const silence of silences.sorted()) {
      if (silences.stateOf(silence) !== 'active') continue
      const result = silences.set({ ...silence, endsAtMs: silence.endsAtMs + byMs })
      assert.ok(result.ok && result.id === silence.id)
    }
  }
}

test('a silence that is created is told, and that it was created is over after a while', async (t) => {
  const story = timeline(t, CREATED)
  story.at('0s').pushFor('9h', A1)
  story.at('10m').silence('8h', 'alertname=A, n=1')
  story.between('30s', '30s').webhook('team', { firing: ['A1'] })
  story.between('630s', '632s').webhook('watchers', { firing: ['SilenceCreated'], reason: 'first notification' })
  story.between('4230s', '4232s').webhook('watchers', { resolved: ['SilenceCreated'] })
  await story.run('3h')
})

test('a notice says which silence, whose, how long, and how many alerts it mutes', async (t) => {
  const story = timeline(t, withNotices('{tell: [created], labels: {severity: page, team: ops}, copy_labels: [n]}'))
  story.at('0s').pushFor('9h', A1, A2)
  story.at('10m').silence('8h', 'alertname=A, n=1')
  story.at('11m').check((router) => {
    const [notice, ...rest] = notices(router)
    const [silence] = router.pipeline.silences.sorted()
    assert.deepEqual(rest, [])
    assert.deepEqual(Object.fromEntries(notice!.labels), {
      ...{ alertname: 'SilenceCreated', created_by: 'me', silence_id: silence!.id },
      ...{ n: '1', severity: 'page', team: 'ops' },
    })
    assert.deepEqual(Object.fromEntries(notice!.annotations), {
      comment: '',
      ends_at: '2026-11-21T08:10:00.000Z',
      firing: '1',
      matchers: '{alertname="A",n="1"}',
      starts_at: '2026-11-21T00:10:00.000Z',
      summary: 'A silence of me mutes 1 alert that fires until 2026-11-21T08:10:00.000Z',
    })
    assert.equal(notice!.generatorUrl, `http://router.test:9093/#/silences/${silence!.id}`)
  })
  story.between('30s', '30s').webhook('team', { firing: ['A1', 'A2'] })
  story.between('630s', '632s').webhook('watchers', { firing: ['SilenceCreated1'] })
  await story.run('20m')
})

test('a silence that mutes nothing is not told, unless that is wanted', async (t) => {
  const quiet = timeline(t, withNotices('{before: 30m}'))
  quiet.at('0s').pushFor('9h', A1)
  quiet.at('10m').silence('2h', 'alertname=B')
  quiet.between('30s', '30s').webhook('team', { firing: ['A1'] })
  await quiet.run('4h')

  const idle = timeline(t, withNotices('{tell: [created, expiring], idle: true}'))
  idle.at('10m').silence('2h', 'alertname=B')
  idle.between('630s', '632s').webhook('watchers', { firing: ['SilenceCreated'] })
  idle.between('4230s', '4530s').webhook('watchers', { resolved: ['SilenceCreated'] })
  idle.between('6030s', '6030s').webhook('watchers', { firing: ['SilenceExpiring'] })
  idle.between('7800s', '8130s').webhook('watchers', { resolved: ['SilenceExpiring'] })
  await idle.run('4h')
})

test('a silence that is about to end is told half an hour before, and that is over with it', async (t) => {
  const story = timeline(t, EXPIRING)
  story.at('0s').pushFor('9h', A1)
  story.at('10m').silence('2h', 'alertname=A, n=1')
  story.between('30s', '30s').webhook('team', { firing: ['A1'] })
  story.between('6030s', '6030s').webhook('watchers', { firing: ['SilenceExpiring'] })
  story.between('7830s', '7830s').webhook('watchers', { resolved: ['SilenceExpiring'] })
  story.between('7830s', '7830s').webhook('team', { firing: ['A1'] })
  await story.run('4h')
})

test('one that is extended is not about to end any more, and is told again before its new end', async (t) => {
  const story = timeline(t, EXPIRING)
  story.at('0s').pushFor('20h', A1)
  story.at('10m').silence('2h', 'alertname=A, n=1')
  story.at('110m').check(extend(4 * 3_600_000))
  story.between('30s', '30s').webhook('team', { firing: ['A1'] })
  story.between('6030s', '6030s').webhook('watchers', { firing: ['SilenceExpiring'] })
  story.between('6630s', '6630s').webhook('watchers', { resolved: ['SilenceExpiring'] })
  story.between('20430s', '20430s').webhook('watchers', { firing: ['SilenceExpiring'] })
  await story.run('6h')
})

test('one that is extended before it is told is told before its new end only', async (t) => {
  const story = timeline(t, EXPIRING)
  story.at('0s').pushFor('20h', A1)
  story.at('10m').silence('2h', 'alertname=A, n=1')
  story.at('90m').check(extend(3_600_000))
  story.between('30s', '30s').webhook('team', { firing: ['A1'] })
  story.between('9630s', '9630s').webhook('watchers', { firing: ['SilenceExpiring'] })
  await story.run('3h')
})

test('one that is ended by hand is not about to end any more', async (t) => {
  const story = timeline(t, EXPIRING)
  story.at('0s').pushFor('20h', A1)
  story.at('10m').silence('2h', 'alertname=A, n=1')
  story.at('110m').expire('alertname=A, n=1')
  story.between('30s', '30s').webhook('team', { firing: ['A1'] })
  story.between('6030s', '6030s').webhook('watchers', { firing: ['SilenceExpiring'] })
  story.between('6630s', '6630s').webhook('team', { firing: ['A1'] })
  story.between('6630s', '6630s').webhook('watchers', { resolved: ['SilenceExpiring'] })
  await story.run('3h')
})

test('a short silence is said to end halfway, not as soon as it begins', async (t) => {
  const story = timeline(t, EXPIRING)
  story.at('0s').pushFor('9h', A1)
  story.at('10m').silence('20m', 'alertname=A, n=1')
  story.between('30s', '30s').webhook('team', { firing: ['A1'] })
  story.between('1230s', '1230s').webhook('watchers', { firing: ['SilenceExpiring'] })
  story.between('1830s', '1830s').webhook('team', { firing: ['A1'] })
  story.between('1830s', '1830s').webhook('watchers', { resolved: ['SilenceExpiring'] })
  await story.run('1h')
})

test('what was muted nothing when the time came is told once it mutes something, and stays told when that ends', async (t) => {
  const story = timeline(t, EXPIRING)
  story.at('10m').silence('2h', 'alertname=A, n=1')
  story.at('110m').pushFor('2m', A1)
  story.between('6630s', '6690s').webhook('watchers', { firing: ['SilenceExpiring'] })
  story.between('7800s', '7890s').webhook('watchers', { resolved: ['SilenceExpiring'] })
  await story.run('4h')
})

test('a silence that has ended is told while what it muted fires', async (t) => {
  const story = timeline(t, EXPIRED)
  story.at('0s').pushFor('9h', A1)
  story.at('1m').silence('20m', 'alertname=A, n=1')
  story.at('40m').resolve(A1)
  story.between('30s', '30s').webhook('team', { firing: ['A1'] })
  story.between('1530s', '1530s').webhook('team', { firing: ['A1'] })
  story.between('1290s', '1292s').webhook('watchers', { firing: ['SilenceExpired'] })
  story.between('2430s', '2430s').webhook('team', { resolved: ['A1'] })
  story.between('2490s', '2792s').webhook('watchers', { resolved: ['SilenceExpired'] })
  await story.run('3h')
})

test('it is not told when what it muted has ended, or another silence mutes it', async (t) => {
  const ended = timeline(t, EXPIRED)
  ended.at('0s').pushFor('15m', A1)
  ended.at('1m').silence('20m', 'alertname=A, n=1')
  ended.between('30s', '30s').webhook('team', { firing: ['A1'] })
  ended.between('930s', '930s').webhook('team', { resolved: ['A1'] })
  await ended.run('3h')

  const muted = timeline(t, EXPIRED)
  muted.at('0s').pushFor('9h', A1)
  muted.at('1m').silence('20m', 'alertname=A, n=1')
  muted.at('10m').silence('8h', 'n=1')
  muted.between('30s', '30s').webhook('team', { firing: ['A1'] })
  await muted.run('3h')
})

test('an alert that begins after the end does not make the end news', async (t) => {
  const story = timeline(t, EXPIRED)
  story.at('1m').silence('20m', 'alertname=A, n=1')
  story.at('30m').pushFor('9h', A1)
  story.between('1830s', '1830s').webhook('team', { firing: ['A1'] })
  await story.run('2h')
})

test('that a silence has ended is over after a while, whatever fires', async (t) => {
  const story = timeline(t, EXPIRED)
  story.at('0s').pushFor('9h', A1)
  story.at('1m').silence('19m', 'alertname=A, n=1')
  story.between('30s', '30s').webhook('team', { firing: ['A1'] })
  story.between('1230s', '1232s').webhook('watchers', { firing: ['SilenceExpired'] })
  story.between('1230s', '1530s').webhook('team', { firing: ['A1'] })
  story.between('4800s', '5132s').webhook('watchers', { resolved: ['SilenceExpired'] })
  await story.run('3h')
})
