import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { AgentHarness } from '../support/agent-harness.ts'
import { FakeCollector } from '../support/fake-collector.ts'
import { FakeKubelet } from '../support/fake-kubelet.ts'
import { assertSameLogs, type NaiveLogs, readNaively } from '../support/naive-cri.ts'
import { RECORDING_MISSING, recordedFile, unpackRecording } from '../support/pod-lists.ts'
import { recordedResources } from '../support/recorded-resources.ts'
import { ShippedLogs } from '../support/shipped-logs.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const options = { skip: RECORDING_MISSING }

async function setUp(t: TestContext, settings: readonly string[]) {
  const kubelet = await FakeKubelet.start(t, { plain: true })
  kubelet.pods = recordedFile('kubelet/pods').toString('utf8')
  const collector = new FakeCollector()
  const shipped = new ShippedLogs(collector)
  const agent = new AgentHarness(temporaryDirectory(t), collector, [
    'metadata.source=kubelet',
    `metadata.kubelet.url=${kubelet.url}`,
    'metadata.kubelet.token_file=',
    'metadata.kubelet.ca_file=',
    'node_name=from-config',
    ...settings,
  ])
  t.after(async () => {
    collector.mode = 'accept'
    collector.release()
    if (agent.isRunning) await agent.stop()
  })
  unpackRecording('var-log-pods', agent.podsDir)
  const expected = readNaively(agent.podsDir)
  assert.ok(expected.size > 20, 'there is something to compare')
  return { agent, collector, shipped, expected }
}

/** Has everything delivered, and last words without a newline and traces at the end given up. */
async function finish(agent: AgentHarness): Promise<void> {
  await agent.settle()
  await agent.clock.advance(7_000)
  await agent.settle()
}

/** Bodies as single lines: what traces are made of. */
function linesOf(logs: NaiveLogs): ReadonlyMap<string, readonly string[]> {
  const bodies = [...logs].map(([key, records]) => [key, records.flatMap(({ body }) => body.split('\n'))] as const)
  return new Map(bodies.sort(([a], [b]) => (a < b ? -1 : 1)))
}

test(
  "a real node's log files, plain and compressed, arrive record by record, with time, stream, run and labels",
  options,
  async (t) => {
    const { agent, collector, shipped, expected } = await setUp(t, ['logs.multiline.mode=off'])
    await agent.start()
    await finish(agent)
    assertSameLogs(shipped.logs(), expected)
    assert.deepEqual([collector.conflicts, collector.redelivered], [[], 0])
    const instances = new Set([...expected.keys()].map((key) => key.slice(0, key.lastIndexOf('/'))))
    const resources = recordedResources(recordedFile('kubelet/pods').toString('utf8'), 'from-config')
    const found = shipped.resources()
    assert.equal(found.size, instances.size)
    for (const instance of instances) assert.deepEqual([...found.get(instance)!], [resources.get(instance)], instance)
  },
)

test('with traces joined the lines are the same, and each recorded Java trace is one record', options, async (t) => {
  const { agent, shipped, expected } = await setUp(t, [])
  await agent.start()
  await finish(agent)
  assert.deepEqual(linesOf(shipped.logs()), linesOf(expected))
  const [key, records] = [...shipped.logs()].find(([, all]) => all.some(({ body }) => body.includes('Suppressed: ')))!
  const traces = linesOf(expected)
    .get(key)!
    .join('\n')
    .match(/^java\.lang\.\S+: .*(?:\n(?:\t|Caused by: ).*)+/gm)!
  const joined = records.filter(({ body }) => body.includes('\n'))
  assert.ok(traces.length > 50)
  for (const trace of traces) assert.equal(trace.split('\n').length, 9)
  assert.deepEqual(
    joined.map(({ body }) => body.slice(body.indexOf('java.lang.'))),
    traces,
  )
})

for (const mode of ['off', 'auto'] as const) {
  test(`crashes in the middle of a real node's logs lose and double nothing: ${mode}`, options, async (t) => {
    const settings = [`logs.multiline.mode=${mode}`, 'ship.batch.max_bytes=64KiB', 'ship.max_in_flight=3']
    const { agent, collector, shipped, expected } = await setUp(t, settings)
    const total = [...expected.values()].reduce((sum, records) => sum + records.length, 0)
    for (const share of [0.02, 0.1, 0.3, 0.5, 0.8]) {
      await agent.start()
      // Answered one by one, the latest first, so that acknowledgements come out of order.
      collector.mode = 'hold'
      while (collector.records.size < share * total) {
        collector.release(1)
        await agent.clock.advance(50)
      }
      // Some were taken but the answer was lost.
      collector.mode = 'lose'
      collector.release()
      await agent.clock.advance(20)
      await agent.crash()
    }
    collector.mode = 'accept'
    await agent.start()
    await finish(agent)
    if (mode === 'off') assertSameLogs(shipped.logs(), expected)
    else assert.deepEqual(linesOf(shipped.logs()), linesOf(expected))
    assert.deepEqual(collector.conflicts, [])
    assert.ok(collector.redelivered > 0, 'something was under way at the crashes')
  })
}
