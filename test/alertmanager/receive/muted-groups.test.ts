import assert from 'node:assert/strict'
import { test } from 'node:test'
import { momentOf } from '../../../alertmanager/moment.ts'
import { groupsEndpoint } from '../../../alertmanager/receive/api-alerts.ts'
import { NO_SPAN } from '../../../alertmanager/tracing/span.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { bodyOf } from '../support/api-body.ts'
import { postable } from '../support/postable.ts'
import { startTestRouter } from '../support/test-router.ts'

const YAML = `
route:
  receiver: team
  group_wait: 1h
  routes:
    - {receiver: team, matchers: [alertname=A], mute_time_intervals: [early, night]}
time_intervals:
  - {name: early, time_intervals: [{times: [{start_time: '00:00', end_time: '00:01'}]}]}
  - {name: night, time_intervals: [{times: [{start_time: '00:00', end_time: '00:02'}]}]}
receivers: [{name: team}]
`

test('groups say what time intervals mute them now, and can be left out for it', async (t) => {
  const clock = new ManualClock()
  const none = () => Promise.reject(new Error('nothing is sent'))
  const transports = { http: () => none, mail: () => none }
  const router = await startTestRouter({ yaml: YAML, clock, directory: temporaryDirectory(t), transports })
  t.after(() => router.kill())
  const endsAt = momentOf(clock.nowMs() + 3_600_000)
  router.pipeline.receive(['A', 'B'].map((alertname) => postable({ alertname }, { endsAt })))
  const { GET } = groupsEndpoint({ pipeline: router.pipeline, clock }).methods
  const shown = async (query: Record<string, string> = {}) => {
    const answer = await GET!({ query, params: {}, body: Buffer.alloc(0), span: NO_SPAN })
    const groups = JSON.parse(await bodyOf(answer)) as {
      alerts: { labels: object; status: { state: string; mutedBy: string[] } }[]
    }[]
    return groups.flatMap(({ alerts }) =>
      alerts.map(({ labels, status }) => `${Object.values(labels)} ${status.state} ${status.mutedBy}`),
    )
  }
  assert.deepEqual((await shown()).sort(), ['A suppressed early,night', 'B active '])
  assert.deepEqual(await shown({ muted: 'false' }), ['B active '])
  await clock.advance(60_000)
  assert.deepEqual((await shown()).sort(), ['A suppressed night', 'B active '])
  await clock.advance(60_000)
  assert.deepEqual((await shown({ muted: 'false' })).sort(), ['A active ', 'B active '])
})
