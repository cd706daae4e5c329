import assert from 'node:assert/strict'
import { test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { type CaptureServer, captureServer } from '../support/capture-server.ts'
import { type RouterClient, startRouter } from '../support/router-process.ts'

const yamlFor = (hook: CaptureServer) => `
route:
  receiver: team
  group_by: [alertname]
  group_wait: 20ms
  group_interval: 200ms
  repeat_interval: 1h
receivers:
  - name: team
    webhook_configs: [{url: "${hook.url}/"}]
vedette:
  silence_notices: {tell: [created], labels: {team: ops}}
  heartbeats:
    - {name: prometheus, matchers: [alertname="Watchdog"], timeout: 1s}
`

const told = (hook: CaptureServer) =>
  hook.requests.flatMap(({ body }) => {
    const { alerts } = JSON.parse(body) as { alerts: { labels: Record<string, string>; status: string }[] }
    return alerts.map(({ labels, status }) => `${labels.alertname} ${status}`)
  })

async function silence(router: RouterClient, value: string): Promise<void> {
  const endsAt = new Date(Date.now() + 3_600_000).toISOString()
  const matchers = [{ name: 'alertname', value, isRegex: false }]
  const body = { matchers, startsAt: '0001-01-01T00:00:00.000Z', endsAt, createdBy: 'ann', comment: 'why' }
  assert.equal((await router.post('/api/v2/silences', body)).status, 200)
}

test('heartbeats and notices through a real process, told once over kill -9', async (t) => {
  const directory = temporaryDirectory(t)
  const hook = await captureServer(t)
  const first = await startRouter(t, directory, yamlFor(hook))
  await hook.received(1)
  assert.deepEqual(told(hook), ['HeartbeatMissing firing'])
  assert.equal(await first.metric('alertmanager_heartbeat_missing{name="prometheus"}'), 1)
  assert.equal(await first.metric('alertmanager_heartbeat_last_received_timestamp_seconds{name="prometheus"}'), 0)
  assert.equal(await first.metric('alertmanager_own_alerts{source="heartbeats"}'), 1)
  // Nobody has sent anything.
  assert.equal(await first.metric('alertmanager_alerts_received_total{status="firing",version="v2"}'), 0)
  const { labels, receivers } = (
    (await (await first.get('/api/v2/alerts')).json()) as {
      labels: object
      receivers: object[]
    }[]
  )[0]!
  assert.deepEqual(labels, { alertname: 'HeartbeatMissing', heartbeat: 'prometheus', severity: 'critical' })
  assert.deepEqual(receivers, [{ name: 'team' }])
  assert.doesNotMatch(await (await first.get('/api/v2/status')).text(), /heartbeats|silence_notices/)

  assert.deepEqual(await (await first.get('/api/vedette/v1/heartbeats')).json(), [
    {
      name: 'prometheus',
      matchers: [{ isEqual: true, isRegex: false, name: 'alertname', value: 'Watchdog' }],
      ...{ timeout: '1s', lastReceivedAt: null, missing: true },
    },
  ])

  await first.push([{ alertname: 'Disk' }])
  await hook.received(2)
  await silence(first, 'Disk')
  await hook.received(3)
  assert.deepEqual(told(hook).slice(1), ['Disk firing', 'SilenceCreated firing'])
  await first.reached('alertmanager_notifications_total{integration="webhook"}', 3)
  // It is written at the end of the turn of the event loop that counts it; the next answer comes after that.
  await first.metric('alertmanager_notifications_total{integration="webhook"}')
  await first.child.kill('SIGKILL')

  const second = await startRouter(t, directory, yamlFor(hook))
  const flushed = await second.metric('alertmanager_nflog_queries_total')
  await second.reached('alertmanager_nflog_queries_total', flushed + 6)
  assert.equal(hook.requests.length, 3, told(hook).join())
  assert.equal(await second.metric('alertmanager_own_alerts{source="silence_notices"}'), 1)
  assert.equal(await second.metric('alertmanager_heartbeat_missing{name="prometheus"}'), 1)

  await second.push([{ alertname: 'Watchdog' }])
  while (!told(hook).includes('HeartbeatMissing resolved')) await hook.received(hook.requests.length + 1)
  const heardAt = await second.metric('alertmanager_heartbeat_last_received_timestamp_seconds{name="prometheus"}')
  assert.ok(Math.abs(heardAt - Date.now() / 1_000) < 60)
})
