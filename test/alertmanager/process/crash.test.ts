import assert from 'node:assert/strict'
import { test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { type CaptureServer, captureServer } from '../support/capture-server.ts'
import { type RouterClient, startRouter } from '../support/router-process.ts'

const yamlFor = (hook: CaptureServer, groupWait: string) => `
route:
  receiver: team
  group_by: [alertname]
  group_wait: ${groupWait}
  group_interval: 2s
  repeat_interval: 1h
receivers:
  - name: team
    webhook_configs: [{url: "${hook.url}/hook"}]
`

/** Waits until the router has told once and has that on disk. */
async function hasTold(router: RouterClient): Promise<void> {
  const name = 'alertmanager_notifications_total{integration="webhook"}'
  await router.reached(name, 1)
  // It is written at the end of the turn of the event loop that counts it; the next answer comes after that.
  await router.metric(name)
}

const told = (hook: CaptureServer) =>
  hook.requests.map(({ body }) => {
    const { alerts, notification_reason } = JSON.parse(body) as {
      alerts: { labels: Record<string, string>; status: string }[]
      notification_reason: string
    }
    return `${notification_reason}: ${alerts.map(({ labels, status }) => `${labels.n} ${status}`).join(', ')}`
  })

test('kill -9 between flushes loses nothing that was taken and repeats nothing that was told', async (t) => {
  const directory = temporaryDirectory(t)
  const hook = await captureServer(t)
  const yaml = yamlFor(hook, '50ms')
  const first = await startRouter(t, directory, yaml)
  await first.push([{ alertname: 'A', n: '1' }])
  await hasTold(first)
  // Taken, but its flush is two seconds away.
  await first.push([{ alertname: 'A', n: '2' }])
  await first.child.kill('SIGKILL')

  const second = await startRouter(t, directory, yaml)
  await hasTold(second)
  await second.child.kill('SIGKILL')

  const third = await startRouter(t, directory, yaml)
  await third.push([{ alertname: 'A', n: '1' }], 0)
  await hasTold(third)
  // Further flushes have nothing to tell.
  const flushed = await third.metric('alertmanager_nflog_queries_total')
  await third.reached('alertmanager_nflog_queries_total', flushed + 1)
  assert.deepEqual(told(hook), [
    'first notification: 1 firing',
    'new alerts added: 1 firing, 2 firing',
    'some alerts resolved: 1 resolved, 2 firing',
  ])
})

test('kill -9 within group_wait does not lose the first notification', async (t) => {
  const directory = temporaryDirectory(t)
  const hook = await captureServer(t)
  const yaml = yamlFor(hook, '1s')
  const first = await startRouter(t, directory, yaml)
  await first.push([
    { alertname: 'A', n: '1' },
    { alertname: 'A', n: '2' },
  ])
  await first.child.kill('SIGKILL')
  assert.deepEqual(told(hook), [])

  const second = await startRouter(t, directory, yaml)
  await hook.received(1)
  await second.reached('alertmanager_nflog_queries_total', 2)
  assert.deepEqual(told(hook), ['first notification: 1 firing, 2 firing'])
})
