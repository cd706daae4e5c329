import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { temporaryDirectory } from '../../support/temporary.ts'
import { until } from '../../support/until.ts'
import { captureServer } from '../support/capture-server.ts'
import { seen, startMember } from './cluster-process.ts'

interface Body {
  readonly alerts: readonly { readonly status: string; readonly labels: { readonly alertname: string } }[]
}

test('real members: one hears of an alert, one tells; a silence holds everywhere; who comes later knows all', async (t) => {
  const hook = await captureServer(t)
  const yaml = `
route: {receiver: team, group_wait: 1s, group_interval: 2s, repeat_interval: 1h}
receivers: [{name: team, webhook_configs: [{url: ${hook.url}/}]}]
`
  const directory = temporaryDirectory(t)
  const flags = ['--cluster.peer-timeout=5s']
  const a = await startMember(t, { directory, name: 'a', yaml, flags })
  const b = await startMember(t, { directory, name: 'b', yaml, flags, peers: [a.address] })
  await seen([a, b], 'a b')
  const endsAt = new Date(Date.now() + 600_000).toISOString()
  await b.router.post('/api/v2/alerts', [{ labels: { alertname: 'A' }, endsAt }])
  await hook.received(1)
  await until('the first member has it', async () =>
    (await a.router.get('/api/v2/alerts')).text().then((text) => text.includes('"A"')),
  )

  const silence = {
    matchers: [{ name: 'alertname', value: 'B', isRegex: false }],
    startsAt: new Date().toISOString(),
    endsAt,
    createdBy: 'me',
    comment: 'x',
  }
  await a.router.post('/api/v2/silences', silence)
  await until('the other one has the silence', async () => {
    return (await b.router.get('/api/v2/silences')).text().then((text) => text.includes('"B"'))
  })
  await b.router.post('/api/v2/alerts', [{ labels: { alertname: 'B' }, endsAt }])

  const c = await startMember(t, { directory, name: 'c', yaml, flags, peers: [a.address] })
  await until('the third one has all', async () => {
    const alerts = await (await c.router.get('/api/v2/alerts')).text()
    const silences = await (await c.router.get('/api/v2/silences')).text()
    return alerts.includes('"A"') && alerts.includes('"B"') && silences.includes('"B"')
  })
  await b.router.child.kill('SIGKILL')
  await a.router.child.kill('SIGKILL')
  // Whoever is left goes on, and has nothing to tell that was not told.
  await sleep(6_000)
  const told = hook.requests.map(({ body }) =>
    (JSON.parse(body) as Body).alerts.map(({ labels }) => labels.alertname).join(),
  )
  assert.deepEqual(told, ['A'])
})
