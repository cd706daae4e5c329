import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { AgentHarness } from '../../support/agent-harness.ts'
import { ContainerFiles } from '../../support/container-files.ts'
import { FakeCollector } from '../../support/fake-collector.ts'
import { ManualWatches } from '../../support/manual-watches.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

/** An agent that hears of no event, as behind an overflow of the queue, or that may not watch more than some directories. */
async function startAgent(t: TestContext, limit = Number.POSITIVE_INFINITY) {
  const collector = new FakeCollector()
  const agent = new AgentHarness(temporaryDirectory(t), collector)
  const watches = new ManualWatches()
  watches.limit = limit
  agent.openWatch = watches.open
  t.after(() => (agent.isRunning ? agent.stop() : undefined))
  const web = new ContainerFiles(agent.podsDir, 'web-0')
  web.write(['first'])
  await agent.start()
  await agent.settle()
  // Long enough for nothing to be looked at more often than it has to be.
  await agent.clock.advance(60_000)
  const bodies = (name: string) => collector.bodies(name, 'stdout')
  return { agent, collector, watches, web, bodies }
}

for (const [what, limit] of [
  ['all events are lost', Number.POSITIVE_INFINITY],
  ['nothing can be watched', 0],
  ['one directory can be watched', 1],
] as const) {
  test(`${what}: lines, rotations, restarts, containers, pods and their end are found all the same`, async (t) => {
    const { agent, web, bodies } = await startAgent(t, limit)
    web.write(['second'])
    await agent.clock.advance(10_000)
    await agent.settle()
    assert.deepEqual(bodies('web-0/app'), ['first', 'second'])

    await agent.clock.advance(60_000)
    renameSync(web.path(), web.path('0.log.20261121-104700'))
    web.write(['behind the rename'], '0.log.20261121-104700')
    web.write(['in the new file'])
    await agent.clock.advance(10_000)
    await agent.settle()
    assert.deepEqual(bodies('web-0/app').slice(2), ['behind the rename', 'in the new file'])

    await agent.clock.advance(60_000)
    web.write(['of the next run'], '1.log')
    const sidecar = new ContainerFiles(agent.podsDir, 'web-0', 'sidecar')
    sidecar.write(['of the sidecar'])
    await agent.clock.advance(10_000)
    await agent.settle()
    assert.equal(bodies('web-0/app').at(-1), 'of the next run')
    assert.deepEqual(bodies('web-0/sidecar'), ['of the sidecar'])

    await agent.clock.advance(60_000)
    const api = new ContainerFiles(agent.podsDir, 'api-0')
    api.write(['of a new pod'])
    await agent.clock.advance(1_500)
    await agent.settle()
    assert.deepEqual(bodies('api-0/app'), ['of a new pod'], 'new pods are looked for every second')
    api.write(['its second line'])
    await agent.clock.advance(1_500)
    await agent.settle()
    assert.deepEqual(bodies('api-0/app').length, 2, 'where something happened lately it is looked every second')

    await agent.clock.advance(60_000)
    rmSync(`${agent.podsDir}/shop_web-0_uid-web-0`, { recursive: true })
    await agent.clock.advance(60_000)
    assert.deepEqual([agent.pipeline.discovery.size, agent.pipeline.tailer.logs.size], [1, 1])
  })
}

test('how many directories are polled is known, and they are watched once they can be', async (t) => {
  const { agent, watches, web, bodies } = await startAgent(t, 1)
  const { discovery } = agent.pipeline
  assert.deepEqual([discovery.watches.watchedCount, discovery.watches.unwatchedCount], [1, 2])
  assert.equal(agent.lines.filter((line) => line.includes('cannot watch a directory')).length > 0, true)
  watches.limit = 9
  await agent.clock.advance(30_000)
  assert.deepEqual([discovery.watches.watchedCount, discovery.watches.unwatchedCount], [3, 0])
  await agent.clock.advance(60_000)
  web.write(['second'])
  watches.tell(web.directory, 'change', '0.log')
  await agent.clock.advance(400)
  await agent.settle()
  assert.deepEqual(bodies('web-0/app'), ['first', 'second'])
})

test('a directory that was removed and made again is watched anew', async (t) => {
  const { agent, watches, web, bodies } = await startAgent(t)
  rmSync(web.directory, { recursive: true })
  mkdirSync(web.directory)
  writeFileSync(web.path(), '')
  await agent.clock.advance(10_500)
  const before = watches.attempts
  assert.deepEqual([before, watches.directories.length], [4, 3])
  await agent.clock.advance(60_000)
  appendFileSync(web.path(), web.line('of another run'))
  watches.tell(web.directory, 'change', '0.log')
  await agent.clock.advance(400)
  await agent.settle()
  assert.equal(bodies('web-0/app').at(-1), 'of another run')
})

test('the pods directory may be missing for a while', async (t) => {
  const { agent, web, bodies } = await startAgent(t)
  const aside = `${agent.podsDir}-aside`
  renameSync(agent.podsDir, aside)
  await agent.clock.advance(30_000)
  assert.equal(agent.pipeline.discovery.size, 1)
  assert.equal(agent.lines.filter((line) => line.includes('does not exist')).length, 1, agent.lines.join(''))
  renameSync(aside, agent.podsDir)
  web.write(['second'])
  await agent.clock.advance(11_000)
  await agent.settle()
  assert.deepEqual(bodies('web-0/app'), ['first', 'second'])
})
