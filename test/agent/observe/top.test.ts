import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { test } from 'node:test'
import { AgentHarness } from '../../support/agent-harness.ts'
import { ContainerFiles } from '../../support/container-files.ts'
import { FakeCollector } from '../../support/fake-collector.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { topOf } from './top-of.ts'

test('a report has what each stage took, gave and holds, and the containers that do something first', async (t) => {
  const collector = new FakeCollector()
  const agent = new AgentHarness(temporaryDirectory(t), collector)
  const [quiet, web] = ['quiet', 'web-0'].map((pod) => new ContainerFiles(agent.podsDir, pod))
  quiet!.write(['long ago'])
  await agent.start()
  t.after(() => agent.stop())
  const top = topOf(agent)
  const report = (limit?: string) => top.report(new URLSearchParams(limit === undefined ? {} : { limit }))
  await agent.settle()
  web!.write(['one', 'two'])
  await agent.settle()
  const [quietBytes, webBytes] = [quiet, web].map((files) => statSync(files!.path()).size) as [number, number]
  const first = await report()
  assert.deepEqual(first.stages, [
    { stage: 'read', unit: 'bytes', in: quietBytes + webBytes, out: quietBytes + webBytes, dropped: 0, waiting: 0 },
    { stage: 'process', unit: 'records', in: 3, out: 3, dropped: 0, waiting: 0 },
    { stage: 'ship', unit: 'records', in: 3, out: 3, dropped: 0, waiting: 0 },
  ])
  assert.deepEqual(
    first.containers.map(({ pod, read_bytes: bytes }) => [pod, bytes]),
    [
      ['web-0', webBytes],
      ['quiet', quietBytes],
    ],
  )
  assert.deepEqual([first.version, first.node, first.not_ready, first.requests_in_flight], ['1.2.3', 'node-1', [], 0])

  collector.mode = 'hold'
  quiet!.write(['again'])
  await agent.clock.advance(5_000)
  const second = await report('1')
  assert.deepEqual(second.stages.at(-1), { stage: 'ship', unit: 'records', in: 4, out: 3, dropped: 0, waiting: 1 })
  assert.deepEqual([second.requests_in_flight, second.container_count, second.containers.length], [1, 2, 1])
  assert.deepEqual([second.containers[0]!.pod, second.containers[0]!.bytes_behind], ['quiet', second.bytes_behind])
  assert.ok(second.uptime_seconds - first.uptime_seconds >= 5)
  collector.mode = 'accept'
  collector.release()

  for (const [name, value] of [
    ['limit', '-1'],
    ['limit', '10001'],
    ['limt', '1'],
  ] as const) {
    await assert.rejects(top.report(new URLSearchParams({ [name]: value })), { code: 'PARAMETER_INVALID' })
  }
})
