import assert from 'node:assert/strict'
import { test } from 'node:test'
import { momentOf } from '../../../alertmanager/moment.ts'
import { alertsEndpoint } from '../../../alertmanager/receive/api-alerts.ts'
import { NO_SPAN } from '../../../alertmanager/tracing/span.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { postable } from '../support/postable.ts'
import { startTestRouter } from '../support/test-router.ts'

const YAML = 'route: {receiver: a, group_wait: 1s, group_interval: 1s}\nreceivers: [{name: a}]\n'

const NO_TRANSPORTS = {
  http: () => () => Promise.reject(new Error()),
  mail: () => () => Promise.reject(new Error()),
}

test('beyond the bytes of all alerts new ones are refused aloud, and known ones go on with what they said', async (t) => {
  const clock = new ManualClock()
  const directory = temporaryDirectory(t)
  const router = await startTestRouter({
    ...{ yaml: YAML, clock, directory, transports: NO_TRANSPORTS, maxAlertBytes: 3_000 },
  })
  t.after(() => router.kill())
  const { pipeline } = router
  const { alerts } = pipeline.state
  const large = (n: string, text: string, leftMs = 3_600_000) => {
    const options = { annotations: { text }, endsAt: momentOf(clock.nowMs() + leftMs), generatorUrl: 'http://p/' }
    return postable({ n }, options)
  }
  const textOf = (n: string) =>
    Array.from(pipeline.alerts())
      .find(({ labels }) => labels.get('n') === n)
      ?.annotations.get('text')

  // What one request brings is taken as long as there was room before it.
  assert.equal(pipeline.receive([large('1', 'a'.repeat(2_000)), large('2', 'b'.repeat(2_000))]).oversized, 0)
  const full = alerts.bytes
  assert.ok(full > 4_000 && full < 4_200)
  const refused = pipeline.receive([large('1', 'a'.repeat(2_000)), large('2', 'c'.repeat(3_000)), large('3', '')])
  assert.deepEqual([refused.oversized, refused.limited, alerts.size, alerts.bytes], [2, 0, 2, full])
  assert.ok(router.logLines.some((line) => /level=error .*raise alerts\.limit_bytes.*limit=3000 count=2/.test(line)))
  assert.equal(textOf('2'), 'b'.repeat(2_000))
  // What shrinks or only ends is heard, and makes room.
  assert.equal(pipeline.receive([large('1', 'a'), large('2', 'c'.repeat(3_000), 0)]).oversized, 1)
  assert.ok(alerts.bytes < 2_200)
  assert.equal(pipeline.receive([large('3', 'd'.repeat(1_500))]).oversized, 0)

  const endpoint = alertsEndpoint({ pipeline, clock })
  const body = Buffer.from(JSON.stringify([{ labels: { n: '4' } }]))
  const answer = await endpoint.methods.POST!({ query: {}, params: {}, body, span: NO_SPAN })
  assert.deepEqual(
    [answer.status, /1 alerts were not taken.*alerts\.limit_bytes/.test(String(answer.body))],
    [503, true],
  )
  // The second one has ended; when that is told, it makes room.
  await clock.advance(3_000)
  assert.equal((await endpoint.methods.POST!({ query: {}, params: {}, body, span: NO_SPAN })).status, 200)
})

test('beyond the limit new alerts are refused aloud, known ones go on, and room comes back', async (t) => {
  const clock = new ManualClock()
  const directory = temporaryDirectory(t)
  const router = await startTestRouter({ yaml: YAML, clock, directory, transports: NO_TRANSPORTS, maxAlerts: 2 })
  t.after(() => router.kill())
  const { pipeline } = router
  const fires = (n: string) => postable({ n }, { endsAt: momentOf(clock.nowMs() + 3_600_000) })
  const ended = (n: string) => postable({ n }, { endsAt: momentOf(clock.nowMs()) })

  assert.equal(pipeline.receive([fires('1'), fires('2'), fires('3')]).limited, 1)
  assert.equal(pipeline.receive([ended('1'), fires('2')]).limited, 0)
  assert.ok(router.logLines.some((line) => /level=error .*refused new alerts.*limit=2/.test(line)))

  const endpoint = alertsEndpoint({ pipeline, clock })
  const body = Buffer.from(JSON.stringify([{ labels: { n: '3' } }]))
  // The end of the first one is still to be told.
  const refused = await endpoint.methods.POST!({ query: {}, params: {}, body, span: NO_SPAN })
  assert.deepEqual([refused.status, /1 new alerts were not taken/.test(String(refused.body))], [503, true])
  await clock.advance(3_000)
  assert.equal((await endpoint.methods.POST!({ query: {}, params: {}, body, span: NO_SPAN })).status, 200)
  assert.deepEqual(
    Array.from(pipeline.alerts(), ({ labels }) => labels.get('n')),
    ['2', '3'],
  )
})
