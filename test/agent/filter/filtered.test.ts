import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { assertAccounted } from '../../support/accounting.ts'
import { AgentHarness } from '../../support/agent-harness.ts'
import { ContainerFiles } from '../../support/container-files.ts'
import { FakeCollector } from '../../support/fake-collector.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

function setUp(t: TestContext, rules: readonly object[], settings: readonly string[] = []) {
  const collector = new FakeCollector()
  const agent = new AgentHarness(temporaryDirectory(t), collector, [`logs.rules=${JSON.stringify(rules)}`, ...settings])
  const files = new ContainerFiles(agent.podsDir)
  return { agent, collector, files, bodies: () => collector.bodies(files.name, 'stdout') }
}

test('records are dropped as they would be shipped: joined, redacted, with their severity', async (t) => {
  const { agent, collector, files, bodies } = setUp(
    t,
    [
      { name: 'vip', matches: '^level=debug .*\\[REDACTED:email\\]', action: 'keep' },
      { name: 'debug', max_severity: 'DEBUG', action: 'drop' },
      { contains: 'GET /healthz', containers: [{ pod: 'web-*' }], action: 'drop' },
      { name: 'frames', contains: 'at shop.Cart', stream: 'stderr', action: 'drop' },
    ],
    ['logs.redact.presets=[email]'],
  )
  const other = new ContainerFiles(agent.podsDir, 'api-0')
  other.write(['GET /healthz 200'])
  files.write([
    'level=debug a',
    'level=debug to john@example.org',
    'GET /healthz 200',
    'b',
    'at shop.Cart',
    'level=warn c',
  ])
  const trace = ['java.lang.Error: x', '\tat shop.Cart.f(Cart.java:1)', '\tat shop.Main.main(Main.java:2)']
  files.append(Buffer.concat(trace.map((text) => files.line(text, 'stderr'))))
  await agent.start()
  t.after(() => agent.stop())
  await agent.settle()
  await agent.clock.advance(6_000)
  await agent.settle()
  assert.deepEqual(bodies(), ['level=debug to [REDACTED:email]', 'b', 'at shop.Cart', 'level=warn c'])
  assert.deepEqual(collector.bodies(files.name, 'stderr'), [])
  assert.deepEqual(collector.bodies(other.name, 'stdout'), ['GET /healthz 200'])
  assert.deepEqual(await agent.counted('records_dropped_total'), { 'rule:debug': 1, 'rule:3': 1, 'rule:frames': 1 })
  assert.doesNotMatch(agent.lines.join('\n'), /level=(?:error|warn)/, 'a drop that was asked for is nothing to act on')
  assert.equal(await assertAccounted(agent), 3)
})

test('the sample is the same when records are read again after a crash, and none is sent twice', async (t) => {
  const { agent, collector, files, bodies } = setUp(
    t,
    [{ name: 'one', contains: 'x', action: 'sample', one_in: 4 }],
    ['ship.batch.max_bytes=2KiB', 'ship.max_in_flight=2'],
  )
  const all = Array.from({ length: 400 }, (_, index) => `x ${index}`)
  files.write(all)
  collector.mode = 'lose'
  await agent.start()
  await agent.clock.advance(2_000)
  const before = bodies()
  assert.ok(before.length > 10 && before.length < 100, `${before.length} were taken`)
  await agent.crash()
  collector.mode = 'accept'
  await agent.start()
  t.after(() => agent.stop())
  await agent.settle()
  const kept = bodies()
  assert.deepEqual(kept.slice(0, before.length), before, 'no other record came in between')
  assert.deepEqual(collector.conflicts, [])
  assert.deepEqual(await agent.counted('records_dropped_total'), { 'rule:one': all.length - kept.length })
  assert.ok(kept.length > 60 && kept.length < 140, `${kept.length} of 400`)
})

test('every record is accounted for at every moment', async (t) => {
  const { agent, collector, files, bodies } = setUp(
    t,
    [
      { name: 'odd', matches: '[13579]$', action: 'drop' },
      { name: 'few', contains: '8', action: 'sample', one_in: 2 },
    ],
    ['ship.batch.max_bytes=2KiB', 'ship.max_in_flight=2'],
  )
  await agent.start()
  t.after(() => agent.stop())
  let written = 0
  for (const mode of ['accept', 'hold', 'refuse', 'accept'] as const) {
    collector.mode = mode
    if (mode !== 'hold') collector.release()
    files.write(Array.from({ length: 150 }, () => `number ${written++}`))
    for (let step = 0; step < 12; step++) {
      await agent.clock.advance(120)
      await assertAccounted(agent)
    }
  }
  await agent.clock.advance(60_000)
  await agent.settle()
  assert.equal(agent.pipeline.intake.openRecords, 0)
  const dropped = await assertAccounted(agent)
  assert.equal(bodies().length + dropped, written)
  assert.ok(dropped > written / 2)
})

test('a file of which nothing is wanted is done with all the same', async (t) => {
  const { agent, collector, files, bodies } = setUp(t, [{ contains: 'noise', action: 'drop' }])
  files.write(['noise 1', 'noise 2'])
  await agent.start()
  await agent.settle()
  await agent.clock.advance(2_000)
  const [log] = agent.pipeline.tailer.logs.values()
  assert.ok(log!.files.every((file) => file.isSettled))
  await agent.stop()
  files.write(['news'])
  await agent.start()
  t.after(() => agent.stop())
  await agent.settle()
  assert.deepEqual(bodies(), ['news'])
  assert.equal(agent.pipeline.intake.stats.records, 1, 'what was dropped is not read again')
  assert.equal(collector.redelivered, 0)
})
