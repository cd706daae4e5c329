import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clusterTimeline, type RunningMember } from './support/cluster-timeline.ts'
import { sharedState } from './support/shared-state.ts'

const yaml = `
route: {receiver: team, group_by: [alertname], group_wait: 30s, group_interval: 5m, repeat_interval: 4h}
receivers: [{name: team, webhook_configs: [{url: http://hook.test/}]}]
`
const A = { alertname: 'A' }

test('all members hear of an alert: one of them tells, of its end too', async (t) => {
  const story = clusterTimeline(t, { yaml })
  story.at('1s').fire(A)
  story.between('31s', '31s').webhook('team', { firing: ['A'], by: 'a' })
  story.at('7m').resolve(A)
  story.between('10m31s', '10m31s').webhook('team', { resolved: ['A'], by: 'a' })
  await story.run('30m')
})

test('one member hears of an alert: all know it, and the first of them tells', async (t) => {
  const story = clusterTimeline(t, { yaml })
  story.at('1s').fire(A, 'c')
  story.between('31s', '32s').webhook('team', { firing: ['A'], by: 'a' })
  story.at('20m').resolve(A)
  story.between('20m31s', '20m32s').webhook('team', { resolved: ['A'], by: 'a' })
  await story.run('40m')
})

test('the first member is dead, which is known: the second one tells at once', async (t) => {
  const story = clusterTimeline(t, { yaml })
  story.at('1s').fire(A)
  story.at('20s').kill('a')
  story.between('31s', '31s').webhook('team', { firing: ['A'], by: 'b' })
  await story.run('10m')
})

test('the first member is dead, which is not known: the second one tells after peer_timeout', async (t) => {
  const story = clusterTimeline(t, { yaml, detectMs: 60_000 })
  story.at('1s').fire(A)
  story.at('20s').kill('a')
  story.between('46s', '46s').webhook('team', { firing: ['A'], by: 'b' })
  await story.run('10m')
})

test('the first member dies while it tries: the second one does not wait for its turn', async (t) => {
  const story = clusterTimeline(t, { yaml })
  story.at('0s').delay('a', '20s')
  story.at('1s').fire(A)
  story.at('36s').kill('a')
  story.between('36s', '36s').webhook('team', { firing: ['A'], by: 'b' })
  await story.run('10m')
})

test('a receiver that answers after more than peer_timeout is told once', async (t) => {
  const story = clusterTimeline(t, { yaml })
  story.at('0s').delay('a', '25s')
  story.at('1s').fire(A)
  story.between('56s', '56s').webhook('team', { firing: ['A'], by: 'a' })
  await story.run('10m')
})

test('a receiver that never answers the first member is told by the second, two peer_timeouts later', async (t) => {
  const story = clusterTimeline(t, { yaml })
  story.at('0s').delay('a', '1h')
  story.at('1s').fire(A)
  story.between('61s', '61s').webhook('team', { firing: ['A'], by: 'b' })
  await story.run('10m')
})

test('a receiver that refuses everybody is told by one of them when it is back', async (t) => {
  const story = clusterTimeline(t, { yaml })
  for (const name of ['a', 'b', 'c']) story.at('0s').answer(name, 503)
  story.at('1s').fire(A)
  for (const name of ['a', 'b', 'c']) story.at('100s').answer(name, 200)
  story.between('100s', '3m').webhook('team', { firing: ['A'] })
  await story.run('20m')
})

test('a receiver that takes nothing from the first member is told by the second', async (t) => {
  const story = clusterTimeline(t, { yaml })
  story.at('0s').answer('a', 400)
  story.at('1s').fire(A)
  story.between('46s', '46s').webhook('team', { firing: ['A'], by: 'b' })
  story.at('11m').resolve(A)
  story.between('15m', '16m').webhook('team', { resolved: ['A'], by: 'b' })
  await story.run('40m')
})

test('what ended while a member waited for its turn is not told as firing', async (t) => {
  const story = clusterTimeline(t, { yaml, detectMs: 3_600_000 })
  story.at('1s').fire(A)
  story.at('20s').kill('a')
  story.at('40s').resolve(A)
  await story.run('20m')
})

test('both sides of a partition tell; when they are one again nothing is repeated', async (t) => {
  const story = clusterTimeline(t, { yaml })
  story.at('0s').partition(['a'], ['b', 'c'])
  story.at('1s').fire(A)
  story.between('31s', '31s').webhook('team', { firing: ['A'], by: 'a' })
  story.between('31s', '31s').webhook('team', { firing: ['A'], by: 'b' })
  story.at('2m').heal()
  story.at('3m').check(alike)
  story.at('31m').resolve(A)
  story.between('35m31s', '35m31s').webhook('team', { resolved: ['A'], by: 'a' })
  await story.run('60m')
})

test('both sides of a partition tell different alerts of one group: they are told together once more', async (t) => {
  const story = clusterTimeline(t, { yaml })
  story.at('0s').partition(['a'], ['b', 'c'])
  story.at('1s').fire({ alertname: 'A', n: '1' }, 'a')
  story.at('1s').fire({ alertname: 'A', n: '2' }, 'b', 'c')
  story.between('31s', '31s').webhook('team', { firing: ['A1'], by: 'a' })
  story.between('31s', '31s').webhook('team', { firing: ['A2'], by: 'b' })
  story.at('2m').heal()
  story.at('3m').check(alike)
  story.between('5m31s', '5m32s').webhook('team', { firing: ['A1', 'A2'], by: 'a' })
  await story.run('60m')
})

test('what only one side of a partition heard is known to the other when they are one again', async (t) => {
  const story = clusterTimeline(t, { yaml })
  story.at('0s').partition(['a'], ['b', 'c'])
  story.at('1s').fire(A, 'c')
  story.between('31s', '32s').webhook('team', { firing: ['A'], by: 'b' })
  story.at('2m').heal()
  story.at('3m').check(alike)
  story.at('10m').kill('b', 'c')
  // Nobody hears of it any more: it ends when the time is up that its sender had granted.
  story.between('13m', '16m').webhook('team', { resolved: ['A'], by: 'a' })
  await story.run('30m')
})

test('of two changes of a silence on both sides of a partition the later one counts', async (t) => {
  const story = clusterTimeline(t, { yaml })
  story.at('1s').silence('a', '2h', A)
  story.at('2s').partition(['a'], ['b', 'c'])
  story.at('1m').unsilence('b')
  story.at('2m').heal()
  story.at('3m').check((members) => {
    alike(members)
    for (const { router } of members.values()) {
      assert.deepEqual(router.pipeline.silences.countByState(), { active: 0, pending: 0, expired: 1 })
    }
  })
  story.at('4m').fire(A)
  story.between('4m30s', '4m30s').webhook('team', { firing: ['A'], by: 'a' })
  await story.run('10m')
})

test('a silence that was made at one member holds at all', async (t) => {
  const story = clusterTimeline(t, { yaml })
  story.at('1s').silence('c', '10m', A)
  story.at('2s').fire(A)
  story.between('10m32s', '10m32s').webhook('team', { firing: ['A'], by: 'a' })
  await story.run('20m')
})

test('an alert that was sent to one member, which then dies, is told by the others; its end too', async (t) => {
  const story = clusterTimeline(t, { yaml })
  story.at('1s').fire(A, 'a')
  story.at('10s').kill('a')
  story.between('31s', '31200ms').webhook('team', { firing: ['A'], by: 'b' })
  story.between('5m31s', '5m31200ms').webhook('team', { resolved: ['A'], by: 'b' })
  await story.run('30m')
})

test('a member that comes back knows what was told meanwhile, and tells nothing again', async (t) => {
  const story = clusterTimeline(t, { yaml })
  story.at('1s').fire(A)
  story.between('31s', '31s').webhook('team', { firing: ['A'], by: 'a' })
  story.at('1m').kill('a')
  story.at('2m').fire({ alertname: 'B' })
  story.between('2m30s', '2m30s').webhook('team', { firing: ['B'], by: 'b' })
  story.at('3m').resolve(A)
  story.between('5m31s', '5m31s').webhook('team', { resolved: ['A'], by: 'b' })
  story.at('8m').start('a')
  story.at('8m1s').check(alike)
  story.at('20m').resolve({ alertname: 'B' })
  story.between('22m30s', '22m31s').webhook('team', { resolved: ['B'], by: 'a' })
  await story.run('40m')
})

test('after all members were killed at once nobody is told twice', async (t) => {
  const story = clusterTimeline(t, { yaml })
  story.at('1s').fire(A)
  story.between('31s', '31s').webhook('team', { firing: ['A'], by: 'a' })
  story.at('40s').kill('a', 'b', 'c')
  story.at('50s').start('a', 'b', 'c')
  story.at('10m').resolve(A)
  story.between('10m', '16m').webhook('team', { resolved: ['A'], by: 'a' })
  await story.run('30m')
})

test('an alert that one member hears of again and again fires at all of them, and ends when its sender is gone', async (t) => {
  const story = clusterTimeline(t, { yaml })
  story.at('1s').fire(A, 'b')
  story.between('31s', '31200ms').webhook('team', { firing: ['A'], by: 'a' })
  for (const time of ['5m', '20m', '59m']) story.at(time).check(alike)
  story.at('60m').forsake(A)
  story.between('60m', '66m').webhook('team', { resolved: ['A'], by: 'a' })
  await story.run('90m')
})

test('where all members hear of an alert again and again, that is nothing to talk about', async (t) => {
  const story = clusterTimeline(t, { yaml })
  let before = 0
  const messages = () => story.network.sent.messages
  story.at('0s').fire(A)
  for (let n = 0; n < 50; n++) story.at('1s').fire({ alertname: 'A', n: String(n) })
  story
    .between('30s', '32s')
    .webhook('team', { firing: ['A', ...Array.from({ length: 50 }, (_, n) => `A${n}`)].sort(byLabels) })
  story.at('10m').check(() => {
    before = messages()
  })
  story.at('20m').check(() => {
    // Three pairs compare digests of four states each minute, and find no difference.
    assert.equal(messages() - before, 10 * 3 * (4 * 3 + 3 + 1 + 2))
  })
  await story.run('20m')
})

test('clocks that differ by minutes make no difference to what is told, and is known', async (t) => {
  const story = clusterTimeline(t, { yaml, aheadMs: { a: 120_000, c: -90_000 } })
  story.at('1s').fire(A, 'b')
  story.between('31s', '32s').webhook('team', { firing: ['A'], by: 'a' })
  story.at('2m').partition(['a'], ['b', 'c'])
  story.at('5m').resolve(A)
  story.between('5m31s', '5m32s').webhook('team', { resolved: ['A'], by: 'b' })
  // The other side has not heard so: it counts on what the sender granted, by a clock that is ahead.
  story.between('5m31s', '5m32s').webhook('team', { resolved: ['A'], by: 'a' })
  story.at('6m').heal()
  await story.run('40m')
})

const byLabels = (a: string, b: string) => Number(a.length > 1) - Number(b.length > 1) || (a < b ? -1 : 1)

function alike(members: ReadonlyMap<string, RunningMember>): void {
  const [first, ...others] = Array.from(members.values(), sharedState)
  for (const other of others) assert.deepEqual(other, first)
}
