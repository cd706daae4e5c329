import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { captureServer } from '../support/capture-server.ts'
import { startRouter } from '../support/router-process.ts'

const yamlFor = (url: string) => `
route: {receiver: team, group_by: [alertname], group_wait: 0s, group_interval: 1h}
receivers: [{name: team, webhook_configs: [{url: "${url}"}]}]
`

test('a bad configuration is refused aloud and the old one stays in force', async (t) => {
  const directory = temporaryDirectory(t)
  const [before, after] = [await captureServer(t), await captureServer(t)]
  const file = join(directory, 'alertmanager.yml')
  const router = await startRouter(t, directory, yamlFor(before.url))

  writeFileSync(file, yamlFor(after.url).replace('receiver: team', 'receiver: gone'))
  const refused = await router.post('/-/reload')
  assert.equal(refused.status, 500)
  assert.match(await refused.text(), /^failed to reload config: .*alertmanager\.yml:2:\d+.*undefined receiver "gone"/)
  assert.equal(await router.metric('alertmanager_config_last_reload_successful'), 0)

  router.child.signal('SIGHUP')
  await router.child.printed(/(configuration not reloaded; the old one stays in force.*){2}/s)
  await router.push([{ alertname: 'A' }])
  await before.received(1)

  writeFileSync(file, yamlFor(after.url))
  const taken = await router.post('/-/reload')
  assert.deepEqual([taken.status, await taken.text()], [200, ''])
  assert.equal(await router.metric('alertmanager_config_last_reload_successful'), 1)
  await router.push([{ alertname: 'B' }])
  await after.received(1)
  assert.deepEqual([before.requests.length, after.requests.length], [1, 1])
  assert.equal((await router.get('/-/reload')).status, 405)
})

test('SIGHUP reads the file anew', async (t) => {
  const directory = temporaryDirectory(t)
  const hook = await captureServer(t)
  const router = await startRouter(t, directory, 'route: {receiver: a}\nreceivers: [{name: a}]\n')
  writeFileSync(join(directory, 'alertmanager.yml'), yamlFor(hook.url))
  router.child.signal('SIGHUP')
  await router.child.printed(/configuration reloaded/)
  await router.push([{ alertname: 'A' }])
  await hook.received(1)
  assert.equal((await router.child.kill('SIGTERM')).code, 0)
})
