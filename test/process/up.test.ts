import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { NumberedLogs } from '../support/numbered-logs.ts'
import { auditLines, countDocuments } from '../support/search-all.ts'
import { Stack } from '../support/stack.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'

test('200 000 lines of 20 containers, half of them written after the start, are searchable once', async (t) => {
  const directory = temporaryDirectory(t)
  const podsDir = join(directory, 'pods')
  mkdirSync(podsDir)
  const logs = new NumberedLogs({ podsDir, containers: 20 })
  logs.write(5_000)
  const stack = await Stack.start({ podsDir, dataDir: join(directory, 'data') })
  t.after(() => stack.stop())
  t.diagnostic(`ready after ${Math.round(performance.now() - stack.startedAtMs)} ms`)
  for (let part = 0; part < 10; part++) logs.write(500)
  const writtenAt = performance.now()
  await until('all lines are searchable', async () => (await countDocuments(stack.url('elasticsearch'))) >= 200_000)
  t.diagnostic(`searchable ${Math.round(performance.now() - writtenAt)} ms after the last write`)
  const audit = await auditLines(stack.url('elasticsearch'), logs.written)
  assert.deepEqual(audit, { found: 200_000, lost: 0, doubled: 0, misplaced: 0 })
  assert.equal(stack.output.length, 1)
  assert.match(
    stack.output[0]!,
    /^vedette ready ui=http:\/\/127\.0\.0\.1:\d+ elasticsearch=http:\/\/127\.0\.0\.1:\d+ alertmanager=http:\/\/127\.0\.0\.1:\d+ otlp=http:\/\/127\.0\.0\.1:\d+$/,
  )
  assert.equal(await stack.stop(), 0)
  logs.close()
})

test('a second start on the same directories finds what is there and sends nothing again', async (t) => {
  const directory = temporaryDirectory(t)
  const podsDir = join(directory, 'pods')
  mkdirSync(podsDir)
  const logs = new NumberedLogs({ podsDir, containers: 3 })
  logs.write(1_000)
  const options = { podsDir, dataDir: join(directory, 'data') }
  const first = await Stack.start(options)
  t.after(() => first.stop())
  await until('lines are searchable', async () => (await countDocuments(first.url('elasticsearch'))) >= 3_000)
  assert.equal(await first.stop(), 0)
  logs.write(10)
  const second = await Stack.start({ ...options, portOffset: first.portOffset })
  t.after(() => second.stop())
  await until('new lines are searchable', async () => (await countDocuments(second.url('elasticsearch'))) >= 3_030)
  assert.equal(await second.metric('agent', 'vedette_agent_records_read_total'), 30)
  assert.deepEqual(await auditLines(second.url('elasticsearch'), logs.written), {
    ...{ found: 3_030, lost: 0, doubled: 0, misplaced: 0 },
  })
  logs.close()
})

test('without a pods directory a demo workload is written, and it says so', async (t) => {
  const directory = temporaryDirectory(t)
  const stack = await Stack.start({ podsDir: join(directory, 'missing'), dataDir: join(directory, 'data') })
  t.after(() => stack.stop())
  assert.ok(stack.log.some((line) => line.includes('the pods directory does not exist; writing demo logs')))
  await until('demo lines are searchable', async () => (await countDocuments(stack.url('elasticsearch'))) > 10)
  assert.equal(await stack.stop(), 0)
})
