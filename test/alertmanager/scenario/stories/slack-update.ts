import assert from 'node:assert/strict'
import { test } from 'node:test'
import { momentOf } from '../../../../alertmanager/moment.ts'
import type { HttpRequest, HttpResponse } from '../../../../alertmanager/notify/http/request.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'
import { postable } from '../../support/postable.ts'
import { startTestRouter } from '../../support/test-router.ts'

const YAML = `
route: {receiver: chat, group_by: [alertname], group_wait: 1s, group_interval: 10s, repeat_interval: 1h}
receivers:
  - name: chat
    slack_configs: [{app_token: t, channel: c, update_message: true, send_resolved: true, title: "{{ .Status }}"}]
`

test('the message of an incident is changed after a restart too, and the next incident gets a new one', async (t) => {
  const directory = temporaryDirectory(t)
  const clock = new ManualClock()
  const told: string[] = []
  const http = async ({ url, body }: HttpRequest): Promise<HttpResponse> => {
    const { ts = 'new', attachments } = JSON.parse(body)
    told.push(`${new URL(url).pathname} ${ts} ${attachments[0].title}`)
    const answer = JSON.stringify({ ok: true, ts: `${told.length}`, channel: 'C1' })
    return { status: 200, headers: { 'content-type': 'application/json' }, body: answer }
  }
  const transports = { http: () => http, mail: () => () => Promise.reject(new Error('no mail')) }
  const start = () => startTestRouter({ yaml: YAML, clock, directory, transports })
  const alertFor = (lengthMs: number) => {
    return [
      postable({ alertname: 'A' }, { startsAt: momentOf(clock.nowMs()), endsAt: momentOf(clock.nowMs() + lengthMs) }),
    ]
  }

  let router = await start()
  await router.pipeline.receive(alertFor(60_000)).safe
  await clock.advance(2_000)
  await router.kill()
  router = await start()
  await clock.advance(120_000)
  await router.pipeline.receive(alertFor(60_000)).safe
  await clock.advance(20_000)
  await router.kill()
  assert.deepEqual(told, [
    '/api/chat.postMessage new firing',
    '/api/chat.update 1 resolved',
    '/api/chat.postMessage new firing',
  ])
})
