import assert from 'node:assert/strict'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { LagSurvey } from '../../../agent/observe/lag.ts'
import { AgentHarness } from '../../support/agent-harness.ts'
import { ContainerFiles } from '../../support/container-files.ts'
import { FakeCollector } from '../../support/fake-collector.ts'
import { SimulatedNode } from '../../support/simulated-node.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const BATCHES = ['ship.batch.max_bytes=4KiB', 'ship.max_in_flight=2']
const numbered = (count: number, text: string) => Array.from({ length: count }, (_, index) => `${text} ${index}`)

function setUp(t: TestContext, settings: readonly string[] = []) {
  const collector = new FakeCollector()
  const directory = temporaryDirectory(t)
  const agent = new AgentHarness(directory, collector, [...BATCHES, ...settings])
  t.after(async () => {
    collector.mode = 'accept'
    collector.release()
    if (agent.isRunning) await agent.stop()
  })
  const spool = join(directory, 'vedette-spool')
  const pod = (name: string) => new ContainerFiles(agent.podsDir, name)
  return { agent, collector, spool, pod }
}

/** Lets files be closed and links be removed. */
const rest = async (agent: AgentHarness) => {
  await agent.settle()
  await agent.clock.advance(40_000)
}

/** Rotates the log of a container and deletes the file, with no `.gz` left of it. */
async function loseFile(agent: AgentHarness, files: ContainerFiles, rotation: number): Promise<void> {
  const name = `0.log.20261121-${String(100_000 + rotation)}`
  renameSync(files.path(), files.path(name))
  files.write([])
  await agent.clock.advance(300)
  unlinkSync(files.path(name))
}

const logsOf = (agent: AgentHarness) => agent.pipeline.tailer.logs.values()

function linksIn(spool: string): readonly string[] {
  return existsSync(spool) ? readdirSync(spool, { recursive: true, encoding: 'utf8' }) : []
}

test('the collector is away for twenty rotations and the agent is killed twice: nothing is lost, no link is left', async (t) => {
  const node = new SimulatedNode(t)
  await node.agent.start()
  node.collector.mode = 'refuse'
  for (let rotation = 0; rotation < 20; rotation++) {
    for (let line = 0; line < 40; line++) node.log.write(line % 3 === 0 ? 'stderr' : 'stdout', 'y'.repeat(line * 5))
    await node.log.rotate()
    await node.pass(2_500)
    if (rotation % 8 === 7) {
      await node.agent.crash()
      await node.agent.start()
    }
  }
  const spool = join(node.agent.podsDir, '../vedette-spool')
  assert.ok(linksIn(spool).length > 10)
  await node.check()
  await node.pass(40_000)
  assert.deepEqual(linksIn(spool), [])
})

test('a pod goes with a backlog while the collector is away, and the agent is killed', async (t) => {
  const { agent, collector, spool, pod } = setUp(t)
  const files = pod('web-0')
  await agent.start()
  collector.mode = 'refuse'
  files.write(numbered(3_000, 'line'))
  files.append(files.line('last words', 'stdout', 'P'))
  await agent.clock.advance(3_000)
  rmSync(join(files.directory, '..'), { recursive: true })
  await agent.clock.advance(1_000)
  assert.deepEqual(await agent.counted('spool_failures_total'), {})
  await agent.crash()
  await agent.start()
  assert.equal(linksIn(spool).length, 3, 'pod, container, file')
  collector.mode = 'accept'
  await rest(agent)
  await rest(agent)
  assert.deepEqual(collector.bodies(files.name, 'stdout'), [...numbered(3_000, 'line'), 'last words'])
  assert.deepEqual([collector.conflicts, linksIn(spool)], [[], []])
  assert.equal(agent.pipeline.tailer.logs.size, 0)
})

test('links go as soon as all is delivered, at a stop too, and what was delivered gets none', async (t) => {
  const { agent, collector, spool, pod } = setUp(t)
  const files = pod('web-0')
  await agent.start()
  files.write(numbered(10, 'first'))
  await rest(agent)
  renameSync(files.path(), files.path('0.log.20261121-104600'))
  files.write(['live'])
  await agent.clock.advance(5_000)
  assert.deepEqual(linksIn(spool), [])
  collector.mode = 'refuse'
  files.write(numbered(10, 'live'))
  await agent.clock.advance(3_000)
  assert.equal(linksIn(spool).length, 3)
  collector.mode = 'accept'
  await agent.settle()
  await agent.stop()
  assert.deepEqual(linksIn(spool), [])
})

test('beyond the budget the noisiest container loses its oldest files, which is counted; the quiet one loses nothing', async (t) => {
  const { agent, collector, pod } = setUp(t, ['logs.spool.max_bytes=200KiB'])
  const [noisy, quiet] = [pod('noisy'), pod('quiet')]
  for (const files of [noisy, quiet]) files.write([])
  await agent.start()
  collector.mode = 'refuse'
  let quietBytes = 0
  for (let rotation = 0; rotation < 12; rotation++) {
    noisy.write(numbered(400, `${rotation} ${'n'.repeat(50)}`))
    quiet.write(numbered(20, `${rotation} q`))
    await agent.clock.advance(200)
    quietBytes += statSync(quiet.path()).size
    await loseFile(agent, noisy, rotation)
    await loseFile(agent, quiet, rotation)
    await agent.clock.advance(2_000)
    const { unlinkedBytes, spoolBytes } = new LagSurvey({
      logs: () => logsOf(agent),
      clock: agent.clock,
      maxContainers: 0,
    }).take()
    assert.ok(unlinkedBytes + spoolBytes <= 200 * 1024, `held: ${unlinkedBytes} and ${spoolBytes}`)
  }
  assert.ok(quietBytes < 50_000)
  const shed = (await agent.counted('shed_bytes_total')).budget!
  collector.mode = 'accept'
  await rest(agent)
  const rotations = Array.from({ length: 12 }, (_, rotation) => rotation)
  const arrived = collector.bodies(noisy.name, 'stdout')
  assert.deepEqual(
    collector.bodies(quiet.name, 'stdout'),
    rotations.flatMap((rotation) => numbered(20, `${rotation} q`)),
  )
  assert.ok(arrived.includes(`11 ${'n'.repeat(50)} 399`), 'the newest are kept')
  const all = rotations.flatMap((rotation) => numbered(400, `${rotation} ${'n'.repeat(50)}`))
  const missing = all.filter((body) => !arrived.includes(body))
  assert.ok(missing.length > 1_000)
  const lineBytes = noisy.line('').length
  assert.equal(
    shed,
    missing.reduce((sum, body) => sum + lineBytes + body.length, 0),
    'to the byte',
  )
  const { intake, shipper } = agent.pipeline
  assert.equal(intake.stats.records, shipper.stats.acknowledgedRecords, 'what was read was delivered')
})

test('a disk with too little free space is not filled further', async (t) => {
  const { agent, collector, pod } = setUp(t, ['logs.spool.min_free_bytes=1000000GiB'])
  const files = pod('web-0')
  files.write(numbered(500, 'line'))
  collector.mode = 'refuse'
  await agent.start()
  await agent.clock.advance(1_000)
  await loseFile(agent, files, 0)
  await agent.clock.advance(2_000)
  assert.ok((await agent.counted('shed_bytes_total')).free_space! > 10_000)
  assert.equal(agent.lines.filter((line) => line.includes('gave up the rest of a deleted log file')).length, 1)
  files.write(['after'])
  collector.mode = 'accept'
  await rest(agent)
  assert.equal(collector.bodies(files.name, 'stdout').at(-1), 'after')
})

test('what is given up is read from the compressed file, if there is one', async (t) => {
  const { agent, collector, pod } = setUp(t, ['logs.spool.max_bytes=0'])
  const files = pod('web-0')
  files.write(numbered(2_000, 'line'))
  files.append(files.line('begun ', 'stdout', 'P'))
  collector.mode = 'hold'
  await agent.start()
  await agent.clock.advance(1_000)
  const name = '0.log.20261121-104600'
  renameSync(files.path(), files.path(name))
  files.append(files.line('ended'))
  await agent.clock.advance(300)
  writeFileSync(files.path(`${name}.gz`), gzipSync(readFileSync(files.path(name))))
  unlinkSync(files.path(name))
  await agent.clock.advance(3_000)
  collector.mode = 'accept'
  collector.release()
  await rest(agent)
  assert.deepEqual(collector.bodies(files.name, 'stdout'), [...numbered(2_000, 'line'), 'begun ended'])
  assert.deepEqual([collector.conflicts, await agent.counted('shed_bytes_total')], [[], {}])
})

test('where no links can be made descriptors hold the files, and that is said once', async (t) => {
  if (!existsSync('/dev/shm') || statSync('/dev/shm').dev === statSync(temporaryDirectory(t)).dev) {
    return t.skip('there is no other file system at /dev/shm')
  }
  const elsewhere = mkdtempSync('/dev/shm/vedette-spool-')
  t.after(() => rmSync(elsewhere, { recursive: true }))
  const { agent, collector, pod } = setUp(t, [`logs.spool.dir=${elsewhere}`])
  const all = [pod('web-0'), pod('web-1')]
  for (const files of all) files.write(numbered(500, 'line'))
  collector.mode = 'refuse'
  await agent.start()
  for (let rotation = 0; rotation < 2; rotation++) {
    await agent.clock.advance(15_000)
    for (const files of all) {
      await loseFile(agent, files, rotation)
      files.write(numbered(500, `line ${rotation}`))
    }
  }
  assert.equal((await agent.counted('spool_failures_total')).other_mount, 4)
  assert.equal(agent.lines.filter((line) => /level=warn .*cannot link log files into the spool/.test(line)).length, 1)
  collector.mode = 'accept'
  await rest(agent)
  const expected = [numbered(500, 'line'), numbered(500, 'line 0'), numbered(500, 'line 1')].flat()
  for (const { name } of all) assert.deepEqual(collector.bodies(name, 'stdout'), expected)
})

test('after a crash, too, the last words of a container do not go on in the next one under its path', async (t) => {
  const node = new SimulatedNode(t)
  await node.agent.start()
  await node.pass(1_000)
  for (const isRead of [true, false]) {
    node.collector.mode = isRead ? 'hold' : 'refuse'
    for (let line = 0; line < 300; line++) node.log.write('stdout', 'y'.repeat(100))
    node.log.write('stdout', 'last words', 'P')
    await node.pass(3_000)
    node.log.endRun()
    node.log.removePod()
    await node.pass(500)
    node.log.beginAgain()
    node.log.write('stdout', 'first words')
    await node.pass(200)
    await node.agent.crash()
    await node.agent.start()
  }
  await node.check()
})

test('a spool that is switched off stays empty', async (t) => {
  const { agent, collector, spool, pod } = setUp(t, ['logs.spool.mode=off'])
  const files = pod('web-0')
  files.write(numbered(500, 'line'))
  collector.mode = 'refuse'
  await agent.start()
  await agent.clock.advance(5_000)
  await loseFile(agent, files, 0)
  collector.mode = 'accept'
  await rest(agent)
  assert.deepEqual(collector.bodies(files.name, 'stdout'), numbered(500, 'line'))
  assert.equal(existsSync(spool), false)
})

test('a spool in the pods directory is refused, where the kubelet would delete it', async (t) => {
  for (const dir of ['/var/log/pods', '/var/log/pods/spool', '/var/log/x/../pods/y/']) {
    const { agent } = setUp(t, ['logs.pods_dir=/var/log/pods', `logs.spool.dir=${dir}`])
    await assert.rejects(agent.start(), /must not be in logs\.pods_dir/, dir)
  }
})
