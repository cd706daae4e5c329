import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LabelSet } from '#lib/labels.ts'
import { momentOf } from '../../../../alertmanager/moment.ts'
import type { HttpRequest, HttpResponse } from '../../../../alertmanager/notify/http/request.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'
import { nflogFile } from '../../support/nflog-file.ts'
import { postable } from '../../support/postable.ts'
import { startTestRouter } from '../../support/test-router.ts'

const YAML = `
route: {receiver: chat, group_by: [alertname], group_wait: 1s, group_interval: 10s, repeat_interval: 1h}
receivers:
  - name: chat
    slack_configs: [{app_token: t, channel: c, update_message: true, send_resolved: true, title: "{{ .Status }}"}]
`

/** A Slack that says what it was asked: the method, the message that it is about, the title. */
function slack() {
  const told: string[] = []
  const http = async ({ url, body }: HttpRequest): Promise<HttpResponse> => {
    const { ts = 'new', channel, attachments } = JSON.parse(body)
    told.push(`${new URL(url).pathname} ${channel} ${ts} ${attachments[0].title}`)
    const answer = JSON.stringify({ ok: true, ts: `${told.length}`, channel: 'C1' })
    return { status: 200, headers: { 'content-type': 'application/json' }, body: answer }
  }
  const transports = { http: () => http, mail: () => () => Promise.reject(new Error('no mail')) }
  return { told, transports }
}

function alertsFor(clock: ManualClock, lengthMs: number, labels: Readonly<Record<string, string>> = {}) {
  const [startsAt, endsAt] = [momentOf(clock.nowMs()), momentOf(clock.nowMs() + lengthMs)]
  return [postable({ alertname: 'A', ...labels }, { startsAt, endsAt })]
}

test('the message of an incident is changed after a restart too, and the next incident gets a new one', async (t) => {
  const directory = temporaryDirectory(t)
  const clock = new ManualClock()
  const { told, transports } = slack()
  const start = () => startTestRouter({ yaml: YAML, clock, directory, transports })

  let router = await start()
  await router.pipeline.receive(alertsFor(clock, 60_000)).safe
  await clock.advance(2_000)
  await router.kill()
  router = await start()
  await clock.advance(120_000)
  await router.pipeline.receive(alertsFor(clock, 60_000)).safe
  await clock.advance(20_000)
  await router.kill()
  assert.deepEqual(told, [
    '/api/chat.postMessage c new firing',
    '/api/chat.update C1 1 resolved',
    '/api/chat.postMessage c new firing',
  ])
})

test('the message that Alertmanager has posted is changed after the move', async (t) => {
  const clock = new ManualClock()
  const { told, transports } = slack()
  const file = nflogFile({
    ...{ groupKey: '{}:{alertname="A"}', receiver: 'chat', integration: 'slack', atMs: clock.nowMs() },
    firing: [LabelSet.from({ alertname: 'A' })],
    data: { threadTs: '1234.5678', channelId: 'C9' },
  })
  const router = await startTestRouter({
    ...{ yaml: YAML, clock, directory: temporaryDirectory(t), transports },
    readSnapshot: (name) => (name === 'nflog' ? file : undefined),
  })
  await router.pipeline.receive([...alertsFor(clock, 60_000), ...alertsFor(clock, 60_000, { n: '2' })]).safe
  await clock.advance(120_000)
  await router.kill()
  assert.deepEqual(told, ['/api/chat.update C9 1234.5678 firing', '/api/chat.update C1 1 resolved'])
})
