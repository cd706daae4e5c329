import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isResolved } from '../../../../alertmanager/alert.ts'
import { clusterTimeline } from '../support/cluster-timeline.ts'
import { Liar } from '../support/liar.ts'

const yaml = `
route: {receiver: team, group_wait: 1h, group_interval: 1h, repeat_interval: 4h}
receivers: [{name: team}]
`

test('a member that hears of an alert from another one only asks once for each time that was granted', async (t) => {
  const story = clusterTimeline(t, { yaml, members: ['a', 'b'] })
  await story.begin()
  story.fire({ alertname: 'A' }, ['a'])
  const asked: number[] = []
  const spy = new Liar(story.network, 'c', ({ t: kind, e }) => {
    if (kind === 'ask') asked.push((e as unknown[]).length)
  })
  await story.moveTo(100)
  spy.say({ t: 'hello', v: 1, now: story.clock.nowMs() })
  await story.moveTo(3_600_000)
  const [alert] = story.members.get('b')!.router.pipeline.alerts()
  assert.equal(isResolved(alert!, story.clock.nowMs()), false)
  // Granted are four minutes. When it asks, half a minute is left, and the sender has said it again half a minute ago.
  assert.equal(asked.length, 1 + Math.floor((3_600_000 - 210_000) / 180_000))
})

test('short times are asked about in time too', async (t) => {
  const story = clusterTimeline(t, { yaml, members: ['a', 'b'] })
  for (let second = 0; second < 120; second += 5) story.at(`${second}s`).pushFor('12s', { alertname: 'A' }, 'a')
  for (const time of ['14s', '33s', '60s', '119s']) {
    story.at(time).check((members) => {
      const [alert] = members.get('b')!.router.pipeline.alerts()
      assert.equal(isResolved(alert!, story.clock.nowMs()), false, time)
    })
  }
  story.at('140s').check((members) => {
    const [alert] = members.get('b')!.router.pipeline.alerts()
    assert.equal(isResolved(alert!, story.clock.nowMs()), true)
  })
  await story.run('150s')
})
