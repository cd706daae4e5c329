import assert from 'node:assert/strict'
import { test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { captureServer } from '../support/capture-server.ts'
import { startRouter } from '../support/router-process.ts'

interface Told {
  readonly receiver: string
  readonly status: string
  readonly routeLabels: Readonly<Record<string, string>>
  readonly commonAnnotations: Readonly<Record<string, string>>
}

test('a fallback is told once, says in whose place, and hears of the end after kill -9', async (t) => {
  let isMended = false
  const hook = await captureServer(t, ({ path }) => ({ status: path === '/team' && !isMended ? 401 : 200 }))
  const told = (path: string) => {
    return hook.requests.filter((request) => request.path === path).map(({ body }) => JSON.parse(body) as Told)
  }
  const yaml = `
route: {receiver: team, group_wait: 0s, group_interval: 1s}
receivers:
  - name: team
    webhook_configs: [{url: ${hook.url}/team}]
  - name: sms
    webhook_configs: [{url: ${hook.url}/sms}]
vedette: {fallback: {receiver: sms}}
`
  const directory = temporaryDirectory(t)
  const router = await startRouter(t, directory, yaml)
  await router.push([{ alertname: 'A' }])
  await router.reached('alertmanager_fallback_notifications_total{integration="webhook"}', 1)
  const [first] = told('/sms')
  assert.deepEqual(
    [first?.receiver, first?.status, first?.routeLabels],
    ['sms', 'firing', { vedette_fallback_for: 'team' }],
  )
  assert.match(
    first?.commonAnnotations.vedette_fallback ?? '',
    /^in place of receiver "team": webhook_configs\[0\]: answered 401/,
  )
  assert.match(router.child.stderr, /told the fallback in place of a receiver/)
  await router.child.kill('SIGKILL')

  const again = await startRouter(t, directory, yaml)
  const tries = told('/team').length
  while (told('/team').length < tries + 2) await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(told('/sms').length, 1)
  isMended = true
  const before = told('/team').length
  while (told('/team').length === before) await new Promise((resolve) => setTimeout(resolve, 20))
  await again.push([{ alertname: 'A' }], -1)
  while (told('/sms').length < 2) await new Promise((resolve) => setTimeout(resolve, 20))
  const last = told('/sms')[1]
  assert.deepEqual(
    [last?.status, last?.commonAnnotations.vedette_fallback],
    ['resolved', 'in place of receiver "team"'],
  )
})
