import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { loadConfig } from '#lib/config/load.ts'
import * as configModule from '../../../agent/config.ts'
import { createSelection } from '../../../agent/pipeline.ts'
import { AgentHarness } from '../../support/agent-harness.ts'
import { ContainerFiles } from '../../support/container-files.ts'
import { FakeCollector } from '../../support/fake-collector.ts'
import { FakePodSource } from '../../support/fake-pod-source.ts'
import { podListOf } from '../../support/pod-lists.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

/** An agent on a node with the pods `web-0` and `api-0`, each with a line. */
function setUp(t: TestContext, settings: readonly string[]) {
  const collector = new FakeCollector()
  const agent = new AgentHarness(temporaryDirectory(t), collector, settings)
  t.after(() => (agent.isRunning ? agent.stop() : undefined))
  const source = new FakePodSource(agent.clock)
  agent.podSource = source
  const files = { web: new ContainerFiles(agent.podsDir, 'web-0'), api: new ContainerFiles(agent.podsDir, 'api-0') }
  const label = (web: Record<string, string>, api: Record<string, string>) => {
    source.pods = podListOf({ uid: 'uid-web-0', labels: web }, { uid: 'uid-api-0', labels: api })
  }
  files.web.write(['web 1'])
  files.api.write(['api 1'])
  const bodies = () => [...collector.records.values()].map(({ body }) => body).sort((a, b) => (a < b ? -1 : 1))
  const openFiles = () => [...agent.pipeline.tailer.logs.values()].flatMap((log) => log.files).length
  return { agent, collector, source, files, label, bodies, openFiles }
}

test('only pods with a label are read, and no file of the others is open', async (t) => {
  const { agent, label, bodies, openFiles } = setUp(t, ['logs.include=[{"labels":{"app":"w*"}}]'])
  label({ app: 'web' }, { app: 'api' })
  await agent.start()
  await agent.settle()
  assert.deepEqual([bodies(), openFiles()], [['web 1'], 1])
})

test('a container is not read before its labels are known', async (t) => {
  const { agent, source, label, bodies, openFiles } = setUp(t, ['logs.exclude=[{"labels":{"app":"api"}}]'])
  await agent.start()
  await agent.clock.advance(500)
  assert.deepEqual(bodies(), [])
  label({ app: 'web' }, { app: 'api' })
  await agent.clock.advance(1_400)
  await agent.settle()
  assert.deepEqual(bodies(), ['web 1'])
  await agent.clock.advance(10_000)
  assert.deepEqual([bodies(), openFiles(), source.askedAtMs.length > 1], [['web 1'], 1, true])
})

test('labels that do not come are waited for 2 s; a container is read without them, and let go once they say so', async (t) => {
  const { agent, source, files, label, bodies, openFiles } = setUp(t, ['logs.exclude=[{"labels":{"app":"api"}}]'])
  source.mode = 'fail'
  await agent.start()
  await agent.clock.advance(4_000)
  await agent.settle()
  assert.deepEqual(bodies(), ['api 1', 'web 1'])
  label({}, { app: 'api' })
  source.mode = 'answer'
  await agent.clock.advance(60_000)
  files.web.write(['web 2'])
  files.api.write(['api 2'])
  await agent.clock.advance(10_000)
  await agent.settle()
  assert.deepEqual([bodies(), openFiles()], [['api 1', 'web 1', 'web 2'], 1])
  label({}, { app: 'not api' })
  await agent.clock.advance(60_000)
  await agent.settle()
  assert.deepEqual(bodies(), ['api 1', 'api 2', 'web 1', 'web 2'], 'from where it was let go')
})

test('other labels are asked for while it runs', async (t) => {
  const { agent, files, label, bodies } = setUp(t, ['logs.include=[{"labels":{"app":"web"}}]'])
  label({ app: 'web' }, { app: 'api' })
  await agent.start()
  await agent.settle()
  const { discovery, tailer } = agent.pipeline
  const overrides = ['logs.include=[{"labels":{"app":"api"}}]']
  discovery.select(createSelection(loadConfig(configModule, { overrides, env: {} })))
  tailer.handleAllAgain()
  await agent.clock.advance(1_000)
  files.web.write(['web 2'])
  files.api.write(['api 2'])
  await agent.clock.advance(10_000)
  await agent.settle()
  assert.deepEqual(bodies(), ['api 1', 'api 2', 'web 1'])
})
