import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ClusterTimeline, clusterTimeline } from './support/cluster-timeline.ts'

const HOUR_MS = 3_600_000
const yaml = `
route:
  receiver: team
  group_by: [alertname]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 1h
  routes:
    - {receiver: watchers, matchers: [alertname=~"Silence.*|HeartbeatMissing"], repeat_interval: 100h}
    - {receiver: nobody, matchers: [alertname="Watchdog"]}
receivers:
  - name: team
    webhook_configs: [{url: http://hook.test/}]
  - name: watchers
    webhook_configs: [{url: http://hook.test/}]
  - name: nobody
vedette:
  silence_notices: {before: 30m}
`
const withWatch = `${yaml}  heartbeats: [{name: prometheus, matchers: [alertname="Watchdog"], timeout: 10m}]\n`
const A = { alertname: 'A' }
const W = { alertname: 'Watchdog' }

/** Somebody acknowledges all that fires, through this member, for this long. */
function acknowledge(story: ClusterTimeline, member: string, hours: number): void {
  const { pipeline } = story.members.get(member)!.router
  const rest = { owner: 'ann', comment: 'on it', matchers: [], alerts: [...pipeline.alerts()] }
  const result = pipeline.state.acknowledgements.add({ ...rest, endsAtMs: story.clock.nowMs() + hours * HOUR_MS })
  assert.ok(result.ok)
}

function statesOf(story: ClusterTimeline): readonly string[] {
  return Array.from(story.members.values(), ({ router }) => {
    const { acknowledgements } = router.pipeline.state
    return acknowledgements
      .sorted()
      .map((one) => `${one.owner} ${acknowledgements.stateOf(one)}`)
      .join()
  })
}

test('what is acknowledged through one member no member repeats', async (t) => {
  const story = clusterTimeline(t, { yaml })
  story.at('1s').fire(A)
  story.at('10m').check(() => acknowledge(story, 'b', 3))
  story.at('15m').check(() => assert.deepEqual(statesOf(story), Array(3).fill('ann active')))
  story.between('31s', '31s').webhook('team', { firing: ['A'], by: 'a' })
  story.between('3h10m', '3h15m31s').webhook('team', { firing: ['A'], by: 'a' })
  await story.run('4h')
})

test('also one that was away, and that has to tell now', async (t) => {
  const story = clusterTimeline(t, { yaml })
  story.at('1s').fire(A)
  story.at('5m').kill('a')
  story.at('10m').check(() => acknowledge(story, 'b', 3))
  story.at('20m').start('a')
  story.at('30m').kill('b', 'c')
  story.between('31s', '31s').webhook('team', { firing: ['A'], by: 'a' })
  story.between('3h10m', '3h15m31s').webhook('team', { firing: ['A'], by: 'a' })
  await story.run('4h')
})

test('a withdrawal is known to all, and the end of the alert ends it everywhere', async (t) => {
  const story = clusterTimeline(t, { yaml, aheadMs: { b: 20_000 } })
  story.at('1s').fire(A)
  story.at('10m').check(() => acknowledge(story, 'b', 8))
  story.at('90m').check(() => {
    const { acknowledgements } = story.members.get('c')!.router.pipeline.state
    for (const { id } of acknowledgements.sorted()) void acknowledgements.withdraw(id)
  })
  story.at('91m').check(() => assert.deepEqual(statesOf(story), Array(3).fill('ann withdrawn')))
  story.at('100m').check(() => acknowledge(story, 'a', 8))
  story.at('110m').resolve(A)
  story.at('111m').check(() => assert.deepEqual(new Set(statesOf(story)), new Set(['ann resolved,ann withdrawn'])))
  story.between('31s', '51s').webhook('team', { firing: ['A'] })
  story.between('90m', '95m51s').webhook('team', { firing: ['A'] })
  story.between('110m', '115m51s').webhook('team', { resolved: ['A'] })
  await story.run('2h')
})

test('members that were apart agree on what is acknowledged once they are together', async (t) => {
  const story = clusterTimeline(t, { yaml })
  story.at('1s').fire(A)
  story.at('5m').partition(['a'], ['b', 'c'])
  story.at('10m').check(() => acknowledge(story, 'c', 3))
  story.at('20m').heal()
  story.at('25m').check(() => assert.deepEqual(statesOf(story), Array(3).fill('ann active')))
  story.between('31s', '31s').webhook('team', { firing: ['A'], by: 'a' })
  story.between('3h10m', '3h15m31s').webhook('team', { firing: ['A'], by: 'a' })
  await story.run('4h')
})

test('a notice is told once, whoever took the silence, and its end too', async (t) => {
  const story = clusterTimeline(t, { yaml: yaml.replace('{before: 30m}', '{before: 30m, keep: 30m}') })
  story.at('1s').fire(A)
  story.at('10m').silence('c', '2h', A)
  story.between('31s', '31s').webhook('team', { firing: ['A'], by: 'a' })
  story.between('10m30s', '10m33s').webhook('watchers', { firing: ['SilenceCreated'], by: 'a' })
  story.between('40m', '45m33s').webhook('watchers', { resolved: ['SilenceCreated'], by: 'a' })
  story.between('100m30s', '100m33s').webhook('watchers', { firing: ['SilenceExpiring'], by: 'a' })
  story.between('130m', '135m33s').webhook('watchers', { resolved: ['SilenceExpiring'], by: 'a' })
  story.between('130m', '135m31s').webhook('team', { firing: ['A'], by: 'a' })
  story.between('130m30s', '130m35s').webhook('watchers', { firing: ['SilenceExpired'], by: 'a' })
  story.between('160m', '165m35s').webhook('watchers', { resolved: ['SilenceExpired'], by: 'a' })
  await story.run('165m40s')
})

test('a notice outlives the member that took the silence', async (t) => {
  const story = clusterTimeline(t, { yaml: yaml.replace('{before: 30m}', '{tell: [created]}') })
  story.at('1s').fire(A)
  story.at('10m').silence('a', '2h', A)
  story.at('610s').kill('a')
  story.between('31s', '31s').webhook('team', { firing: ['A'], by: 'a' })
  story.between('10m30s', '10m46s').webhook('watchers', { firing: ['SilenceCreated'], by: 'b' })
  await story.run('30m')
})

test('a heartbeat that stops is told once by the cluster, and once that it is back', async (t) => {
  const story = clusterTimeline(t, { yaml: withWatch })
  story.at('1s').fire(W)
  story.at('20m10s').forsake(W)
  story.at('60m').fire(W)
  story.between('30m30s', '31m').webhook('watchers', { firing: ['HeartbeatMissing'], by: 'a' })
  story.between('60m', '66m').webhook('watchers', { resolved: ['HeartbeatMissing'], by: 'a' })
  await story.run('90m')
})

test('a heartbeat that only one member hears is heard by all, and missed when it stops', async (t) => {
  const story = clusterTimeline(t, { yaml: withWatch })
  story.at('1s').fire(W, 'c')
  story.at('120m10s').forsake(W)
  story.between('130m30s', '131m').webhook('watchers', { firing: ['HeartbeatMissing'], by: 'a' })
  await story.run('3h')
})

test('also where the timeout is shorter than the time for which senders say that alerts fire', async (t) => {
  const story = clusterTimeline(t, { yaml: withWatch.replace('timeout: 10m', 'timeout: 2m') })
  story.at('1s').fire(W, 'c')
  story.at('60m10s').forsake(W)
  story.between('62m30s', '63m').webhook('watchers', { firing: ['HeartbeatMissing'], by: 'a' })
  await story.run('2h')
})

test('the others miss a heartbeat that the dead member heard', async (t) => {
  const story = clusterTimeline(t, { yaml: withWatch })
  story.at('1s').fire(W, 'a')
  story.at('30m10s').kill('a')
  story.between('40m', '46m').webhook('watchers', { firing: ['HeartbeatMissing'], by: 'b' })
  await story.run('2h')
})
