import assert from 'node:assert/strict'
import { readdirSync, renameSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { ContainerModel, parts, STREAMS, TRACE_BEGIN, TRACE_FRAME } from '../../support/container-model.ts'
import type { FakeCollector } from '../../support/fake-collector.ts'
import { CONTAINERS, type Container, ModelNode, RULES } from '../../support/model-node.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

interface Model {
  readonly containers: Record<Container, ContainerModel>
}

type Command = fc.AsyncCommand<Model, ModelNode>

const command = (name: string, run: Command['run'], check: Command['check'] = () => true): Command => ({
  check,
  run,
  toString: () => name,
})

const container = fc.constantFrom(...CONTAINERS)
const stream = fc.constantFrom(...STREAMS)
const text = fc.oneof(fc.string({ maxLength: 12 }), fc.constant('y'.repeat(300)), fc.constant('é'.repeat(20)))
const clean = text.map((value) => Buffer.from(value.replaceAll(/[\n#]/g, ' ')).toString())

const write = fc.tuple(container, stream, fc.constantFrom('F', 'F', 'F', 'P'), clean).map(([name, output, tag, body]) =>
  command(`write ${tag} to ${name} ${output}`, async (model, node) => {
    const unique = node.unique(body)
    node.append(name, model.containers[name], node.line(output, tag as 'P' | 'F', unique))
    model.containers[name].write(output, tag as 'P' | 'F', unique)
  }),
)
const writeTrace = fc.tuple(container, stream, fc.nat(3)).map(([name, output, frames]) =>
  command(`write a trace of ${frames} frames to ${name} ${output}`, async (model, node) => {
    const lines = [TRACE_BEGIN + node.unique('x')]
    for (let frame = 0; frame < frames; frame++) lines.push(`${TRACE_FRAME}.f(${node.unique('Order.java:1')})`)
    for (const line of lines) {
      node.append(name, model.containers[name], node.line(output, 'F', line))
      model.containers[name].write(output, 'F', line)
    }
  }),
)
const writeInTwoPieces = fc.tuple(container, fc.nat(80)).map(([name, at]) =>
  command(`write to ${name}, torn at ${at}`, async (model, node) => {
    const body = node.unique('in two pieces')
    const line = node.line('stdout', 'F', body)
    const piece = Math.min(at, line.length - 1)
    node.append(name, model.containers[name], line.slice(0, piece))
    if (node.agent.isRunning) await node.agent.clock.advance(250)
    node.append(name, model.containers[name], line.slice(piece))
    model.containers[name].write('stdout', 'F', body)
  }),
)
const rename = container.map((name) =>
  command(
    `rename the log of ${name}`,
    async (model, node) => {
      const state = model.containers[name]
      state.rotations += 1
      state.renamedTo = `0.log.20261121-${String(100_000 + state.rotations)}`
      renameSync(join(node.directory(name), '0.log'), join(node.directory(name), state.renamedTo))
    },
    (model) => model.containers[name].renamedTo === undefined,
  ),
)
const reopen = container.map((name) =>
  command(
    `reopen the log of ${name}`,
    async (model, node) => {
      writeFileSync(join(node.directory(name), '0.log'), '', { flag: 'wx' })
      model.containers[name].renamedTo = undefined
    },
    (model) => model.containers[name].renamedTo !== undefined,
  ),
)
const truncate = container.map((name) =>
  command(
    `truncate the log of ${name}`,
    async (model, node) => {
      const state = model.containers[name]
      // If the truncation took the end of a record whose begin is in another file, the next record would look like it.
      if (state.unreadParts) await node.drainForGood()
      state.unreadParts = false
      for (const output of STREAMS) for (const part of state.records[output].flatMap(parts)) state.perhapsLost.add(part)
      truncateSync(join(node.directory(name), '0.log'), 0)
    },
    (model) => model.containers[name].renamedTo === undefined && !model.containers[name].hasPartial,
  ),
)
const deleteRotated = container.map((name) =>
  command(
    `delete the rotated files of ${name}`,
    async (model, node) => {
      await node.drainForGood()
      for (const file of readdirSync(node.directory(name))) {
        if (file !== '0.log' && file !== model.containers[name].renamedTo) unlinkSync(join(node.directory(name), file))
      }
    },
    // A crash would take the begin of an incomplete record with the file.
    (model) => !model.containers[name].hasPartial,
  ),
)
const wait = fc.integer({ min: 1, max: 1_500 }).map((ms) =>
  command(`wait ${ms} ms`, async (_model, node) => {
    if (node.agent.isRunning) await node.agent.clock.advance(ms)
  }),
)
const waitForFlush = fc.constant(
  command('wait until incomplete records are given up', async (model, node) => {
    await node.drain()
    await node.agent.clock.advance(6_000)
    await node.agent.settle()
    for (const name of CONTAINERS) model.containers[name].endPartials()
  }),
)
const setMode = fc.constantFrom('accept', 'refuse', 'lose', 'hold').map((mode) =>
  command(`collector: ${mode}`, async (_model, node) => {
    node.collector.mode = mode as FakeCollector['mode']
    if (mode !== 'hold') node.collector.release()
  }),
)
const releaseOne = fc.constant(
  command('the collector answers the latest request', async (_model, node) => {
    const { mode } = node.collector
    node.collector.mode = 'accept'
    node.collector.release(1)
    await node.agent.clock.advance(1)
    node.collector.mode = mode
  }),
)
const setRule = fc
  .tuple(container, fc.constantFrom(...RULES))
  .map(([name, rule]) => command(`join lines of ${name} by ${rule}`, (_model, node) => node.follow(name, rule)))
const exclude = fc
  .tuple(container, fc.boolean())
  .map(([name, isExcluded]) =>
    command(`${isExcluded ? 'exclude' : 'include'} ${name}`, (_model, node) => node.exclude(name, isExcluded)),
  )
const setKubelet = fc.constantFrom('answer' as const, 'answer' as const, 'fail' as const).map((mode) =>
  command(`kubelet: ${mode}`, async (_model, node) => {
    node.pods.mode = mode
  }),
)
const start = fc.constant(
  command('start', async (_model, node) => {
    if (!node.agent.isRunning) await node.agent.start()
  }),
)
const crash = fc.constant(
  command('crash', async (_model, node) => {
    if (node.agent.isRunning) await node.agent.crash()
  }),
)
const stop = fc.constant(
  command('stop', async (_model, node) => {
    if (node.agent.isRunning) await node.agent.stop()
  }),
)

const commands = fc.commands(
  [
    write,
    write,
    write,
    writeTrace,
    writeTrace,
    writeInTwoPieces,
    rename,
    reopen,
    reopen,
    truncate,
    deleteRotated,
    wait,
    wait,
  ].concat([waitForFlush, setMode, releaseOne, setRule, setRule, exclude, setKubelet, start, start, crash, stop]),
  { maxCommands: 80, size: 'max' },
)

async function check(model: Model, node: ModelNode): Promise<void> {
  await node.drain()
  await node.agent.clock.advance(6_000)
  await node.agent.settle()
  assert.deepEqual(node.collector.conflicts, [], 'an id never stands for two different records')
  for (const name of CONTAINERS) {
    const state = model.containers[name]
    state.endPartials()
    for (const output of STREAMS) {
      const bodies = node.collector.bodies(`${name}/app`, output)
      for (const body of bodies) assert.match(body, /^(?:#|shop\.|\tat )/, 'a record begins where a part begins')
      const arrived = bodies.flatMap(parts)
      const due = state.records[output].flatMap(parts)
      const gone = due.filter((part) => state.perhapsLost.has(part) && !arrived.includes(part))
      assert.deepEqual(
        arrived,
        due.filter((part) => !gone.includes(part)),
        `${name} ${output}`,
      )
    }
    assert.deepEqual(node.collector.bodies(`${name}/app`, undefined), [], 'every line was understood')
  }
  const { intake, shipper } = node.agent.pipeline
  const { acknowledgedRecords, droppedRecords } = shipper.stats
  assert.equal(
    intake.stats.records,
    acknowledgedRecords + droppedRecords,
    'read = acknowledged + dropped, none in flight',
  )
}

async function run(t: TestContext, sequence: Iterable<Command>): Promise<void> {
  const node = new ModelNode(temporaryDirectory(t))
  const model = { containers: { 'web-0': new ContainerModel(), 'web-1': new ContainerModel() } }
  try {
    await fc.asyncModelRun(() => ({ model, real: node }), sequence)
    await check(model, node)
  } finally {
    node.collector.mode = 'accept'
    node.collector.release()
    if (node.agent.isRunning) await node.agent.stop()
  }
}

test('whatever happens to files, agent and collector, every record arrives once', async (t) => {
  const numRuns = Number(process.env.VEDETTE_MODEL_RUNS ?? 60)
  await fc.assert(
    fc.asyncProperty(commands, (sequence) => run(t, sequence)),
    { numRuns },
  )
})
