import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { captureServer } from '../../alertmanager/support/capture-server.ts'
import { startRouter } from '../../alertmanager/support/router-process.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { runner } from './run.ts'

const MAIN = join(import.meta.dirname, '../../../cli/main.ts')

async function setUp(t: TestContext, flags: readonly string[] = []) {
  const server = await captureServer(t, ({ path }) => ({ status: path === '/bad' ? 400 : 200 }))
  const directory = temporaryDirectory(t)
  const yaml = `
route: {receiver: good, group_by: [alertname]}
receivers:
  - name: good
    labels: {team: a}
    webhook_configs: [{url: ${server.url}/good}]
  - name: mixed
    webhook_configs: [{url: ${server.url}/good, send_resolved: false}, {url: ${server.url}/bad}]
`
  const router = await startRouter(t, directory, yaml, flags)
  const run = runner(t, process.execPath, [MAIN])
  const vedette = (...args: readonly string[]) => run([...args, '--alertmanager.url', router.url])
  return { server, router, directory, vedette }
}

test('vedette receivers shows receivers and tests them', async (t) => {
  const { server, vedette } = await setUp(t)
  assert.deepEqual(await vedette('receivers'), { stdout: 'good  team="a"\nmixed\n', stderr: '', code: 0 })
  const good = await vedette(
    'receivers',
    'test',
    'good',
    '--resolved',
    '--label=alertname=Disk',
    '--annotation=summary=full',
  )
  assert.deepEqual([good.stderr, good.code], ['', 0])
  assert.match(
    good.stdout,
    /^webhook_configs\[0\] {2}firing {4}ok after \d+ ms\nwebhook_configs\[0\] {2}resolved {2}ok after \d+ ms\n$/,
  )
  assert.match(server.requests[0]?.body ?? '', /"alertname":"Disk".*"summary":"full"/)
  const mixed = await vedette('receivers', 'test', 'mixed', '--resolved')
  assert.equal(mixed.code, 1)
  assert.match(mixed.stdout, /webhook_configs\[0\] +resolved +not sent: send_resolved is false\n/)
  assert.match(mixed.stdout, /webhook_configs\[1\] +firing +FAILED after \d+ ms: webhook_configs\[1\]: answered 400\n/)
  const one = await vedette('receivers', 'test', 'mixed', '--integration=webhook', '--index=0', '-o', 'json')
  assert.deepEqual([one.code, (JSON.parse(one.stdout) as { ok: boolean }).ok], [0, true])
  const refusal = async (...args: readonly string[]) => {
    const { stdout, stderr, code } = await vedette('receivers', 'test', ...args)
    assert.deepEqual([stdout, code], ['', 1], stderr)
    return stderr
  }
  assert.match(await refusal('god'), /there is no receiver \\?"god\\?"; did you mean/)
  assert.match(await refusal(), /error: name a receiver, or a file with one by --definition/)
  assert.match(await refusal('good', '--index=-1'), /is no index/)
  assert.match(await refusal('good', '--label=x'), /bad matcher format: x/)
})

test('vedette receivers test takes a receiver from a file where the router permits it', async (t) => {
  const { server, vedette, directory } = await setUp(t, ['--set=receivers.test_drafts=true'])
  const file = join(directory, 'new.yml')
  writeFileSync(file, `name: new\nwebhook_configs:\n  - url: ${server.url}/new\n`)
  assert.equal((await vedette('receivers', 'test', '--definition', file)).code, 0)
  assert.equal(server.requests[0]?.path, '/new')
  writeFileSync(file, 'name: new\nwebhook_configs:\n  - urll: x\n')
  assert.match((await vedette('receivers', 'test', '--definition', file)).stderr, /did you mean \\"url\\"/)
})

test('vedette template preview renders with the alerts of the router', async (t) => {
  const { router, vedette, directory } = await setUp(t)
  const preview = (...args: readonly string[]) => vedette('template', 'preview', ...args)
  assert.deepEqual(await preview('--template.text={{ .Status }}'), {
    ...{ stdout: 'alertstatus', stderr: 'with an example: there are no alerts\n', code: 0 },
  })
  await router.push([
    { alertname: 'Disk', node: 'a' },
    { alertname: 'Disk', node: 'b' },
  ])
  const file = join(directory, 'mine.tmpl')
  writeFileSync(file, '{{ define "mine" }}{{ len .Alerts }}{{ end }}')
  const text = '--template.text={{ template "mine" . }} {{ .GroupLabels.alertname }}'
  assert.deepEqual(await preview(text, '--definitions', file, '--receiver=good'), {
    ...{ stdout: '2 Disk', stderr: 'with 2 alerts of the group {}:{alertname="Disk"} for good\n', code: 0 },
  })
  assert.equal((await preview(text, '--definitions', file, 'Disk', 'node=a')).stderr, 'with 1 alerts\n')
  writeFileSync(file, '{"status": "made up"}')
  const made = await preview('--template.text=<b>{{ .Status }}</b>', '--template.type=html', '--template.data', file)
  assert.deepEqual([made.stdout, made.stderr], ['<b>made up</b>', 'with the data of the file\n'])
  const wrong = await preview('--template.text={{ .Nope }}')
  assert.deepEqual([wrong.code, wrong.stdout], [1, ''])
  assert.match(wrong.stderr, /can't evaluate field Nope .* \(text, line 1, column 4\)/)
  const json = await preview('--template.text={{ nope }}', '-o', 'json')
  assert.deepEqual([json.code, (JSON.parse(json.stdout) as { ok: boolean }).ok], [1, false])
  const offline = await vedette('template', 'render', '--template.glob=nothing', '--template.text={{ .Receiver }}')
  assert.deepEqual([offline.stdout, offline.code], ['receiver', 0])
})
