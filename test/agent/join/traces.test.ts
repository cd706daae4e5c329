import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { AgentHarness } from '../../support/agent-harness.ts'
import { ContainerFiles } from '../../support/container-files.ts'
import { FakeCollector } from '../../support/fake-collector.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { readTraceCorpus } from '../multiline/trace-corpus.ts'

const corpus = [...readTraceCorpus()]
/** A line that ends whatever is open and is itself no beginning. */
const ORDINARY = '2026-11-21T10:46:00Z ordinary line'

function createAgent(t: Pick<TestContext, 'after'>, settings: readonly string[] = []) {
  const collector = new FakeCollector()
  const agent = new AgentHarness(temporaryDirectory(t), collector, settings)
  return { agent, collector }
}

for (const [name, records] of corpus) {
  test(`traces arrive as one record each, wherever a read ends: ${name}`, async (t) => {
    const { agent, collector } = createAgent(t)
    const files = new ContainerFiles(agent.podsDir)
    await agent.start()
    const lines = records.flatMap((record) => record.lines)
    // Each line comes by itself, so that every one of them is the last for a while.
    for (const line of [...lines, ORDINARY]) {
      files.write([line])
      await agent.clock.advance(250)
    }
    await agent.settle()
    const expected = records.map((record) => record.lines.join('\n'))
    assert.deepEqual(collector.bodies(files.name, 'stdout'), [...expected, ORDINARY])
    await agent.stop()
  })
}

test('the grouping is the same for any pieces in which the lines come, and for streams that interleave', async (t) => {
  const lines = corpus.flatMap(([, records]) => records.flatMap((record) => record.lines))
  const expected = corpus.flatMap(([, records]) => records.map((record) => record.lines.join('\n')))
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 30 }), async (pieces) => {
      const { agent, collector } = createAgent(t, [])
      const files = new ContainerFiles(agent.podsDir)
      const all: Buffer[] = []
      for (const [index, line] of lines.entries()) {
        all.push(files.line(line))
        if (index % 7 === 3) all.push(files.line(`stderr ${index}`, 'stderr'))
      }
      all.push(files.line(ORDINARY))
      await agent.start()
      for (let at = 0, turn = 0; at < all.length; turn++) {
        const count = pieces[turn % pieces.length]!
        files.append(Buffer.concat(all.slice(at, at + count)))
        at += count
        await agent.clock.advance(120)
      }
      await agent.settle()
      assert.deepEqual(collector.bodies(files.name, 'stdout'), [...expected, ORDINARY])
      await agent.stop()
    }),
    { numRuns: 5 },
  )
})

test('a trace that may go on is given up after a while, and is the same record after a crash', async (t) => {
  const { agent, collector } = createAgent(t)
  const files = new ContainerFiles(agent.podsDir)
  files.write(['java.lang.IllegalStateException: closed', '\tat shop.Pool.take(Pool.java:12)'])
  await agent.start()
  await agent.clock.advance(500)
  assert.equal(collector.records.size, 0, 'it is waited for')
  await agent.clock.advance(1_500)
  assert.equal(collector.records.size, 1)
  await agent.crash()
  // What comes now would have gone on with the trace: the boundary was drawn by the clock and must stay.
  files.write(['\tat shop.Pool.main(Pool.java:3)', ORDINARY])
  await agent.start()
  await agent.settle()
  await agent.clock.advance(2_000)
  await agent.settle()
  assert.deepEqual(collector.conflicts, [])
  assert.deepEqual(collector.bodies(files.name, 'stdout'), [
    'java.lang.IllegalStateException: closed\n\tat shop.Pool.take(Pool.java:12)',
    '\tat shop.Pool.main(Pool.java:3)',
    ORDINARY,
  ])
  await agent.stop()
})

test('a record has at most so many lines and bytes; what does not fit begins the next', async (t) => {
  const { agent, collector } = createAgent(t, ['logs.multiline.max_lines=3', 'logs.max_record_bytes=1KiB'])
  const files = new ContainerFiles(agent.podsDir)
  const frame = (index: number) => `\tat shop.Pool.f(Pool.java:${index})`
  const long = `\tat shop.Pool.f(${'x'.repeat(900)}.java:1)`
  files.write(['java.lang.Error: a', frame(1), frame(2), frame(3), frame(4), ORDINARY])
  files.write(['java.lang.Error: b', long, long, ORDINARY])
  await agent.start()
  await agent.settle()
  await agent.clock.advance(2_000)
  assert.deepEqual(
    collector.bodies(files.name, 'stdout').map((body) => body.split('\n').length),
    [3, 2, 1, 2, 1, 1],
  )
  await agent.stop()
})

test('with `off` every line is a record', async (t) => {
  const { agent, collector } = createAgent(t, ['logs.multiline.mode=off'])
  const files = new ContainerFiles(agent.podsDir)
  files.write(['java.lang.Error: a', '\tat shop.Pool.f(Pool.java:1)'])
  await agent.start()
  await agent.settle()
  assert.equal(collector.records.size, 2)
  await agent.stop()
})

test('a trace goes over a rotation and is of its own stream', async (t) => {
  const { agent, collector } = createAgent(t)
  const files = new ContainerFiles(agent.podsDir)
  files.append(
    Buffer.concat([
      files.line('java.lang.Error: a', 'stderr'),
      files.line('out 1'),
      files.line('\tat shop.A.f(A.java:1)', 'stderr'),
    ]),
    '0.log.20261121-104600',
  )
  files.append(
    Buffer.concat([
      files.line('\tat shop.A.g(A.java:2)', 'stderr'),
      files.line('out 2'),
      files.line(ORDINARY, 'stderr'),
    ]),
  )
  await agent.start()
  await agent.settle()
  assert.deepEqual(collector.bodies(files.name, 'stdout'), ['out 1', 'out 2'])
  assert.deepEqual(collector.bodies(files.name, 'stderr'), [
    'java.lang.Error: a\n\tat shop.A.f(A.java:1)\n\tat shop.A.g(A.java:2)',
    ORDINARY,
  ])
  await agent.stop()
})
