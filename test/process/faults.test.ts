import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { NumberedLogs } from '../support/numbered-logs.ts'
import { auditLines, countDocuments } from '../support/search-all.ts'
import { fillUp, temporarySmallDisk, whyNoSmallDisk } from '../support/small-disk.ts'
import { Stack } from '../support/stack.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'

test('a port that is taken is one clear error, and nothing stays behind', async (t) => {
  const directory = temporaryDirectory(t)
  const blocker = createServer().listen(0, '127.0.0.1')
  await once(blocker, 'listening')
  t.after(() => blocker.close())
  const { port } = blocker.address() as { port: number }
  // The collector's OTLP port is the taken one: by then the store has been started.
  const configDir = join(directory, 'config')
  mkdirSync(configDir)
  writeFileSync(join(configDir, 'collector.yaml'), `otlp: {http: {listen_address: "127.0.0.1:${port}"}}\n`)
  const { stack, code } = await Stack.startFailing({ podsDir: directory, dataDir: join(directory, 'data'), configDir })
  assert.equal(code, 1)
  assert.deepEqual(stack.output, [])
  const errors = stack.log.filter((line) => !/ level=(?:info|warn) /.test(line))
  assert.equal(errors[0], `vedette collector: otlp.http.listen_address: address 127.0.0.1:${port} is already in use`)
  assert.match(errors[1]!, /^Stop the process that holds the port/)
  assert.match(errors[2]!, /^vedette up: collector did not become ready: exit code 1/)
  await assert.rejects(fetch(`http://127.0.0.1:${9200 + stack.portOffset}`))
})

test('a data directory that cannot be written is one clear error', async (t) => {
  const directory = temporaryDirectory(t)
  const dataDir = join(directory, 'data')
  writeFileSync(dataDir, 'a file, not a directory')
  const { stack, code } = await Stack.startFailing({ podsDir: directory, dataDir })
  assert.equal(code, 1)
  assert.match(stack.log[0]!, /^vedette store: data_dir: cannot write in directory .*data\/store: /)
  assert.match(stack.log[1]!, /^Create the directory, or give it to the user of this process/)
})

test('a wrong configuration stops the start and names the place', async (t) => {
  const directory = temporaryDirectory(t)
  const configDir = join(directory, 'config')
  mkdirSync(configDir)
  writeFileSync(join(configDir, 'store.yaml'), 'retention:\n  max_agee: 3d\n')
  const { stack, code } = await Stack.startFailing({ podsDir: directory, dataDir: join(directory, 'data'), configDir })
  assert.equal(code, 1)
  assert.match(
    stack.log.join('\n'),
    /store\.yaml:2:3 {2}error {2}retention has no option "max_agee"; did you mean "max_age"\?\n.*max_agee: 3d\n +\| +\^{8}\n/,
  )
})

test('a full disk delays lines and loses none', { timeout: 120_000 }, async (t) => {
  const dataDir = temporarySmallDisk(t, 24)
  if (dataDir === undefined) return t.skip(whyNoSmallDisk())
  const podsDir = temporaryDirectory(t)
  const logs = new NumberedLogs({ podsDir, containers: 4 })
  t.after(() => logs.close())
  // All of so small a disk is below the usual floor.
  const configDir = temporaryDirectory(t)
  writeFileSync(join(configDir, 'collector.yaml'), 'queue: {min_free_bytes: 0}\n')
  const stack = await Stack.start({ podsDir, dataDir, configDir })
  t.after(() => stack.stop())
  logs.write(100)
  await until('the first lines are searchable', async () => (await countDocuments(stack.url('elasticsearch'))) >= 400)
  const filler = join(dataDir, 'filler')
  fillUp(filler)
  logs.write(20_000)
  t.after(() => t.diagnostic(stack.log.slice(-30).join('\n')))
  await until('someone says that the disk is full', () => stack.log.some((line) => /no space left/i.test(line)))
  assert.ok((await countDocuments(stack.url('elasticsearch'))) < logs.total, 'the disk was to be full')
  assert.equal(stack.process.exitCode, null)
  assert.equal(stack.pids.size, 4)
  assert.ok(!stack.log.some((line) => line.includes('a service died')))
  rmSync(filler)
  await until('all lines are searchable', async () => (await countDocuments(stack.url('elasticsearch'))) >= logs.total)
  assert.deepEqual(await auditLines(stack.url('elasticsearch'), logs.written), {
    ...{ found: logs.total, lost: 0, doubled: 0, misplaced: 0 },
  })
  assert.equal(await stack.stop(), 0)
})
