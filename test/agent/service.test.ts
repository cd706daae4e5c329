import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { agentService } from '../../agent/service.ts'
import { ContainerFiles } from '../support/container-files.ts'
import { runAskingReadiness } from '../support/readiness.ts'
import { temporaryDirectory } from '../support/temporary.ts'

test('the agent is ready once its checkpoints are open and all pods are listed, until it stops', async (t) => {
  const directory = temporaryDirectory(t)
  const podsDir = join(directory, 'pods')
  mkdirSync(podsDir)
  new ContainerFiles(podsDir).write(['a line'])
  const settings = [
    `logs.pods_dir=${podsDir}`,
    `state_dir=${join(directory, 'state')}`,
    'web.listen_address=127.0.0.1:0',
    'ship.endpoints=["http://127.0.0.1:1"]',
    'gather.enabled=false',
    'shutdown.drain_timeout=100ms',
  ]
  const { starting, started, stopping } = await runAskingReadiness(agentService, settings, async ({ web }) => {
    const metrics = await (await fetch(`${web}/metrics`)).text()
    assert.match(metrics, /^vedette_agent_containers 1$/m)
    const labels = '{namespace="shop",pod="web-0",container="app"}'
    // Nobody takes it, so the line is behind: 47 bytes, and as old as its time says.
    assert.ok(metrics.includes(`\nvedette_agent_container_bytes_behind${labels} 47\n`), metrics)
    assert.ok(metrics.includes(`\nvedette_agent_container_seconds_behind${labels} `))
    assert.match(metrics, /^vedette_agent_bytes_behind 47$/m)
  })
  assert.equal(
    starting.get('checkpoints'),
    '503 not ready: checkpoints not started, shipper not started, tailer not started, discovery not started\n',
  )
  assert.equal(starting.get('discovery'), '503 not ready: discovery not started\n')
  assert.equal(started, '200 OK\n')
  for (const part of ['discovery', 'tailer', 'shipper', 'checkpoints']) {
    assert.equal(stopping.get(part), '503 not ready: stopping\n', part)
  }
})
