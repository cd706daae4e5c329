import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import { ContainerFiles } from '../support/container-files.ts'
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
