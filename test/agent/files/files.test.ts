import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, symlinkSync, utimesSync } from 'node:fs'
import { test } from 'node:test'
import { FullDisk } from '../../support/faulty-disk.ts'
import { numbered, readFiles, SMALL_BATCHES } from '../../support/plain-logs.ts'

test('files that match are read, from the first line on, those that come later too', async (t) => {
  const { agent, collector, at, write, bodies } = readFiles(t)
  write('app.log', 'one', 'two')
  write('other.txt', 'not this')
  await agent.start()
  await agent.settle()
  write('app.log', '', 'three\r')
  write('late.log', 'late')
  await agent.clock.advance(100)
  await agent.settle()
  assert.deepEqual(bodies(), ['one', 'two', '', 'three'])
  assert.deepEqual(bodies('late.log'), ['late'])
  assert.equal(collector.records.size, 5)
  assert.equal(agent.pipeline.files?.size, 2)
  assert.deepEqual(collector.conflicts, [])
  assert.ok(
    [...collector.records.values()].every(
      ({ container }) => container === at('app.log') || container === at('late.log'),
    ),
  )
})

test('a line has the time at which it is read, and the same one when it is read again', async (t) => {
  const { agent, collector, write, bodies } = readFiles(t, { settings: SMALL_BATCHES })
  write('app.log', ...numbered(200, 'old'))
  await agent.start()
  await agent.settle()
  await agent.clock.advance(60_000)
  collector.mode = 'lose'
  write('app.log', ...numbered(200, 'new'))
  await agent.clock.advance(5_000)
  await agent.crash()
  await agent.clock.advance(3_600_000)
  collector.mode = 'accept'
  await agent.start()
  await agent.settle()
  assert.deepEqual(bodies(), [...numbered(200, 'old'), ...numbered(200, 'new')])
  assert.ok(collector.redelivered > 0)
  assert.deepEqual(collector.conflicts, [])
  const times = new Set([...collector.records.values()].map(({ timeNs }) => timeNs))
  assert.ok(times.size >= 2)
})

test('start: end leaves out what is there at the very first start, and nothing after', async (t) => {
  const { agent, write, bodies } = readFiles(t, { source: { start: 'end' } })
  write('app.log', 'old', 'old')
  await agent.start()
  await agent.settle()
  write('app.log', 'new')
  write('late.log', 'new')
  await agent.settle()
  await agent.clock.advance(2_000)
  await agent.stop()
  write('app.log', 'meanwhile')
  write('later.log', 'meanwhile')
  await agent.start()
  await agent.settle()
  assert.deepEqual(bodies(), ['new', 'meanwhile'])
  assert.deepEqual(bodies('late.log'), ['new'])
  assert.deepEqual(bodies('later.log'), ['meanwhile'])
})

test('ignore_older leaves out files that nobody writes to, until somebody does', async (t) => {
  const { agent, write, at, bodies } = readFiles(t, { source: { ignore_older: '1d' } })
  write('app.log', 'old')
  const longAgo = new Date(agent.clock.nowMs() - 2 * 86_400_000)
  utimesSync(at('app.log'), longAgo, longAgo)
  await agent.start()
  await agent.settle()
  assert.deepEqual(bodies(), [])
  write('app.log', 'new')
  await agent.clock.advance(11_000)
  await agent.settle()
  assert.deepEqual(bodies(), ['old', 'new'])
})

test('lines of an old file have the time of its last change', async (t) => {
  const { agent, collector, write, at } = readFiles(t)
  write('app.log', 'old')
  const longAgo = new Date(agent.clock.nowMs() - 2 * 86_400_000)
  utimesSync(at('app.log'), longAgo, longAgo)
  await agent.start()
  await agent.settle()
  assert.deepEqual(
    [...collector.records.values()].map(({ timeNs }) => timeNs),
    [BigInt(longAgo.getTime()) * 1_000_000n],
  )
})

test('directories below **, links that lead back, and what is excluded', async (t) => {
  const { agent, collector, logs, at, write, bodies } = readFiles(t, {
    paths: ['**/*.log', 'a/*'],
    source: { exclude: ['secret*', '**/private/**'] },
  })
  mkdirSync(at('a/b/private'), { recursive: true })
  symlinkSync(logs, at('a/loop'))
  symlinkSync(at('a/x.log'), at('again.log'))
  write('a/x.log', 'in a')
  write('a/b/y.log', 'in b')
  write('a/b/private/z.log', 'private')
  write('a/secret.log', 'secret')
  write('a/packed.log.gz', 'not text')
  await agent.start()
  await agent.settle()
  mkdirSync(at('new/deep'), { recursive: true })
  write('new/deep/d.log', 'in new')
  await agent.clock.advance(100)
  await agent.settle()
  await agent.clock.advance(11_000)
  await agent.settle()
  assert.deepEqual(bodies('a/b/y.log'), ['in b'])
  assert.deepEqual(bodies('new/deep/d.log'), ['in new'])
  assert.equal(collector.records.size, 3)
  assert.equal(bodies('a/x.log').length + bodies('again.log').length, 1, 'one file is read once')
})

test('a last line without a newline, a stack trace, a long line', async (t) => {
  const { agent, write, at, bodies } = readFiles(t, { settings: ['logs.max_record_bytes=1KiB'] })
  const trace = [
    'java.lang.IllegalStateException: no',
    '\tat shop.Order.pay(Order.java:7)',
    '\tat shop.Main.main(Main.java:3)',
  ]
  write('app.log', ...trace, 'x'.repeat(600_000), 'next')
  appendFileSync(at('app.log'), 'torn')
  await agent.start()
  await agent.settle()
  await agent.clock.advance(6_000)
  appendFileSync(at('app.log'), ' rest\n')
  await agent.settle()
  await agent.clock.advance(2_000)
  await agent.settle()
  assert.deepEqual(bodies(), [trace.join('\n'), 'x'.repeat(1_024), 'next', 'torn', ' rest'])
})

test('lines of container runtimes keep their time and stream', async (t) => {
  const { agent, collector, write, at } = readFiles(t, { source: { format: 'cri' } })
  write('app.log', '2026-11-21T10:46:00.000000001Z stdout P half ', '2026-11-21T10:46:00.000000002Z stdout F line')
  await agent.start()
  await agent.settle()
  assert.deepEqual(collector.bodies(at('app.log'), 'stdout'), ['half line'])
})

test('while times cannot be written down plain lines wait, and nothing is lost or doubled', async (t) => {
  const { agent, collector, write, bodies } = readFiles(t)
  const disk = new FullDisk(t, 'checkpoints.log')
  write('app.log', 'before')
  await agent.start()
  await agent.settle()
  disk.fill()
  write('app.log', ...numbered(10))
  await agent.clock.advance(10_000)
  assert.deepEqual(bodies(), ['before'])
  assert.ok(agent.lines.some((line) => line.includes('cannot write checkpoints')))
  await agent.crash()
  disk.free()
  await agent.start()
  await agent.settle()
  assert.deepEqual(bodies(), ['before', ...numbered(10)])
  assert.deepEqual(collector.conflicts, [])
})

test('a backlog that is read again in other steps than before has the same times', async (t) => {
  const { agent, collector, write, bodies } = readFiles(t, { settings: SMALL_BATCHES })
  await agent.start()
  for (let round = 0; round < 12; round++) {
    write('app.log', ...numbered(60, `round ${round}`))
    collector.mode = round % 3 === 0 ? 'lose' : 'accept'
    await agent.clock.advance(700)
    if (round % 4 === 3) {
      await agent.crash()
      await agent.clock.advance(10_000)
      await agent.start()
    }
  }
  collector.mode = 'accept'
  await agent.settle()
  assert.deepEqual(bodies(), Array.from({ length: 12 }, (_, round) => numbered(60, `round ${round}`)).flat())
  assert.deepEqual(collector.conflicts, [])
  assert.ok(collector.redelivered > 0)
})
