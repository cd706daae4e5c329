import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { temporaryDirectory } from '../../support/temporary.ts'
import { startRouter } from '../support/router-process.ts'
import { AMTOOL, missing } from '../support/upstream.ts'

const run = promisify(execFile)

const YAML = `
global: {smtp_smarthost: 'mail.test:587', smtp_from: router@mail.test, smtp_auth_password: hunter2}
route:
  receiver: all
  group_by: [alertname]
  routes:
    - {receiver: page, matchers: ['severity="page"'], group_wait: 5s, continue: true}
    - {receiver: ops, match_re: {team: "a|b"}, routes: [{receiver: page, match: {wake: "yes"}}]}
receivers:
  - {name: all}
  - name: page
    email_configs: [{to: a@mail.test, headers: {Reply-To: b@mail.test}, auth_username: u, require_tls: false}]
  - name: ops
    email_configs: [{to: 'c@mail.test, d@mail.test', text: plain, html: ''}]
`

test('amtool adds and shows alerts, and reads the configuration in force', missing(AMTOOL, 'amtool'), async (t) => {
  const directory = temporaryDirectory(t)
  const router = await startRouter(t, directory, YAML)
  const online = ['--alertmanager.url', router.url]
  const amtool = async (...args: readonly string[]) => (await run(AMTOOL!, [...args])).stdout

  await amtool(...online, 'alert', 'add', 'Disk', 'team=a', '--annotation=summary=it is full')
  await amtool(...online, 'alert', 'add', 'Other', 'severity=page')
  const shown = JSON.parse(await amtool(...online, 'alert', 'query', '-o', 'json', 'alertname=~D.*')) as {
    annotations: object
    labels: object
    receivers: object
  }[]
  assert.deepEqual(
    shown.map(({ annotations, labels, receivers }) => ({ annotations, labels, receivers })),
    [
      {
        annotations: { summary: 'it is full' },
        labels: { alertname: 'Disk', team: 'a' },
        receivers: [{ name: 'ops' }],
      },
    ],
  )

  const { config } = (await (await router.get('/api/v2/status')).json()) as { config: { original: string } }
  assert.doesNotMatch(config.original, /hunter2/)
  const printed = join(directory, 'printed.yml')
  writeFileSync(printed, config.original)
  assert.match(await amtool('check-config', printed), /SUCCESS.*3 receivers/s)

  for (const [labels, receivers] of [
    [['x=y'], 'all'],
    [['severity=page', 'team=b', 'wake=yes'], 'page,page'],
    [['team=a'], 'ops'],
  ] as const) {
    const verify = ['config', 'routes', 'test', `--verify.receivers=${receivers}`, ...labels]
    await amtool(...online, ...verify)
    await amtool(...verify, `--config.file=${join(directory, 'alertmanager.yml')}`)
  }
})
