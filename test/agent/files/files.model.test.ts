import assert from 'node:assert/strict'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { AgentHarness } from '../../support/agent-harness.ts'
import { FakeCollector } from '../../support/fake-collector.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const NAMES = ['app.log', 'other.log'] as const
type Name = (typeof NAMES)[number]

/** A directory of log files, an agent that reads it, and a collector. */
class Node {
  readonly collector = new FakeCollector()
  readonly agent: AgentHarness
  readonly directory: string
  /** Lines that must arrive, each as often as it was written, by the file they were written to. */
  readonly due: Record<Name, string[]> = { 'app.log': [], 'other.log': [] }
  #serial = 0

  constructor(directory: string, pattern: string) {
    this.directory = join(directory, 'logs')
    mkdirSync(this.directory)
    this.agent = new AgentHarness(directory, this.collector, [
      `files=${JSON.stringify([{ paths: [join(this.directory, pattern)] }])}`,
      ...['logs.enabled=false', 'logs.reconcile_interval=1s', 'ship.batch.max_bytes=1KiB', 'ship.max_in_flight=3'],
    ])
  }

  at(name: string): string {
    return join(this.directory, name)
  }

  unique(name: string): string {
    this.#serial += 1
    return this.at(`${name}${this.#serial}`)
  }

  write(name: Name, path: string, lines: readonly string[]): void {
    appendFileSync(path, lines.map((line) => `${line}\n`).join(''))
    this.due[name].push(...lines)
  }

  line(): string {
    this.#serial += 1
    return `line ${this.#serial}`
  }

  /** Has the agent see what is there: a file that it never saw can't be found under another name. */
  async show(): Promise<void> {
    if (!this.agent.isRunning) await this.agent.start()
    // Directory events take real time.
    await sleep(1)
    await this.agent.clock.advance(1_200)
  }

  /** Has everything delivered that was written, and written down: what is removed then need not be read again. */
  async drain(): Promise<void> {
    if (!this.agent.isRunning) await this.agent.start()
    this.collector.mode = 'accept'
    this.collector.release()
    await this.agent.settle()
    await this.agent.clock.advance(3_500)
  }
}

type Command = fc.AsyncCommand<object, Node>
const command = (name: string, run: (node: Node) => Promise<void>): Command => ({
  check: () => true,
  run: (_model, node) => run(node),
  toString: () => name,
})
const files = fc.constantFrom(...NAMES)

const write = fc.tuple(files, fc.integer({ min: 1, max: 12 }), fc.boolean()).map(([name, count, hasHeader]) =>
  command(`write ${count} to ${name}${hasHeader ? ' behind a header' : ''}`, async (node) => {
    const lines = Array.from({ length: count }, () => node.line())
    const isNew = !existsSync(node.at(name)) || statSync(node.at(name)).size === 0
    node.write(name, node.at(name), isNew && hasHeader ? ['# header', ...lines] : lines)
    if (isNew) await node.show()
  }),
)
const rename = fc.tuple(files, fc.constantFrom('.', '-', '.log.'), fc.boolean()).map(([name, separator, create]) =>
  command(`rename ${name}`, async (node) => {
    if (!existsSync(node.at(name)) || statSync(node.at(name)).size === 0) return
    const rotated = node.unique(`${name}${separator}`)
    renameSync(node.at(name), rotated)
    if (create) writeFileSync(node.at(name), '')
    else node.write(name, rotated, [node.line()])
  }),
)
const renameAgain = files.map((name) =>
  command(`rename what was rotated of ${name}`, async (node) => {
    const rotated = readdirSync(node.directory).filter((other) => other.startsWith(name) && other !== name)
    for (const other of rotated) renameSync(node.at(other), node.unique(`${name}.again.`))
  }),
)
const copyAndTruncate = fc.tuple(files, fc.boolean()).map(([name, hasHeader]) =>
  command(`copy and truncate ${name}`, async (node) => {
    if (!existsSync(node.at(name))) return
    // Nothing tells what the agent never saw from a file that it never saw.
    await node.drain()
    const rest = [node.line(), node.line()]
    node.write(name, node.at(name), rest)
    copyFileSync(node.at(name), node.unique(`${name}.`))
    await node.agent.clock.advance(150)
    truncateSync(node.at(name))
    await node.agent.clock.advance(150)
    if (hasHeader) node.write(name, node.at(name), ['# header', node.line()])
    await node.show()
  }),
)
const deleteAndMakeAgain = files.map((name) =>
  command(`delete ${name} and make it again`, async (node) => {
    await node.drain()
    if (existsSync(node.at(name))) unlinkSync(node.at(name))
    node.write(name, node.at(name), ['# header', node.line()])
    await node.show()
  }),
)
const deleteRotated = fc.constant(
  command('delete what was rotated', async (node) => {
    await node.drain()
    for (const other of readdirSync(node.directory)) {
      if (!NAMES.includes(other as Name)) unlinkSync(node.at(other))
    }
  }),
)
const wait = fc.oneof(fc.integer({ min: 1, max: 1_500 }), fc.constant(6_000)).map((ms) =>
  command(`wait ${ms} ms`, async (node) => {
    if (node.agent.isRunning) await node.agent.clock.advance(ms)
  }),
)
const setMode = fc.constantFrom('accept', 'refuse', 'lose', 'hold').map((mode) =>
  command(`collector: ${mode}`, async (node) => {
    node.collector.mode = mode as FakeCollector['mode']
    if (mode !== 'hold') node.collector.release()
  }),
)
const start = fc.constant(
  command('start', async (node) => {
    if (!node.agent.isRunning) await node.agent.start()
  }),
)
const crash = fc.constant(
  command('crash', async (node) => {
    if (node.agent.isRunning) await node.agent.crash()
  }),
)
const stop = fc.constant(
  command('stop', async (node) => {
    if (node.agent.isRunning) await node.agent.stop()
  }),
)

const commands = fc.commands(
  [write, write, write, write, rename, rename, renameAgain, copyAndTruncate, deleteAndMakeAgain, deleteRotated].concat([
    ...[wait, wait, setMode, start, start, crash, stop],
  ]),
  { maxCommands: 60, size: 'max' },
)

async function run(t: TestContext, pattern: string, sequence: Iterable<Command>): Promise<void> {
  const node = new Node(temporaryDirectory(t), pattern)
  try {
    await fc.asyncModelRun(() => ({ model: {}, real: node }), sequence)
    await node.drain()
    await node.agent.clock.advance(3_000)
    await node.agent.settle()
    assert.deepEqual(node.collector.conflicts, [], 'an id never stands for two different records')
    const sort = (lines: readonly string[]) => lines.toSorted((a, b) => a.localeCompare(b))
    const arrived = [...node.collector.records.values()].map(({ body }) => body)
    assert.deepEqual(sort(arrived), sort(NAMES.flatMap((name) => node.due[name])))
    const { intake, shipper } = node.agent.pipeline
    assert.equal(intake.stats.records, shipper.stats.acknowledgedRecords)
  } finally {
    node.collector.mode = 'accept'
    node.collector.release()
    if (node.agent.isRunning) await node.agent.stop()
  }
}

for (const pattern of ['*.log', '*']) {
  test(`whatever happens to the files of ${pattern}, every line arrives as often as it was written`, async (t) => {
    await fc.assert(
      fc.asyncProperty(commands, (sequence) => run(t, pattern, sequence)),
      { numRuns: Number(process.env.VEDETTE_MODEL_RUNS ?? 12) },
    )
  })
}
