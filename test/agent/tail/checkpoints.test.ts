import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { Checkpoints, type FileCheckpoint } from '../../../agent/tail/checkpoints.ts'
import { AgentHarness } from '../../support/agent-harness.ts'
import { ContainerFiles } from '../../support/container-files.ts'
import { FakeCollector } from '../../support/fake-collector.ts'
import { FullDisk } from '../../support/faulty-disk.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const LOG = 'checkpoints.log'
const checkpoint = (instance: string, offset: number, key = 'key'): FileCheckpoint => ({
  ...{ instance, key, prefixBytes: 40 },
  state: { resume: { offset, delivered: [offset, offset] }, time: { high: 1, low: 2 }, cuts: [] },
})
const opened = (directory: string) => {
  const checkpoints = new Checkpoints(directory)
  return { checkpoints, lostBytes: checkpoints.open() }
}
const offsetOf = (checkpoints: Checkpoints, instance: string) => checkpoints.of(instance)[0]?.state.resume.offset

test('the last change counts, and what was dropped is gone', (t) => {
  const directory = join(temporaryDirectory(t), 'made', 'if missing')
  const first = opened(directory)
  first.checkpoints.write([checkpoint('a', 1), checkpoint('b', 1)])
  first.checkpoints.write([checkpoint('a', 2), checkpoint('b', 9, 'other')], [{ instance: 'b', key: 'key' }])
  first.checkpoints.close()
  const { checkpoints, lostBytes } = opened(directory)
  assert.equal(lostBytes, 0)
  assert.deepEqual(checkpoints.of('a'), [checkpoint('a', 2)])
  assert.deepEqual(checkpoints.of('b'), [checkpoint('b', 9, 'other')])
  assert.deepEqual(checkpoints.instances(), new Set(['a', 'b']))
  checkpoints.close()
})

test('whatever happens to the bytes of the log, it opens, never with an offset that was not written, and counts the loss', (t) => {
  const damage = fc.oneof(
    fc.record({ kind: fc.constant('cut'), at: fc.nat(), value: fc.nat(255) }),
    fc.record({ kind: fc.constant('flip'), at: fc.nat(), value: fc.integer({ min: 1, max: 255 }) }),
    fc.record({ kind: fc.constant('zero from'), at: fc.nat(), value: fc.nat(255) }),
    fc.record({ kind: fc.constant('insert'), at: fc.nat(), value: fc.nat(255) }),
  )
  const root = temporaryDirectory(t)
  let serial = 0
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.array(damage, { minLength: 1, maxLength: 3 }),
      (writes, damages) => {
        const directory = join(root, String(serial++))
        const { checkpoints } = opened(directory)
        const ends: number[] = []
        for (let offset = 1; offset <= writes; offset++) {
          checkpoints.write([checkpoint('a', offset)])
          ends.push(statSync(join(directory, LOG)).size)
        }
        checkpoints.close()
        let bytes = readFileSync(join(directory, LOG))
        const before = Buffer.from(bytes)
        for (const { kind, at, value } of damages) {
          const place = at % (bytes.length || 1)
          if (kind === 'cut') bytes = bytes.subarray(0, place)
          else if (kind === 'zero from') bytes.fill(0, place)
          else if (kind === 'flip' && bytes.length > 0) bytes[place]! ^= value
          else bytes = Buffer.concat([bytes.subarray(0, place), Buffer.from([value]), bytes.subarray(place)])
        }
        writeFileSync(join(directory, LOG), bytes)
        const intact = bytes.findIndex((byte, index) => byte !== before[index])
        const prefix = intact < 0 ? bytes.length : intact
        const surely = ends.filter((end) => end <= prefix).length
        const second = opened(directory)
        const found = offsetOf(second.checkpoints, 'a') ?? 0
        assert.ok(found >= surely && found <= writes, `${found} of ${surely} to ${writes}`)
        if (found < writes && prefix < bytes.length) assert.ok(second.lostBytes > 0)
        second.checkpoints.write([checkpoint('a', 99)])
        second.checkpoints.close()
        const third = opened(directory)
        assert.deepEqual([offsetOf(third.checkpoints, 'a'), third.lostBytes], [99, 0], 'compacted and whole again')
        third.checkpoints.close()
      },
    ),
    { numRuns: 80 },
  )
})

test('a kill at any step of compacting leaves the old log or the new one', (t) => {
  const directory = temporaryDirectory(t)
  const { checkpoints } = opened(directory)
  for (let offset = 1; offset <= 50; offset++) checkpoints.write([checkpoint('a', offset)])
  checkpoints.close()
  const whole = readFileSync(join(directory, LOG))
  for (const left of [0, 1, 11, 12, 40, 1_000_000]) {
    writeFileSync(join(directory, LOG), whole)
    writeFileSync(join(directory, `${LOG}.tmp`), whole.subarray(0, left))
    const { checkpoints: after, lostBytes } = opened(directory)
    assert.deepEqual([offsetOf(after, 'a'), lostBytes], [50, 0])
    after.close()
  }
})

test('the log is compacted, so that it stays small however long the agent runs', (t) => {
  const directory = temporaryDirectory(t)
  const { checkpoints } = opened(directory)
  const many = Array.from({ length: 1_000 }, (_, index) => checkpoint(`instance ${index}`, index))
  for (let round = 0; round < 40; round++) checkpoints.write(many)
  const { size } = statSync(join(directory, LOG))
  assert.ok(size < 1_500_000, `${size} bytes`)
  checkpoints.close()
  const { checkpoints: again } = opened(directory)
  assert.equal(again.instances().size, 1_000)
  again.close()
})

async function setUp(t: TestContext) {
  const collector = new FakeCollector()
  const directory = temporaryDirectory(t)
  const agent = new AgentHarness(directory, collector)
  t.after(async () => {
    if (agent.isRunning) await agent.stop()
  })
  return { agent, collector, files: new ContainerFiles(agent.podsDir) }
}
const failures = (agent: AgentHarness) => agent.lines.filter((line) => line.includes('cannot write checkpoints'))

test('a full disk stops nothing, is said once in a while, and is caught up with when there is room', async (t) => {
  const { agent, collector, files } = await setUp(t)
  const disk = new FullDisk(t, LOG)
  files.write(['first'])
  await agent.start()
  await agent.settle()
  await agent.clock.advance(2_000)
  disk.fill()
  files.write(['on a full disk'])
  await agent.settle()
  await agent.clock.advance(5_000)
  assert.deepEqual(collector.bodies(files.name, 'stdout'), ['first', 'on a full disk'])
  assert.ok(disk.refused > 1)
  assert.equal(failures(agent).length, 1)
  disk.free()
  await agent.clock.advance(2_000)
  await agent.crash()
  await agent.start()
  await agent.settle()
  assert.equal(collector.redelivered, 0, 'what was delivered meanwhile is remembered')
})

test('a record that the clock ends waits until the disk can remember where', async (t) => {
  const { agent, collector, files } = await setUp(t)
  const disk = new FullDisk(t, LOG)
  await agent.start()
  disk.fill()
  files.append('a first line without a time that never ends')
  await agent.clock.advance(20_000)
  assert.equal(collector.records.size, 0)
  assert.ok(failures(agent).length >= 1)
  disk.free()
  await agent.clock.advance(7_000)
  await agent.settle()
  assert.deepEqual(collector.bodies(files.name, undefined), ['a first line without a time that never ends'])
})

test('an agent that starts on a full disk ships', async (t) => {
  const { agent, collector, files } = await setUp(t)
  mkdirSync(agent.stateDir)
  const disk = new FullDisk(t, LOG)
  files.write(['shipped'])
  disk.fill()
  await agent.start()
  await agent.settle()
  assert.deepEqual(collector.bodies(files.name, 'stdout'), ['shipped'])
  disk.free()
})

test('damaged checkpoints cost redeliveries under the same ids, and a line that says so', async (t) => {
  const { agent, collector, files } = await setUp(t)
  files.write(Array.from({ length: 100 }, (_, index) => `line ${index}`))
  await agent.start()
  await agent.settle()
  await agent.clock.advance(2_000)
  const log = join(agent.stateDir, LOG)
  await agent.stop()
  const bytes = readFileSync(log)
  bytes.fill(0, 12)
  writeFileSync(log, bytes)
  await agent.start()
  await agent.settle()
  assert.equal(collector.redelivered, 100)
  assert.deepEqual(collector.conflicts, [])
  assert.equal(collector.records.size, 100)
  assert.equal(agent.lines.filter((line) => line.includes('part of the checkpoint log could not be read')).length, 1)
})
