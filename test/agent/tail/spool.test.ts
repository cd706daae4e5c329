import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, renameSync, rmSync, statSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { AgentHarness } from '../../support/agent-harness.ts'
import { ContainerFiles } from '../../support/container-files.ts'
import { FakeCollector } from '../../support/fake-collector.ts'
import { SimulatedNode } from '../../support/simulated-node.ts'
import { BATCHES, linksIn, logsOf, loseFile, numbered, rest, setUpSpool } from '../../support/spool-harness.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

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
  const { agent, collector, spool, pod } = setUpSpool(t)
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
  const { agent, collector, spool, pod } = setUpSpool(t)
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

test('where no links can be made descriptors hold the files, and that is said once', async (t) => {
  if (!existsSync('/dev/shm') || statSync('/dev/shm').dev === statSync(temporaryDirectory(t)).dev) {
    return t.skip('there is no other file system at /dev/shm')
  }
  const elsewhere = mkdtempSync('/dev/shm/vedette-spool-')
  t.after(() => rmSync(elsewhere, { recursive: true }))
  const { agent, collector, pod } = setUpSpool(t, [`logs.spool.dir=${elsewhere}`])
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

test('a file that is deleted before it is linked leaves nothing in the spool, and is tried once', async (t) => {
  const { agent, collector, spool, pod } = setUpSpool(t)
  const files = pod('web-0')
  await agent.start()
  collector.mode = 'refuse'
  files.write(numbered(500, 'line'))
  await agent.clock.advance(500)
  rmSync(join(files.directory, '..'), { recursive: true })
  await agent.clock.advance(10_000)
  assert.equal(existsSync(spool), false)
  assert.deepEqual(await agent.counted('spool_failures_total'), {})
  collector.mode = 'accept'
  await rest(agent)
  assert.deepEqual(collector.bodies(files.name, 'stdout'), numbered(500, 'line'))
})

test('a file that is compressed and deleted before it is linked is held as what it was compressed to', async (t) => {
  const { agent, collector, spool, pod } = setUpSpool(t)
  const files = pod('web-0')
  await agent.start()
  collector.mode = 'refuse'
  files.write(numbered(500, 'line'))
  await agent.clock.advance(500)
  // All of this between two looks.
  const rotated = '0.log.20261121-104600'
  renameSync(files.path(), files.path(rotated))
  files.write(['live'])
  files.compress(rotated)
  await agent.clock.advance(1_500)
  assert.match(linksIn(spool).at(-1)!, /\/0\.log\.\w+\.gz$/)
  unlinkSync(files.path(`${rotated}.gz`))
  await agent.clock.advance(1_500)
  await agent.crash()
  await agent.start()
  collector.mode = 'accept'
  await rest(agent)
  assert.deepEqual(collector.bodies(files.name, 'stdout'), [...numbered(500, 'line'), 'live'])
  assert.deepEqual([collector.conflicts, linksIn(spool)], [[], []])
})

test('a link that is made again before the last one was swept stays', async (t) => {
  const { agent, collector, spool, pod } = setUpSpool(t)
  const files = pod('web-0')
  await agent.start()
  collector.mode = 'refuse'
  files.write(numbered(500, 'line'))
  await agent.clock.advance(3_000)
  const [log] = logsOf(agent)
  const file = log!.files[0]!
  assert.notEqual(file.spoolPath, undefined)
  collector.mode = 'accept'
  await agent.settle()
  // Half a second from when links are swept, which is every full one.
  await agent.clock.advance(1_500 - (agent.clock.monotonicMs() % 1_000))
  files.write(['delivered at once'])
  await agent.clock.advance(300)
  while (file.spoolPath !== undefined) await agent.clock.advance(100)
  assert.equal(linksIn(spool).length, 3, 'it is released and not swept')
  collector.mode = 'refuse'
  files.write(['more'])
  renameSync(files.path(), files.path('0.log.20261121-104600'))
  await agent.clock.advance(3_000)
  assert.notEqual(file.spoolPath, undefined)
  assert.equal(linksIn(spool).length, 3)
})

test('a spool that is switched off stays empty', async (t) => {
  const { agent, collector, spool, pod } = setUpSpool(t, ['logs.spool.mode=off'])
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

test('links that were made before the spool was switched off are read, and removed', async (t) => {
  const collector = new FakeCollector()
  const directory = temporaryDirectory(t)
  const agents = ['auto', 'off'].map(
    (mode) => new AgentHarness(directory, collector, [...BATCHES, `logs.spool.mode=${mode}`]),
  )
  const [before, after] = agents as [AgentHarness, AgentHarness]
  const files = new ContainerFiles(before.podsDir)
  files.write(numbered(500, 'line'))
  collector.mode = 'refuse'
  await before.start()
  await before.clock.advance(1_000)
  await loseFile(before, files, 0)
  await before.crash()
  collector.mode = 'accept'
  await after.start()
  await rest(after)
  assert.deepEqual(collector.bodies(files.name, 'stdout'), numbered(500, 'line'))
  assert.deepEqual(linksIn(join(directory, 'vedette-spool')), [])
  await after.stop()
})

test('a spool in the pods directory is refused, where the kubelet would delete it', async (t) => {
  for (const dir of ['/var/log/pods', '/var/log/pods/spool', '/var/log/x/../pods/y/']) {
    const { agent } = setUpSpool(t, ['logs.pods_dir=/var/log/pods', `logs.spool.dir=${dir}`])
    await assert.rejects(agent.start(), /must not be in logs\.pods_dir/, dir)
  }
})
