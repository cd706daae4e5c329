import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, renameSync, rmSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { numbered, readFiles, SMALL_BATCHES, sorted } from '../../support/plain-logs.ts'

test('a file is read to its end under whatever name it is given, and its successor from the beginning', async (t) => {
  const { agent, collector, at, write, bodies } = readFiles(t, { settings: SMALL_BATCHES })
  write('app.log', ...numbered(300))
  collector.mode = 'refuse'
  await agent.start()
  await agent.clock.advance(1_000)
  renameSync(at('app.log'), at('old-name-of-all-things'))
  write('app.log', 'first of the next')
  await agent.clock.advance(300)
  write('old-name-of-all-things', 'written after the rename')
  collector.mode = 'accept'
  await agent.settle()
  assert.deepEqual(sorted(bodies()), sorted([...numbered(300), 'written after the rename', 'first of the next']))
  assert.equal(collector.redelivered, 0)
  await agent.clock.advance(30_000)
  assert.equal(agent.pipeline.tailer.logs.size, 1)
  assert.equal([...agent.pipeline.tailer.logs.values()][0]?.files.length, 1, 'the old one is let go')
})

test('rotated names that match are not read again, as they shift', async (t) => {
  const { agent, collector, at, write, bodies } = readFiles(t, { paths: ['*'] })
  await agent.start()
  for (let round = 0; round < 5; round++) {
    write('app.log', `round ${round}`, 'same')
    await agent.settle()
    for (let number = round; number > 0; number--) renameSync(at(`app.log.${number}`), at(`app.log.${number + 1}`))
    renameSync(at('app.log'), at('app.log.1'))
    writeFileSync(at('app.log'), '')
    await agent.clock.advance(round % 2 === 0 ? 30_000 : 200)
    await agent.settle()
  }
  assert.deepEqual(
    bodies(),
    numbered(5, 'round').flatMap((line) => [line, 'same']),
  )
  assert.equal(collector.records.size, 10)
  assert.equal(collector.redelivered, 0)
})

test('rotated while the agent was away: the rest is read, whatever the name, and only the rest', async (t) => {
  for (const [paths, rotated] of [
    [['*.log'], 'app.log.1'],
    [['*'], 'app.log.1'],
    [['*.log'], 'app-20261121.log'],
    [['*.log'], 'whatever'],
  ] as const) {
    await t.test(`${paths[0]} and ${rotated}`, async (t2) => {
      const { agent, collector, at, write, bodies } = readFiles(t2 as TestContext, { paths })
      write('app.log', 'before')
      await agent.start()
      await agent.settle()
      await agent.clock.advance(2_000)
      await agent.stop()
      write('app.log', 'meanwhile')
      renameSync(at('app.log'), at(rotated))
      write('app.log', 'after')
      await agent.start()
      await agent.settle()
      assert.deepEqual(bodies(), ['before', 'meanwhile', 'after'])
      assert.equal(collector.records.size, 3)
      assert.equal(collector.redelivered, 0)
    })
  }
})

test('a copy that is made and then truncated: nothing is lost of what is behind, nothing doubled', async (t) => {
  for (const paths of [['*.log'], ['*']]) {
    await t.test(paths[0]!, async (t2) => {
      const { agent, collector, at, write, bodies } = readFiles(t2 as TestContext, { paths, settings: SMALL_BATCHES })
      write('app.log', 'header', ...numbered(500))
      collector.mode = 'refuse'
      await agent.start()
      await agent.clock.advance(3_000)
      copyFileSync(at('app.log'), at('app.log.1'))
      await agent.clock.advance(1_000)
      truncateSync(at('app.log'))
      await agent.clock.advance(1_000)
      write('app.log', 'header', 'of the new one')
      collector.mode = 'accept'
      await agent.settle()
      assert.deepEqual(sorted(bodies()), sorted(['header', ...numbered(500), 'header', 'of the new one']))
      assert.deepEqual(collector.conflicts, [])
    })
  }
})

test('truncated and written again with the same header before anyone looked', async (t) => {
  const { agent, write, at, bodies } = readFiles(t)
  write('app.log', 'header', 'one')
  await agent.start()
  await agent.settle()
  truncateSync(at('app.log'))
  write('app.log', 'header', 'two', 'three', 'four')
  await agent.settle()
  assert.deepEqual(bodies(), ['header', 'one', 'header', 'two', 'three', 'four'])
})

test('truncated and written again while the agent was away, copied before', async (t) => {
  const { agent, collector, write, at, bodies } = readFiles(t)
  write('app.log', 'header', 'one')
  await agent.start()
  await agent.settle()
  await agent.clock.advance(2_000)
  await agent.stop()
  write('app.log', 'two')
  copyFileSync(at('app.log'), at('app.log.1'))
  truncateSync(at('app.log'))
  write('app.log', 'header', 'three', 'four', 'five')
  await agent.start()
  await agent.settle()
  assert.deepEqual(sorted(bodies()), sorted(['header', 'one', 'two', 'header', 'three', 'four', 'five']))
  assert.equal(collector.redelivered, 0)
})

test('files that begin alike, or are alike, are each read whole', async (t) => {
  const { agent, collector, write, bodies } = readFiles(t)
  const banner = ['#version 1', ...numbered(100, 'banner')]
  write('a.log', ...banner)
  write('b.log', ...banner)
  await agent.start()
  await agent.settle()
  write('c.log', ...banner)
  write('a.log', 'more')
  await agent.settle()
  assert.deepEqual(bodies('a.log'), [...banner, 'more'])
  assert.deepEqual(bodies('b.log'), banner)
  assert.deepEqual(bodies('c.log'), banner)
  assert.equal(collector.records.size, 3 * banner.length + 1)
})

test('a program that crashes writes the same into each new file: deleted and made anew, with the agent there or away', async (t) => {
  const { agent, collector, write, at, bodies } = readFiles(t)
  const banner = numbered(30, 'banner')
  for (let round = 0; round < 4; round++) {
    write('app.log', ...banner)
    await agent.start()
    await agent.settle()
    await agent.clock.advance(2_000)
    if (round % 2 === 0) await agent.stop()
    unlinkSync(at('app.log'))
    if (agent.isRunning) {
      await agent.clock.advance(30_000)
      await agent.stop()
    }
  }
  assert.deepEqual(bodies(), Array(4).fill(banner).flat())
  assert.equal(collector.records.size, 120)
})

test('a file that is deleted with a backlog is read to its end', async (t) => {
  const { agent, collector, logs, write, bodies } = readFiles(t, { settings: SMALL_BATCHES })
  write('app.log', ...numbered(500))
  collector.mode = 'refuse'
  await agent.start()
  await agent.clock.advance(1_000)
  rmSync(logs, { recursive: true })
  await agent.clock.advance(15_000)
  collector.mode = 'accept'
  await agent.settle()
  assert.deepEqual(bodies(), numbered(500))
  await agent.clock.advance(60_000)
  assert.equal(agent.pipeline.tailer.logs.size, 0, 'and then let go')
  mkdirSync(logs)
  write('app.log', 'back again')
  await agent.clock.advance(11_000)
  await agent.settle()
  assert.deepEqual(bodies(), [...numbered(500), 'back again'])
})

test('a file that nobody writes to is closed, and what is written to it later is read, also under another name', async (t) => {
  const { agent, collector, at, write, bodies } = readFiles(t)
  write('app.log', 'one')
  write('quiet.log', 'one')
  await agent.start()
  await agent.settle()
  const isOpen = () => agent.pipeline.tailer.logs.values().some(({ files }) => files.length > 0)
  await agent.clock.advance(290_000)
  assert.ok(isOpen())
  await agent.clock.advance(30_000)
  assert.ok(!isOpen())
  write('app.log', 'two')
  write('quiet.log', 'two')
  renameSync(at('quiet.log'), at('quiet.log.1'))
  await agent.clock.advance(11_000)
  await agent.settle()
  assert.deepEqual(bodies('app.log'), ['one', 'two'])
  assert.deepEqual(bodies('quiet.log'), ['one', 'two'])
  assert.equal(collector.redelivered, 0)
})
