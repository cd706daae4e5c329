import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { printDiagnostics } from '#lib/config/diagnostic.ts'
import type { Environment } from '#lib/config/expand.ts'
import { readAlertmanagerConfig } from '../../../alertmanager/config/alertmanager-yml.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const read = (yaml: string, expandFrom?: Environment) =>
  readAlertmanagerConfig(yaml, 'env.yml', expandFrom === undefined ? {} : { expandFrom })

const YAML = `
global:
  smtp_smarthost: \${HOST}:587
  smtp_from: a@example.com
route:
  receiver: \${TEAM}
  group_wait: \${WAIT}
  routes:
    - match:
        code: \${CODE}
receivers:
  - name: '007'
    email_configs:
      - to: '\${TEAM}@example.com'
        auth_password: \${PASSWORD}
        require_tls: \${TLS}
    webhook_configs:
      - url: https://example.com/\${PASSWORD}
        max_alerts: \${MOST}
`
const ENV = { HOST: 'mail', TEAM: '007', WAIT: '10s', CODE: '0500', PASSWORD: 'hunter2', TLS: 'no', MOST: '5' }

test('references are replaced where that is asked for, and typed as if they had been written there', () => {
  const result = read(YAML, ENV)
  assert.ok(result.ok, result.ok ? '' : printDiagnostics(result.diagnostics))
  const { route, original } = result.config
  assert.deepEqual([route.receiver, route.groupWaitMs], ['007', 10_000])
  assert.deepEqual(route.routes[0]!.matchers.map(String), ['code="0500"'])
  assert.match(original, /smtp_smarthost: mail:587/)
  assert.match(original, /auth_password: <secret>/)
  assert.match(original, /max_alerts: 5/)
  assert.doesNotMatch(original, /hunter2|\$\{/)
})

test('without that they stand for themselves, as upstream has it', () => {
  const result = read(`route: {receiver: '\${A}'}\nreceivers: [{name: '\${A}'}]\n`)
  assert.ok(result.ok)
  assert.equal(result.config.route.receiver, `\${A}`)
})

test('a file gives its content without the last newline; two dollars give a literal', (t) => {
  const file = join(temporaryDirectory(t), 'name')
  writeFileSync(file, 'team\n')
  const result = read(`route: {receiver: '\${file:${file}}', labels: {a: '$\${B}'}}\nreceivers: [{name: team}]\n`, {})
  assert.ok(result.ok)
  assert.equal(result.config.route.receiver, 'team')
  assert.deepEqual(result.config.route.labels, { a: `\${B}` })
})

test('what cannot be replaced is an error at its place, and no secret is in it', () => {
  const yaml = `route: {receiver: '\${NOBODY}'}
receivers:
  - name: a
    webhook_configs: [{url: '\${file:/nowhere/at/all}'}, {url: '\${1}'}, {url: 'ftp://\${PASSWORD}', max: 1}]
`
  const result = read(yaml, ENV)
  assert.ok(!result.ok)
  const places = result.diagnostics.map(({ line, column, message }) => `${line}:${column} ${message}`)
  assert.match(places.join('\n'), /^1:19 environment variable NOBODY is not set$/m)
  assert.match(places.join('\n'), /^4:29 cannot read \$\{file:\/nowhere\/at\/all\}: ENOENT/m)
  assert.match(places.join('\n'), /^4:63 \$\{1\} is neither/m)
  assert.doesNotMatch(printDiagnostics(result.diagnostics), /hunter2/)
})
