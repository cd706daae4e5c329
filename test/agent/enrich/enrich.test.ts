import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { AgentHarness } from '../../support/agent-harness.ts'
import { ContainerFiles } from '../../support/container-files.ts'
import { FakeApiServer } from '../../support/fake-api-server.ts'
import { FakeCollector } from '../../support/fake-collector.ts'
import { FakeKubelet } from '../../support/fake-kubelet.ts'
import { decodeLogsRequest } from '../../support/otlp-proto.ts'
import { podListOf } from '../../support/pod-lists.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { until } from '../../support/until.ts'

async function createAgent(t: TestContext) {
  const kubelet = await FakeKubelet.start(t, { plain: true })
  const collector = new FakeCollector()
  const directory = temporaryDirectory(t)
  const agent = new AgentHarness(directory, collector, [
    'metadata.source=kubelet',
    `metadata.kubelet.url=${kubelet.url}`,
    'metadata.kubelet.token_file=',
    'metadata.kubelet.ca_file=',
    'node_name=from-config',
  ])
  t.after(() => (agent.isRunning ? agent.stop() : undefined))
  return { kubelet, collector, agent, files: new ContainerFiles(agent.podsDir, 'web-0') }
}

/** The resource of the last request. */
function resourceOf({ lastBody }: FakeCollector): ReadonlyMap<string, string | undefined> {
  const [first] = decodeLogsRequest(lastBody).resourceLogs ?? []
  return new Map(first?.resource?.attributes?.map(({ key = '', value }) => [key, value?.stringValue]))
}

test('labels and image of a known pod are with its first record', async (t) => {
  const { kubelet, collector, agent, files } = await createAgent(t)
  kubelet.pods = podListOf({ uid: 'uid-web-0', labels: { app: 'web' } })
  files.write(['a line'])
  await agent.start()
  await agent.settle()
  const resource = resourceOf(collector)
  assert.equal(resource.get('k8s.pod.label.app'), 'web')
  assert.equal(resource.get('container.image.name'), 'app')
  assert.equal(resource.get('k8s.node.name'), 'node-1')
  assert.equal(resource.get('k8s.pod.name'), 'web-0')
})

test('with the API server, a static pod has the UID that the API server gives its mirror', async (t) => {
  const server = await FakeApiServer.start(t, { plain: true })
  const collector = new FakeCollector()
  const agent = new AgentHarness(temporaryDirectory(t), collector, [
    'metadata.source=api',
    `metadata.api.url=${server.url}`,
    'node_name=node-1',
  ])
  t.after(() => (agent.isRunning ? agent.stop() : undefined))
  const annotations = { 'kubernetes.io/config.mirror': 'uid-etcd-0', 'kubernetes.io/config.source': 'file' }
  server.put({ uid: 'api-uid', name: 'etcd-0', labels: { tier: 'control-plane' }, annotations })
  new ContainerFiles(agent.podsDir, 'etcd-0').write(['a line'])
  await agent.start()
  await agent.settle()
  const resource = resourceOf(collector)
  assert.equal(resource.get('k8s.pod.label.tier'), 'control-plane')
  assert.equal(resource.get('k8s.pod.uid'), 'api-uid')
  assert.equal(collector.records.size, 1)
})

test('records of a pod that is not known wait two seconds and then go without labels', async (t) => {
  const { collector, agent, files } = await createAgent(t)
  files.write(['a line'])
  await agent.start()
  await agent.clock.advance(1_500)
  assert.equal(collector.records.size, 0)
  await agent.clock.advance(1_500)
  await agent.settle()
  assert.equal(collector.records.size, 1)
  assert.equal(resourceOf(collector).get('k8s.node.name'), 'from-config')
  assert.equal(resourceOf(collector).has('k8s.pod.label.app'), false)
})

test('a kubelet that is away holds nothing up for longer, and labels come with it', async (t) => {
  const { kubelet, collector, agent, files } = await createAgent(t)
  await kubelet.stop()
  files.write(['first'])
  const starting = agent.start()
  await until('the agent runs', async () => {
    await agent.clock.advance(100)
    return agent.isRunning
  })
  await agent.clock.advance(2_500)
  await starting
  await agent.clock.advance(2_500)
  await agent.settle()
  assert.equal(collector.records.size, 1)
  kubelet.pods = podListOf({ uid: 'uid-web-0', labels: { app: 'web' } })
  await kubelet.listen()
  await until('the kubelet was asked', async () => {
    await agent.clock.advance(5_000)
    return agent.pipeline.pods?.podCount === 1
  })
  files.write(['second'])
  await agent.settle()
  assert.equal(resourceOf(collector).get('k8s.pod.label.app'), 'web')
})
