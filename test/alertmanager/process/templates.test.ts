import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { captureServer } from '../support/capture-server.ts'
import { routerFlags, spawnRouter, startRouter } from '../support/router-process.ts'

const yamlFor = (url: string) => `
route: {receiver: team, group_by: [alertname], group_wait: 0s, group_interval: 1h}
templates: ['*.tmpl']
receivers:
  - name: team
    discord_configs: [{webhook_url: "${url}", content: '{{ template "own" . }}'}]
`

test('templates are read beside the configuration, at the start and at each reload', async (t) => {
  const directory = temporaryDirectory(t)
  const hook = await captureServer(t)
  const file = join(directory, 'own.tmpl')
  writeFileSync(file, '{{ define "own" }}first {{ .CommonLabels.alertname }}{{ end }}')
  const router = await startRouter(t, directory, yamlFor(hook.url))
  const contents = () => hook.requests.map(({ body }) => (JSON.parse(body) as { content: string }).content)
  await router.push([{ alertname: 'A' }])
  await hook.received(1)
  assert.deepEqual(contents(), ['first A'])

  writeFileSync(file, '{{ define "own" }}\n{{ if }}{{ end }}{{ end }}')
  const refused = await router.post('/-/reload')
  assert.equal(refused.status, 500)
  assert.match(await refused.text(), /own\.tmpl:2:7 {2}error {2}template: own\.tmpl:2: missing value for if/)
  await router.push([{ alertname: 'B' }])
  await hook.received(2)

  writeFileSync(file, '{{ define "own" }}second {{ .CommonLabels.alertname }}{{ end }}')
  assert.equal((await router.post('/-/reload')).status, 200)
  await router.push([{ alertname: 'C' }])
  await hook.received(3)
  assert.deepEqual(contents(), ['first A', 'first B', 'second C'])
})

test('a template that cannot be parsed stops the start', async (t) => {
  const directory = temporaryDirectory(t)
  writeFileSync(join(directory, 'own.tmpl'), 'fine\n  {{ .Status | nope }}\n')
  const file = join(directory, 'alertmanager.yml')
  writeFileSync(file, yamlFor('http://127.0.0.1:1/'))
  const exit = await spawnRouter(t, routerFlags(directory, [`--config.file=${file}`])).exit()
  assert.equal(exit.code, 1)
  assert.match(
    exit.stderr,
    /own\.tmpl:2:16 {2}error {2}template: own\.tmpl:2: function "nope" not defined\n.*2 \| {3}\{\{ \.Status/,
  )
  assert.doesNotMatch(exit.stderr, /^ {4}at /m)
})
