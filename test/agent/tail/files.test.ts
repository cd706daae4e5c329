import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { AgentHarness } from '../../support/agent-harness.ts'
import { ContainerFiles } from '../../support/container-files.ts'
import { FakeCollector } from '../../support/fake-collector.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

async function setUp(t: TestContext, settings: readonly string[] = []) {
  const collector = new FakeCollector()
  const directory = temporaryDirectory(t)
  const agent = new AgentHarness(directory, collector, settings)
  t.after(async () => {
    collector.mode = 'accept'
    collector.release()
    if (agent.isRunning) await agent.stop()
  })
  const files = new ContainerFiles(agent.podsDir)
  return { agent, collector, directory, files }
}
const numbered = (count: number, text = 'line') => Array.from({ length: count }, (_, index) => `${text} ${index}`)
/** What this process has open there, by the names that the files have now. */
const openFilesBelow = (directory: string) =>
  readdirSync('/proc/self/fd')
    .map((fd) => readlinkUnlessClosed(`/proc/self/fd/${fd}`))
    .filter((path) => path.startsWith(`${directory}/`))
function readlinkUnlessClosed(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
const NOBODY = 65_534
const BATCHES = ['ship.batch.max_bytes=2KiB', 'ship.max_in_flight=2']

test('a pod that is deleted with a backlog is read to the end', async (t) => {
  const { agent, collector, files } = await setUp(t, BATCHES)
  files.write(numbered(500))
  collector.mode = 'refuse'
  await agent.start()
  await agent.clock.advance(1_000)
  rmSync(join(files.directory, '..'), { recursive: true })
  await agent.clock.advance(30_000)
  collector.mode = 'accept'
  await agent.settle()
  assert.deepEqual(collector.bodies(files.name, 'stdout'), numbered(500))
  await agent.clock.advance(60_000)
  assert.equal(agent.pipeline.tailer.logs.size, 0, 'and then let go')
})

test('a stop reads what only the open descriptor holds: lines, a partial record, a torn line', async (t) => {
  const { agent, collector, files } = await setUp(t, BATCHES)
  files.write(['first'])
  await agent.start()
  await agent.settle()
  collector.mode = 'hold'
  files.write(numbered(200))
  files.append(Buffer.concat([files.line('half of a ', 'stderr', 'P'), files.line('torn off').subarray(0, -1)]))
  await agent.clock.advance(500)
  unlinkSync(files.path())
  const stopped = agent.stop()
  collector.mode = 'accept'
  collector.release()
  await stopped
  assert.deepEqual(collector.bodies(files.name, 'stdout'), ['first', ...numbered(200), 'torn off'])
  assert.deepEqual(collector.bodies(files.name, 'stderr'), ['half of a '])
})

test('a stop reads the begin of a first line in a deleted file', async (t) => {
  const { agent, collector, files } = await setUp(t)
  await agent.start()
  files.append(files.line('torn off').subarray(0, -3))
  await agent.clock.advance(500)
  unlinkSync(files.path())
  await agent.stop()
  assert.deepEqual(collector.bodies(files.name, 'stdout'), ['torn o'])
})

test('what a stop could not read of a deleted file is counted and said', async (t) => {
  const { agent, collector, files } = await setUp(t, BATCHES)
  collector.mode = 'refuse'
  await agent.start()
  files.write(numbered(2_000))
  await agent.clock.advance(500)
  unlinkSync(files.path())
  await agent.stop()
  assert.match(agent.lines.join(''), /level=error .*stopped before the rest of a deleted log file was read.*count=\d+/)
})

test('many records that the clock ends at once all arrive', async (t) => {
  const { agent, collector } = await setUp(t, ['ship.batch.max_bytes=2KiB', 'logs.max_record_bytes=8KiB'])
  const all = numbered(40).map((_, index) => new ContainerFiles(agent.podsDir, `web-${index}`))
  await agent.start()
  for (const files of all) {
    files.append(files.line('p'.repeat(7_000), 'stdout', 'P'))
    files.append(files.line('q'.repeat(7_000), 'stderr').subarray(0, -1))
  }
  await agent.settle()
  // They are ended a batch at a time.
  await agent.clock.advance(30_000)
  await agent.settle()
  const lengths = (stream: string) => all.map(({ name }) => collector.bodies(name, stream).map((body) => body.length))
  assert.deepEqual(lengths('stdout'), Array(40).fill([7_000]))
  assert.deepEqual(lengths('stderr'), Array(40).fill([7_000]))
})

test('a long line is cut to the limit and says how long it was; the next one is whole', async (t) => {
  const { agent, collector, files } = await setUp(t, ['logs.max_record_bytes=1KiB'])
  files.write(['short', 'x'.repeat(2_000), 'é'.repeat(600_000), 'after'])
  await agent.start()
  await agent.settle()
  assert.deepEqual(collector.bodies(files.name, 'stdout'), ['short', 'x'.repeat(1_024), 'é'.repeat(512), 'after'])
  const lengths = [...collector.records.values()].map(({ originalBytes }) => originalBytes)
  assert.deepEqual(
    lengths.sort((a, b) => a - b),
    [0, 0, 2_000, 1_200_000],
  )
  assert.equal(agent.pipeline.intake.stats.truncatedRecords, 2)
})

test('odd bytes arrive: NUL, invalid UTF-8, CRLF, empty and headless lines', async (t) => {
  const { agent, collector, files } = await setUp(t)
  const invalid = Buffer.concat([Buffer.from('a'), Buffer.from([0xff, 0xc3]), Buffer.from('b')])
  files.write(['nul \0 inside', invalid, 'windows\r', '', 'last'])
  files.append('\n\0\0\0\0torn by a crash\nno header\n')
  await agent.start()
  await agent.settle()
  const expected = ['nul \0 inside', 'a��b', 'windows', '', 'last']
  assert.deepEqual(collector.bodies(files.name, 'stdout'), expected)
  assert.deepEqual(collector.bodies(files.name, undefined), ['', 'torn by a crash', 'no header'])
  const { records, unparsedLines, repairedRecords } = agent.pipeline.intake.stats
  assert.deepEqual([records, unparsedLines, repairedRecords], [8, 3, 1])
})

test("Docker's files, linked from the pods directory, with parts and escapes", async (t) => {
  const { agent, collector, directory, files } = await setUp(t)
  const target = join(directory, 'docker-json.log')
  const line = (log: string, second: number) =>
    `${JSON.stringify({ log, stream: 'stderr', time: `2026-11-21T10:46:0${second}.5Z` })}\n`
  writeFileSync(target, line('in "two" ', 1) + line('parts\té\n', 2) + line('whole\r\n', 3))
  symlinkSync(target, files.path())
  await agent.start()
  await agent.settle()
  assert.deepEqual(collector.bodies(files.name, 'stderr'), ['in "two" parts\té', 'whole'])
})

test('a pods directory and pods that are links are followed; a link to itself hides nothing else', async (t) => {
  const { agent, collector, directory, files } = await setUp(t)
  const elsewhere = new ContainerFiles(join(directory, 'elsewhere'), 'linked')
  elsewhere.write(['through a link'])
  symlinkSync(join(elsewhere.directory, '..'), join(agent.podsDir, 'shop_linked_uid-linked'))
  files.write(['sibling'])
  symlinkSync('1.log', files.path('1.log'))
  symlinkSync('nothing', files.path('2.log'))
  mkdirSync(files.path('3.log'))
  mkdirSync(join(agent.podsDir, 'not-a-pod'))
  await agent.start()
  await agent.settle()
  assert.deepEqual(collector.bodies(elsewhere.name, 'stdout'), ['through a link'])
  assert.deepEqual(collector.bodies(files.name, 'stdout'), ['sibling'])
  assert.equal(agent.lines.filter((line) => line.includes('cannot open a log file')).length, 1)
  // The live name itself becomes such a link while the file is being read.
  renameSync(files.path(), files.path('0.log.20261121-104700'))
  symlinkSync('0.log', files.path())
  files.write(['still read'], '0.log.20261121-104700')
  await agent.settle()
  assert.deepEqual(collector.bodies(files.name, 'stdout'), ['sibling', 'still read'])
})

test('a file that may not be read is one clear error, and is read once it may', async (t) => {
  const { agent, collector, directory, files } = await setUp(t)
  files.write(['secret'])
  chmodSync(files.path(), 0o000)
  const isRoot = process.geteuid?.() === 0
  const asRoot = (action: () => void) => {
    if (isRoot) process.seteuid?.(0)
    action()
    if (isRoot) process.seteuid?.(NOBODY)
  }
  // Permissions do not stop root.
  asRoot(() => isRoot && chownSync(directory, NOBODY, NOBODY))
  try {
    await agent.start()
    await agent.clock.advance(2_000)
    const errors = agent.lines.filter((line) => line.includes('cannot open a log file'))
    assert.equal(errors.length, 1)
    assert.match(errors[0]!, /level=error .*path=\S*0\.log err="EACCES/)
    asRoot(() => chmodSync(files.path(), 0o644))
    await agent.clock.advance(11_000)
    await agent.settle()
    assert.deepEqual(collector.bodies(files.name, 'stdout'), ['secret'])
    await agent.stop()
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
})

test('a file that shrinks begins anew, and that is said', async (t) => {
  const { agent, collector, files } = await setUp(t)
  files.write(numbered(50, 'old'))
  await agent.start()
  await agent.settle()
  truncateSync(files.path(), 0)
  files.write(numbered(3, 'new'))
  await agent.settle()
  assert.deepEqual(collector.bodies(files.name, 'stdout'), [...numbered(50, 'old'), ...numbered(3, 'new')])
  assert.equal(agent.lines.filter((line) => line.includes('a log file was truncated')).length, 1)
})

test('a copy that is deleted before the truncation is noticed was held', async (t) => {
  const { agent, collector, files } = await setUp(t, BATCHES)
  files.write(['first'])
  await agent.start()
  await agent.settle()
  collector.mode = 'refuse'
  files.write(numbered(500))
  // Read in parts: what was joined so far is read again from the copy.
  for (let number = 0; number < 50; number++) {
    files.append(files.line(`half ${number}`, 'stderr', 'P'))
    files.append(files.line(' and half', 'stderr', 'F'))
  }
  await agent.clock.advance(1_000)
  copyFileSync(files.path(), files.path('0.log.1'))
  await agent.clock.advance(1_000)
  truncateSync(files.path())
  files.write(numbered(500, 'after it'))
  renameSync(files.path('0.log.1'), files.path('0.log.2'))
  await agent.clock.advance(1_000)
  unlinkSync(files.path('0.log.2'))
  await agent.clock.advance(1_000)
  collector.mode = 'accept'
  await agent.settle()
  assert.deepEqual(collector.bodies(files.name, 'stdout'), ['first', ...numbered(500), ...numbered(500, 'after it')])
  assert.deepEqual(
    collector.bodies(files.name, 'stderr'),
    numbered(50, 'half').map((body) => `${body} and half`),
  )
  assert.deepEqual(collector.conflicts, [])
  assert.equal(openFilesBelow(files.directory).length, 2, 'the file, and for a while what was deleted')
  await agent.clock.advance(60_000)
  assert.deepEqual(openFilesBelow(files.directory), [files.path()])
})

test('a copy of what was delivered is not held', async (t) => {
  const { agent, files } = await setUp(t)
  files.write(numbered(10))
  await agent.start()
  await agent.settle()
  copyFileSync(files.path(), files.path('0.log.1'))
  await agent.clock.advance(11_000)
  assert.deepEqual(openFilesBelow(files.directory), [files.path()])
})

test('each run of a container is an instance of its own', async (t) => {
  const { agent, collector, files } = await setUp(t)
  files.write(['run 0'], '0.log')
  await agent.start()
  await agent.settle()
  files.append(files.line('never ended ', 'stdout', 'P'), '0.log')
  files.write(['run 1'], '1.log')
  files.write(['run 2'], '2.log')
  await agent.settle()
  await agent.clock.advance(6_000)
  await agent.settle()
  const expected = new Set(['never ended ', 'run 0', 'run 1', 'run 2'])
  assert.deepEqual(new Set(collector.bodies(files.name, 'stdout')), expected)
  const { logs } = agent.pipeline.tailer
  assert.deepEqual(
    [...logs.keys()],
    [0, 1, 2].map((run) => `uid-web-0/app/${run}`),
  )
})

test('however many files there are, none is forgotten', async (t) => {
  const { agent, collector } = await setUp(t)
  const pods = Number(process.env.VEDETTE_TEST_PODS ?? 100)
  for (let pod = 0; pod < pods; pod++) {
    const files = new ContainerFiles(agent.podsDir, `pod-${pod}`)
    for (let run = 0; run < 20; run++) files.write([`pod ${pod} run ${run}`], `${run}.log`)
  }
  await agent.start()
  await agent.settle()
  assert.equal(collector.records.size, pods * 20)
  assert.deepEqual(collector.conflicts, [])
})
