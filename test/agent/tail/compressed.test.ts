import assert from 'node:assert/strict'
import { readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { Checkpoints } from '../../../agent/tail/checkpoints.ts'
import { AgentHarness } from '../../support/agent-harness.ts'
import { ContainerFiles } from '../../support/container-files.ts'
import { FakeCollector } from '../../support/fake-collector.ts'
import { SimulatedNode } from '../../support/simulated-node.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const OLD = '0.log.20261121-104600'
const OLDER = '0.log.20261121-104500'

function setUp(t: TestContext, settings: readonly string[] = []) {
  const collector = new FakeCollector()
  const agent = new AgentHarness(temporaryDirectory(t), collector, settings)
  t.after(async () => {
    collector.mode = 'accept'
    collector.release()
    if (agent.isRunning) await agent.stop()
  })
  const files = new ContainerFiles(agent.podsDir)
  return { agent, collector, files, read: () => collector.bodies(files.name, 'stdout') }
}
const numbered = (count: number, text: string) => Array.from({ length: count }, (_, index) => `${text} ${index}`)
const linesOf = (files: ContainerFiles, bodies: readonly string[]) =>
  Buffer.concat(bodies.map((body) => files.line(body)))
const timesSaid = (agent: AgentHarness, text: string) => agent.lines.filter((line) => line.includes(text)).length
const READ = 'reading a compressed log file'
const DAMAGED = 'a compressed log file is damaged'

/** Lets files be closed and what was acknowledged be written down. */
const rest = async (agent: AgentHarness) => {
  await agent.settle()
  await agent.clock.advance(30_000)
}

test('at first sight everything there is is read, compressed files first, in the order of their records', async (t) => {
  const { agent, files, read } = setUp(t)
  files.write(numbered(3, 'oldest'), OLDER)
  files.write(numbered(2_000, 'older'), OLD)
  for (const name of [OLDER, OLD]) files.compress(name)
  files.write(numbered(5, 'rotated'), '0.log.20261121-104700')
  files.write(numbered(5, 'live'))
  writeFileSync(files.path(`${OLD}.tmp`), gzipSync(files.line('half compressed')))
  await agent.start()
  await rest(agent)
  const expected = [...numbered(3, 'oldest'), ...numbered(2_000, 'older'), ...numbered(5, 'rotated')]
  assert.deepEqual(read(), [...expected, ...numbered(5, 'live')])
  assert.equal(timesSaid(agent, READ), 1, 'said once, however many there are')
  assert.equal(agent.pipeline.tailer.logs.get('uid-web-0/app/0')!.files.length, 1, 'and closed')
})

test('what was read plain is not read again compressed: while it runs, after a stop, after a crash', async (t) => {
  const { agent, collector, files } = setUp(t)
  files.write(numbered(100, 'old'), OLD)
  files.write(numbered(10, 'live'))
  await agent.start()
  await rest(agent)
  files.compress(OLD)
  await rest(agent)
  await agent.stop()
  await agent.start()
  await rest(agent)
  await agent.crash()
  await agent.start()
  await rest(agent)
  assert.deepEqual([timesSaid(agent, READ), collector.redelivered], [0, 0])
})

test('a file that was compressed while the agent was away is read from where it stopped', async (t) => {
  const { agent, collector, files, read } = setUp(t)
  files.write(numbered(5_000, 'before'))
  await agent.start()
  await rest(agent)
  await agent.crash()
  files.write(numbered(3_000, 'after'))
  writeFileSync(files.path(OLD), readFileSync(files.path()))
  files.compress(OLD)
  rmSync(files.path())
  files.write(['live'])
  await agent.start()
  await rest(agent)
  assert.deepEqual(read(), [...numbered(5_000, 'before'), ...numbered(3_000, 'after'), 'live'])
  assert.deepEqual([timesSaid(agent, READ), collector.redelivered], [1, 0])
})

test('a compressed file is given up for nothing: a slow collector, a crash in its middle, its deletion', async (t) => {
  const { agent, collector, files, read } = setUp(t, ['ship.batch.max_bytes=16KiB', 'ship.max_in_flight=2'])
  const bodies = numbered(20_000, `filled ${'x'.repeat(100)}`)
  writeFileSync(files.path(`${OLD}.gz`), gzipSync(linesOf(files, bodies)))
  collector.mode = 'hold'
  await agent.start()
  for (const share of [0.2, 0.5]) {
    while (collector.records.size < share * bodies.length) {
      collector.release()
      await agent.clock.advance(50)
    }
    await agent.clock.advance(1_500)
    await agent.crash()
    collector.mode = 'hold'
    await agent.start()
    await agent.clock.advance(500)
  }
  unlinkSync(files.path(`${OLD}.gz`))
  collector.mode = 'accept'
  collector.release()
  await rest(agent)
  assert.deepEqual(read(), bodies)
  assert.ok(collector.redelivered < 0.1 * bodies.length, 'it was not read from the begin each time')
  assert.deepEqual(collector.conflicts, [])
})

test('a line over a border between decompressed pieces, a very long one, and a last one without newline', async (t) => {
  const { agent, files, read } = setUp(t, ['logs.max_record_bytes=64KiB'])
  const bodies = [...numbered(9_000, 'line'), 'z'.repeat(1_000_000), ...numbered(10, 'next')]
  writeFileSync(
    files.path(`${OLD}.gz`),
    gzipSync(Buffer.concat([linesOf(files, bodies), files.line('torn').subarray(0, -1)])),
  )
  await agent.start()
  await rest(agent)
  assert.deepEqual(read(), [...numbered(9_000, 'line'), 'z'.repeat(65_536), ...numbered(10, 'next'), 'torn'])
})

test('a damaged compressed file gives what can be decompressed, is said once and not tried again', async (t) => {
  const { agent, collector, files, read } = setUp(t)
  const bodies = Array.from({ length: 5_000 }, (_, index) => `${index} ${Math.sin(index)}`)
  const whole = gzipSync(linesOf(files, bodies))
  writeFileSync(files.path(`${OLD}.gz`), whole.subarray(0, whole.length / 2))
  await agent.start()
  await rest(agent)
  await rest(agent)
  const found = read()
  assert.ok(found.length > 1_000)
  assert.deepEqual(found.slice(0, -1), bodies.slice(0, found.length - 1))
  assert.ok(bodies[found.length - 1]!.startsWith(found.at(-1)!), 'the last line is torn')
  assert.deepEqual([timesSaid(agent, DAMAGED), collector.redelivered], [1, 0])
})

for (const [what, bytes] of [
  ['zeros, as a power cut leaves them', Buffer.alloc(5_000)],
  ['nothing', Buffer.alloc(0)],
  ['something else', Buffer.from('not compressed at all\n')],
  ['a header', gzipSync('').subarray(0, 10)],
] as const) {
  test(`a compressed file that has ${what} hides no other file`, async (t) => {
    const { agent, files, read } = setUp(t)
    writeFileSync(files.path(`${OLDER}.gz`), bytes)
    files.write(['old'], OLD)
    files.compress(OLD)
    files.write(['live'])
    await agent.start()
    await rest(agent)
    assert.deepEqual(read(), ['old', 'live'])
    assert.ok(timesSaid(agent, DAMAGED) <= 1)
  })
}

test('many containers have compressed files to catch up on', async (t) => {
  const { agent, collector } = setUp(t)
  const all = Array.from({ length: 20 }, (_, index) => new ContainerFiles(agent.podsDir, `web-${index}`))
  const bodies = numbered(3_000, 'x'.repeat(80))
  for (const files of all) {
    writeFileSync(files.path(`${OLD}.gz`), gzipSync(linesOf(files, bodies)))
    files.write(['live'])
  }
  await agent.start()
  await rest(agent)
  for (const { name } of all) assert.deepEqual(collector.bodies(name, 'stdout'), [...bodies, 'live'])
})

test('there is a checkpoint for each file that exists, and for no other', async (t) => {
  const node = new SimulatedNode(t)
  await node.agent.start()
  for (let rotation = 0; rotation < 6; rotation++) {
    for (let line = 0; line < 10; line++) node.log.write('stdout')
    await node.log.rotate(() => node.pass(100))
    await node.pass(40_000)
  }
  node.log.write('stdout')
  await node.drain()
  await node.pass(40_000)
  await node.agent.stop()
  const checkpoints = new Checkpoints(node.agent.stateDir)
  checkpoints.open()
  t.after(() => checkpoints.close())
  assert.equal(checkpoints.of('uid-web-0/app/0').length, 3, 'live, rotated, compressed')
})

test('that all known files of a container are gone is said', async (t) => {
  const node = new SimulatedNode(t)
  node.log.write('stdout')
  await node.agent.start()
  await node.drain()
  await node.agent.crash()
  for (let rotation = 0; rotation < 3; rotation++) {
    await node.log.rotate()
    node.log.write('stdout')
  }
  await node.check()
  assert.equal(timesSaid(node.agent, 'all log files that were known of a container have been deleted'), 1)
})
