import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clusterTimeline, type RunningMember } from '../support/cluster-timeline.ts'

const yaml = `
route: {receiver: team, group_by: [alertname], group_wait: 30s, group_interval: 5m, repeat_interval: 1h}
receivers: [{name: team, webhook_configs: [{url: http://hook.test/}]}]
`
const A = { alertname: 'A' }
const DAY = 24 * 3_600_000

function collect({ router: { pipeline } }: RunningMember): void {
  pipeline.collectAlerts()
  pipeline.collectNotifications()
  pipeline.silences.collectGarbage()
}

test('an alert that ended and was forgotten does not come back with a member that was away', async (t) => {
  const story = clusterTimeline(t, { yaml })
  // A sender that is sure of itself: it fires for a day, unless told otherwise.
  story.at('1s').pushFor('24h', A, 'a', 'b', 'c')
  story.between('31s', '31s').webhook('team', { firing: ['A'], by: 'a' })
  story.at('1m').partition(['a', 'b'], ['c'])
  story.at('2m').pushFor('0s', A, 'a', 'b')
  story.between('5m31s', '5m31s').webhook('team', { resolved: ['A'], by: 'a' })
  story.at('40m').check((members) => {
    for (const name of ['a', 'b']) {
      collect(members.get(name)!)
      assert.equal(members.get(name)!.router.pipeline.state.alerts.size, 0)
    }
    assert.equal(members.get('c')!.router.pipeline.state.alerts.size, 1)
  })
  story.at('41m').heal()
  story.at('55m').check((members) => {
    for (const member of members.values()) collect(member)
    for (const { router } of members.values()) assert.equal(router.pipeline.state.alerts.size, 0)
  })
  await story.run('60m')
})

test('a silence and a notification that are past their time are neither sent nor taken', async (t) => {
  const story = clusterTimeline(t, { yaml, members: ['a', 'b'] })
  story.at('1s').silence('a', '1m', { alertname: 'B' })
  story.at('1s').fire(A)
  story.between('31s', '31s').webhook('team', { firing: ['A'], by: 'a' })
  story.at('10m').resolve(A)
  story.between('10m31s', '10m31s').webhook('team', { resolved: ['A'], by: 'a' })
  story.at('20m').kill('b')
  await story.run('30m')
  // What b has on its disk it collects late.
  await story.moveTo(6 * DAY)
  collect(story.members.get('a')!)
  await story.start('b')
  const states = () => Array.from(story.members.values(), ({ router }) => router.pipeline.state)
  assert.deepEqual(
    states().map(({ silences, nflog }) => [silences.size, nflog.size]),
    [
      [0, 0],
      [1, 1],
    ],
  )
  await story.moveTo(6 * DAY + 3 * 60_000)
  assert.deepEqual(
    states().map(({ silences, nflog }) => [silences.size, nflog.size]),
    [
      [0, 0],
      [1, 1],
    ],
  )
})
