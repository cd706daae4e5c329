import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '#lib/config/load.ts'
import { parseServiceFlags } from '#lib/process/flags.ts'
import * as configModule from '../../../agent/config.ts'
import { agentService } from '../../../agent/service.ts'
import { decodeLogsRequest } from '../../support/otlp-proto.ts'
import { readFiles } from '../../support/plain-logs.ts'
import { runAskingReadiness } from '../../support/readiness.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

test('--files means these files and no containers', () => {
  const { sources } = parseServiceFlags(['--files', '/logs/*.log', '--files=/more/**'], agentService.flags)
  const { files, logs } = loadConfig(configModule, { ...sources, env: {} })
  assert.deepEqual(
    files.map(({ paths }) => paths),
    [['/logs/*.log', '/more/**']],
  )
  assert.equal(logs.enabled, false)
})

test("a sidecar's records are its pod's; attributes of the configuration win", async (t) => {
  const env = {
    ...{ POD_NAME: 'web-0', POD_NAMESPACE: 'shop', POD_UID: 'uid-0', NODE_NAME: 'node-1', CONTAINER_NAME: 'app' },
    ...{ OTEL_RESOURCE_ATTRIBUTES: 'team=a,service.version=2', OTEL_SERVICE_NAME: 'from-otel' },
  }
  const before = { ...process.env }
  Object.assign(process.env, env)
  t.after(() => {
    for (const name of Object.keys(env)) delete process.env[name]
    Object.assign(process.env, before)
  })
  const source = { service_name: 'shop', attributes: { team: 'b' } }
  const { agent, collector, at, write } = readFiles(t, { source })
  write('app.log', 'a line')
  await agent.start()
  await agent.settle()
  const { attributes } = decodeLogsRequest(collector.lastBody).resourceLogs?.[0]?.resource ?? {}
  assert.deepEqual(
    new Map(attributes?.map(({ key, value }) => [key, value?.stringValue])),
    new Map([
      ['log.file.name', 'app.log'],
      ['log.file.path', at('app.log')],
      ['host.name', hostname()],
      ['k8s.namespace.name', 'shop'],
      ['k8s.pod.name', 'web-0'],
      ['k8s.pod.uid', 'uid-0'],
      ['k8s.container.name', 'app'],
      ['k8s.node.name', 'node-1'],
      ['team', 'b'],
      ['service.version', '2'],
      ['service.name', 'shop'],
    ]),
  )
})

test('an agent without containers is ready once the files are listed, and counts them', async (t) => {
  const directory = temporaryDirectory(t)
  mkdirSync(join(directory, 'logs'))
  writeFileSync(join(directory, 'logs', 'app.log'), 'a line\n')
  const settings = [
    `files=[{paths: ["${directory}/logs/*.log"]}]`,
    ...['logs.enabled=false', 'logs.pods_dir=/there/is/none', 'web.listen_address=127.0.0.1:0'],
    ...[`state_dir=${directory}/state`, 'ship.endpoints=["http://127.0.0.1:1"]', 'shutdown.drain_timeout=100ms'],
  ]
  const { started } = await runAskingReadiness(agentService, settings, async ({ web }) => {
    const metrics = await (await fetch(`${web}/metrics`)).text()
    assert.match(metrics, /^vedette_agent_files_matched 1$/m)
    assert.match(metrics, /^vedette_agent_discovery_errors_total 0$/m)
    assert.ok(metrics.includes(`\nvedette_agent_container_bytes_behind{file="${directory}/logs/app.log"} 7\n`), metrics)
  })
  assert.equal(started, '200 OK\n')
})
