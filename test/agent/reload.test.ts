import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import { loadConfig } from '#lib/config/load.ts'
import { createLogger } from '#lib/log.ts'
import * as configModule from '../../agent/config.ts'
import { createReloadable } from '../../agent/reload.ts'
import { AgentHarness } from '../support/agent-harness.ts'
import { ContainerFiles } from '../support/container-files.ts'
import { FakeCollector } from '../support/fake-collector.ts'
import { HttpPeer } from '../support/http-peer.ts'
import { ServiceProcess } from '../support/service-process.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'

test('SIGHUP puts a new configuration in force, whole or not at all, under readers that go on', async (t) => {
  const directory = temporaryDirectory(t)
  const peer = await HttpPeer.start(t)
  const podsDir = join(directory, 'pods')
  const wanted = new ContainerFiles(podsDir, 'web-0', 'app')
  const other = new ContainerFiles(podsDir, 'web-0', 'proxy')
  wanted.write(['app 1'])
  other.write(['proxy 1'])
  const file = join(directory, 'agent.yaml')
  const configure = (logs: string, extra = '') =>
    writeFileSync(
      file,
      `logs: {pods_dir: ${podsDir}, ${logs}}
state_dir: ${join(directory, 'state')}
ship: {endpoints: ['${peer.url}']}
web: {listen_address: '127.0.0.1:0'}
${extra}`,
    )
  const received = () => Buffer.concat(peer.requests.map(({ body }) => zstdDecompressSync(body))).toString('latin1')
  const arrives = (body: string) =>
    until(`${body} arrives`, async () => received().includes(body), { timeoutMs: 20_000 })

  configure('exclude: [{container: proxy}]')
  const agent = new ServiceProcess(t, 'agent', ['--config.file', file])
  await agent.until(/msg=ready/)
  await arrives('app 1')
  const reload = (said: RegExp) => {
    agent.child.kill('SIGHUP')
    return agent.until(said)
  }

  // What only the agent's descriptor holds by now survives the change.
  configure('exclude: []')
  rmSync(wanted.directory, { recursive: true })
  await reload(/msg="configuration reloaded" reason=SIGHUP changed=.*logs\.exclude/)
  await arrives('proxy 1')
  assert.equal(received().split('app 1').length, 2, 'what was read before is not read again')

  configure('exclude: [{container: nothing}]', 'node_name: {}')
  await reload(/level=error .*agent\.yaml:5:12.*node_name/)
  configure('exclude: [{container: nothing}]', 'node_name: elsewhere')
  await reload(/level=error .*cannot change while the service runs: node_name/)
  other.write(['proxy 2'])
  await arrives('proxy 2')
  agent.child.kill('SIGTERM')
  assert.equal(await agent.exited, 0)
})

test('redaction, joining, parsing and labels change from the next lines on, and what was read is not read again', async (t) => {
  const collector = new FakeCollector()
  const agent = new AgentHarness(temporaryDirectory(t), collector)
  const files = new ContainerFiles(agent.podsDir)
  files.write(['mail a@b.example', 'level=warn msg=x'])
  await agent.start()
  await agent.settle()
  const logger = createLogger({ service: 'agent', level: 'error', format: 'logfmt' })
  const { keys, prepare } = createReloadable(agent.pipeline, logger)
  const changed = ['logs.redact.presets', 'logs.multiline.patterns', 'logs.parse', 'metadata.labels', 'log.level']
  for (const key of changed)
    assert.ok(
      keys.some((prefix) => key.startsWith(prefix)),
      key,
    )
  const overrides = [
    ...['logs.redact.presets=[email]', 'logs.parse=off', 'log.level=debug'],
    'logs.multiline.patterns=[{name: indented, continue: "^  ", containers: [{}]}]',
  ]
  const commit = prepare(loadConfig(configModule, { overrides, env: {} }), changed)
  files.write(['mail a@b.example, still'])
  await agent.settle()
  commit()
  assert.equal(logger.level, 'debug')
  files.write(['mail a@b.example', '  and more', 'level=warn msg=x'])
  await agent.clock.advance(3_000)
  await agent.settle()
  await agent.clock.advance(3_000)
  await agent.settle()
  const records = [...collector.records.values()].sort((a, b) => (a.uid < b.uid ? -1 : 1))
  assert.deepEqual(
    records.map(({ body, severity }) => [body, severity]),
    [
      ['mail a@b.example', 0],
      ['level=warn msg=x', 13],
      ['mail a@b.example, still', 0],
      ['mail [REDACTED:email]\n  and more', 0],
      ['level=warn msg=x', 0],
    ],
  )
  assert.equal(collector.redelivered, 0)
  await agent.stop()
})
