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

test('beyond the limit new alerts are refused aloud, known ones go on, and room comes back', async (t) => {
  const clock = new ManualClock()
  const transports = { http: () => () => Promise.reject(new Error()), mail: () => () => Promise.reject(new Error()) }
  const directory = temporaryDirectory(t)
  const router = await startTestRouter({ yaml: YAML, clock, directory, transports, maxAlerts: 2 })
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
