import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { type TestContext, test } from 'node:test'
import { countLimiting } from '../../../agent/filter/rate-limiter.ts'
import { PodCache } from '../../../agent/metadata/pod-cache.ts'
import { assertAccounted } from '../../support/accounting.ts'
import { AgentHarness } from '../../support/agent-harness.ts'
import { ContainerFiles } from '../../support/container-files.ts'
import { FakeCollector } from '../../support/fake-collector.ts'
import { FakePodSource } from '../../support/fake-pod-source.ts'
import { podListOf } from '../../support/pod-lists.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

function setUp(t: TestContext, limit: object, settings: readonly string[] = []) {
  const collector = new FakeCollector()
  const agent = new AgentHarness(temporaryDirectory(t), collector, [
    `logs.rate_limit=${JSON.stringify({ burst: '1s', ...limit })}`,
    ...settings,
  ])
  const files = new ContainerFiles(agent.podsDir)
  const bodiesOf = ({ name }: ContainerFiles) => collector.bodies(name, 'stdout')
  t.after(() => (agent.isRunning ? agent.stop() : undefined))
  return { agent, collector, files, bodiesOf }
}

const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, index) => `number ${from + index}`)

test('beyond the limit records are dropped, counted, and not told of as an error', async (t) => {
  const { agent, files, bodiesOf } = setUp(t, { records_per_second: 20, policy: 'drop' })
  await agent.start()
  files.write(numbered(100))
  await agent.settle()
  assert.deepEqual(bodiesOf(files), numbered(20), 'the burst')
  assert.equal(countLimiting(agent.pipeline.tailer.logs.values(), agent.clock.monotonicMs()), 1)
  await agent.clock.advance(40_000)
  assert.equal(countLimiting(agent.pipeline.tailer.logs.values(), agent.clock.monotonicMs()), 0)
  files.write(numbered(100, 100))
  await agent.settle()
  assert.deepEqual(bodiesOf(files).slice(20), numbered(20, 100))
  assert.deepEqual(await agent.counted('records_dropped_total'), { rate_limit: 160 })
  assert.equal(await assertAccounted(agent), 160)
  assert.doesNotMatch(agent.lines.join('\n'), /level=(?:error|warn)/)
})

test('what rules drop is no part of what is limited', async (t) => {
  const rules = 'logs.rules=[{name: odd, matches: "[13579]$", action: drop}]'
  const { agent, files, bodiesOf } = setUp(t, { records_per_second: 20, policy: 'drop' }, [rules])
  files.write(numbered(40))
  await agent.start()
  await agent.settle()
  assert.equal(bodiesOf(files).length, 20)
  assert.deepEqual(await agent.counted('records_dropped_total'), { 'rule:odd': 20 })
})

test('of a sample beyond the limit the same records are kept when they are read again', async (t) => {
  const limit = { bytes_per_second: 1, burst: '0s', policy: 'sample', one_in: 5 }
  const { agent, collector, files, bodiesOf } = setUp(t, limit, ['ship.batch.max_bytes=1KiB'])
  files.write(numbered(500))
  collector.mode = 'lose'
  await agent.start()
  await agent.clock.advance(2_000)
  const before = bodiesOf(files)
  assert.ok(before.length > 5)
  await agent.crash()
  collector.mode = 'accept'
  await agent.start()
  await agent.settle()
  const kept = bodiesOf(files)
  assert.deepEqual(kept.slice(0, before.length), before)
  assert.deepEqual(collector.conflicts, [])
  assert.ok(kept.length > 60 && kept.length < 140, `${kept.length} of 500`)
  assert.deepEqual(await agent.counted('records_dropped_total'), { rate_limit: 500 - kept.length })
  await assertAccounted(agent)
})

test('a container that is delayed keeps to its rate, loses nothing, and holds up no other', async (t) => {
  const { agent, files, bodiesOf } = setUp(t, {
    overrides: [{ containers: [{ pod: 'web-0' }], records_per_second: 50, policy: 'delay' }],
  })
  const other = new ContainerFiles(agent.podsDir, 'api-0')
  files.write(numbered(400))
  await agent.start()
  let written = 0
  for (let second = 0; second < 4; second++) {
    other.write(numbered(500, written))
    written += 500
    await agent.clock.advance(2_000)
    assert.equal(bodiesOf(other).length, written, 'all of the other one')
    const shipped = bodiesOf(files).length
    const allowed = 50 * (1 + agent.clock.monotonicMs() / 1_000)
    assert.ok(shipped <= allowed && shipped >= allowed - 200, `${shipped} of ${allowed}`)
    assert.equal(countLimiting(agent.pipeline.tailer.logs.values(), agent.clock.monotonicMs()), 1)
    await assertAccounted(agent)
  }
  await agent.settle()
  assert.deepEqual(bodiesOf(files), numbered(400))
  assert.deepEqual(await agent.counted('records_dropped_total'), {})
  await agent.clock.advance(40_000)
  assert.equal(countLimiting(agent.pipeline.tailer.logs.values(), agent.clock.monotonicMs()), 0)
})

test('whoever is delayed goes on where it was after a crash', async (t) => {
  const { agent, collector, files, bodiesOf } = setUp(t, { bytes_per_second: 300, policy: 'delay' })
  files.write([...numbered(100), 'java.lang.Error: x', '\tat shop.Cart.f(Cart.java:1)', 'x'.repeat(2_000), 'end'])
  await agent.start()
  await agent.clock.advance(1_500)
  const before = bodiesOf(files).length
  assert.ok(before > 20 && before < 100, `${before} of 100`)
  await agent.crash()
  await agent.start()
  await agent.settle()
  await agent.clock.advance(8_000)
  await agent.settle()
  const trace = 'java.lang.Error: x\n\tat shop.Cart.f(Cart.java:1)'
  assert.deepEqual(bodiesOf(files), [...numbered(100), trace, 'x'.repeat(2_000), 'end'])
  assert.deepEqual(collector.conflicts, [])
})

for (const [how, remove] of [
  ['its pod is deleted', (files: ContainerFiles) => rmSync(dirname(files.directory), { recursive: true })],
  ['its files are deleted', (files: ContainerFiles) => rmSync(files.path('0.log'))],
] as const) {
  test(`nothing of a container that is delayed is lost when ${how}`, async (t) => {
    const { agent, files, bodiesOf } = setUp(t, { records_per_second: 1, policy: 'delay' })
    files.write(numbered(1_000))
    await agent.start()
    await agent.clock.advance(3_000)
    assert.ok(bodiesOf(files).length < 10)
    remove(files)
    await agent.settle()
    assert.deepEqual(bodiesOf(files), numbered(1_000))
    await assertAccounted(agent)
  })
}

for (const spool of ['auto', 'off']) {
  test(`nor is it when the agent stops just then, with logs.spool.mode=${spool}`, async (t) => {
    const limit = { records_per_second: 1, policy: 'delay' }
    const { agent, files, bodiesOf } = setUp(t, limit, [`logs.spool.mode=${spool}`])
    files.write(numbered(1_000))
    await agent.start()
    await agent.clock.advance(3_000)
    rmSync(files.path('0.log'))
    await agent.stop()
    await agent.start()
    await agent.settle()
    assert.deepEqual(bodiesOf(files), numbered(1_000))
  })
}

test('the limit that a pod asks for goes before, from when it asks', async (t) => {
  const { agent, files, bodiesOf } = setUp(t, { records_per_second: 100, policy: 'drop' })
  const pods = new FakePodSource(agent.clock)
  agent.podSource = pods
  const annotate = (value: string) => {
    pods.pods = podListOf({ uid: 'uid-web-0', annotations: { 'vedette.dev/rate-limit': value }, containers: ['app'] })
  }
  annotate('5/s')
  await agent.start()
  files.write(numbered(50))
  await agent.settle()
  assert.deepEqual(bodiesOf(files), numbered(5), "with the configuration's policy")
  annotate('1000/s')
  const refreshed = agent.pipeline.pods
  assert.ok(refreshed instanceof PodCache)
  void refreshed.refresh()
  await agent.clock.advance(1_500)
  files.write(numbered(500, 50))
  await agent.settle()
  assert.equal(bodiesOf(files).length, 505)
  assert.deepEqual(await agent.counted('records_dropped_total'), { rate_limit: 45 })
})
