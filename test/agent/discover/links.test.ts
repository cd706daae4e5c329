import assert from 'node:assert/strict'
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { AgentHarness } from '../../support/agent-harness.ts'
import { ContainerFiles } from '../../support/container-files.ts'
import { FakeCollector } from '../../support/fake-collector.ts'
import { ManualWatches } from '../../support/manual-watches.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

/** A container of Docker: the kubelet's directory has a link to its log, which Docker rotates in a directory of its own. */
class DockerLog {
  readonly directory: string
  readonly path: string
  #serial = 0

  constructor(dockerDir: string, kubelet: ContainerFiles, id: string, restartCount = 0) {
    this.directory = join(dockerDir, 'containers', id)
    this.path = join(this.directory, `${id}-json.log`)
    mkdirSync(this.directory, { recursive: true })
    writeFileSync(this.path, '')
    symlinkSync(this.path, kubelet.path(`${restartCount}.log`))
  }

  write(...bodies: string[]): void {
    for (const body of bodies) {
      const time = `2026-11-21T10:46:00.${String(++this.#serial).padStart(9, '0')}Z`
      appendFileSync(this.path, `${JSON.stringify({ log: `${body}\n`, stream: 'stdout', time })}\n`)
    }
  }

  /** As json-file does it with `max-file`: the link stays what it was. */
  rotate(): void {
    const numbers = readdirSync(this.directory)
      .map((name) => Number(/\.log\.(\d+)$/.exec(name)?.[1]))
      .filter((number) => number > 0)
    for (const number of numbers.sort((a, b) => b - a))
      renameSync(`${this.path}.${number}`, `${this.path}.${number + 1}`)
    renameSync(this.path, `${this.path}.1`)
    writeFileSync(this.path, '')
  }
}

async function setUp(t: TestContext) {
  const directory = temporaryDirectory(t)
  const collector = new FakeCollector()
  const agent = new AgentHarness(directory, collector)
  const watches = new ManualWatches()
  agent.openWatch = watches.open
  t.after(() => (agent.isRunning ? agent.stop() : undefined))
  const files = new ContainerFiles(agent.podsDir, 'web-0')
  return { agent, collector, watches, files, dockerDir: join(directory, 'docker') }
}

test("Docker's rotation is followed although the link stays the same, and what was rotated away unread is read", async (t) => {
  const { agent, collector, watches, files, dockerDir } = await setUp(t)
  const log = new DockerLog(dockerDir, files, 'c0')
  log.write('one', 'two')
  await agent.start()
  await agent.settle()
  assert.ok(watches.directories.includes(log.directory))
  log.write('three')
  log.rotate()
  log.write('four')
  log.rotate()
  log.write('five')
  watches.tell(log.directory, 'rename', 'c0-json.log')
  await agent.clock.advance(100)
  await agent.settle()
  assert.deepEqual(collector.bodies('web-0/app', 'stdout'), ['one', 'two', 'three', 'four', 'five'])

  await agent.clock.advance(60_000)
  log.write('six')
  watches.tell(log.directory, 'change', 'c0-json.log')
  await agent.clock.advance(100)
  await agent.settle()
  log.rotate()
  log.write('seven')
  await agent.clock.advance(10_000)
  await agent.settle()
  assert.deepEqual(collector.bodies('web-0/app', 'stdout').slice(5), ['six', 'seven'])
  assert.deepEqual([collector.conflicts, collector.redelivered], [[], 0])
  await agent.clock.advance(60_000)
  const open = [...agent.pipeline.tailer.logs.values()].flatMap(({ files: held }) => held)
  assert.equal(open.length, 1, 'what was read of rotated files is let go')
})

test('a backlog that Docker rotated while the agent was away is read once, in order', async (t) => {
  const { agent, collector, files, dockerDir } = await setUp(t)
  const log = new DockerLog(dockerDir, files, 'c0')
  log.write('one')
  await agent.start()
  await agent.settle()
  await agent.clock.advance(3_000)
  await agent.stop()
  log.write('two')
  log.rotate()
  log.write('three')
  log.rotate()
  log.write('four')
  await agent.start()
  await agent.settle()
  assert.deepEqual(collector.bodies('web-0/app', 'stdout'), ['one', 'two', 'three', 'four'])
  assert.deepEqual([collector.conflicts, collector.redelivered], [[], 0])
})

test('a restart is another container of Docker, and the end of one takes its watch along', async (t) => {
  const { agent, collector, watches, files, dockerDir } = await setUp(t)
  const first = new DockerLog(dockerDir, files, 'c0')
  first.write('first run')
  await agent.start()
  await agent.settle()
  const second = new DockerLog(dockerDir, files, 'c1', 1)
  second.write('second run')
  await agent.clock.advance(10_000)
  await agent.settle()
  assert.deepEqual(new Set(collector.bodies('web-0/app', 'stdout')), new Set(['first run', 'second run']))
  assert.ok(watches.directories.includes(first.directory))
  // Docker removes its directory first; the kubelet's link leads nowhere for a while, which is nothing to tell of.
  rmSync(first.directory, { recursive: true })
  await agent.clock.advance(30_000)
  unlinkSync(files.path('0.log'))
  await agent.clock.advance(30_000)
  assert.deepEqual(
    watches.directories.filter((path) => path.startsWith(dockerDir)),
    [second.directory],
  )
  rmSync(join(agent.podsDir, 'shop_web-0_uid-web-0'), { recursive: true })
  await agent.clock.advance(30_000)
  assert.deepEqual(watches.directories, [agent.podsDir])
  assert.deepEqual(
    agent.lines.filter((line) => line.includes('level=error')),
    [],
  )
})

test("links to what this process cannot see are told of once each, and what is missing is Docker's directory", async (t) => {
  const { agent, collector, files, dockerDir } = await setUp(t)
  const other = new ContainerFiles(agent.podsDir, 'api-0')
  const log = new DockerLog(dockerDir, files, 'c0')
  symlinkSync(join(dockerDir, 'containers/c9/c9-json.log'), other.path())
  log.write('one')
  renameSync(dockerDir, `${dockerDir}-elsewhere`)
  await agent.start()
  await agent.clock.advance(120_000)
  const errors = agent.lines.filter((line) => line.includes('level=error'))
  assert.equal(errors.length, 2, errors.join(''))
  assert.ok(errors.every((line) => line.includes('Mount it') && line.includes('/var/lib/docker/containers')))
  assert.ok(errors.some((line) => line.includes(`path=${files.path()}`) && line.includes(`target=${log.path}`)))
  renameSync(`${dockerDir}-elsewhere`, dockerDir)
  await agent.clock.advance(10_000)
  await agent.settle()
  assert.deepEqual(collector.bodies('web-0/app', 'stdout'), ['one'])
})

test('a link to itself is told of once and hides nothing else', async (t) => {
  const { agent, collector, files } = await setUp(t)
  symlinkSync('0.log', files.path('0.log'))
  files.write(['of the second run'], '1.log')
  await agent.start()
  await agent.clock.advance(120_000)
  await agent.settle()
  assert.deepEqual(collector.bodies('web-0/app', 'stdout'), ['of the second run'])
  const errors = agent.lines.filter((line) => line.includes('level=error'))
  assert.equal(errors.length, 1, errors.join(''))
  assert.match(errors[0]!, /cannot open a log file.*0\.log.*ELOOP/)
  unlinkSync(files.path('0.log'))
  files.write(['of the first run'], '0.log')
  await agent.clock.advance(10_000)
  await agent.settle()
  assert.equal(collector.records.size, 2)
})
