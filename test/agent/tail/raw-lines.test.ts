import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentHarness } from '../../support/agent-harness.ts'
import { ContainerFiles } from '../../support/container-files.ts'
import { FakeCollector } from '../../support/fake-collector.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

test('a line of no stream that came between the parts of a record comes once, also after a restart', async (t) => {
  const collector = new FakeCollector()
  const agent = new AgentHarness(temporaryDirectory(t), collector)
  const files = new ContainerFiles(agent.podsDir)
  files.append(
    Buffer.concat([
      files.line('a '),
      files.line('b ', 'stdout', 'P'),
      Buffer.from('no line\n'),
      files.line('c', 'stderr'),
    ]),
  )
  await agent.start()
  await agent.settle()
  await agent.clock.advance(1_500)
  await agent.crash()
  files.append(files.line('d'))
  await agent.start()
  await agent.settle()
  assert.deepEqual(collector.bodies(files.name, undefined), ['no line'])
  assert.deepEqual(collector.bodies(files.name, 'stdout'), ['a ', 'b d'])
  assert.deepEqual([collector.redelivered, collector.conflicts], [0, []])
  await agent.stop()
})
