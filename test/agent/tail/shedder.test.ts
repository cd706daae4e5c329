import assert from 'node:assert/strict'
import { readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { LagSurvey } from '../../../agent/observe/lag.ts'
import { logsOf, loseFile, numbered, rest, setUpSpool } from '../../support/spool-harness.ts'

test('beyond the budget the noisiest container loses its oldest files, which is counted; the quiet one loses nothing', async (t) => {
  const { agent, collector, pod } = setUpSpool(t, ['logs.spool.max_bytes=200KiB'])
  const [noisy, quiet] = [pod('noisy'), pod('quiet')]
  for (const files of [noisy, quiet]) files.write([])
  await agent.start()
  collector.mode = 'refuse'
  let quietBytes = 0
  for (let rotation = 0; rotation < 12; rotation++) {
    noisy.write(numbered(400, `${rotation} ${'n'.repeat(50)}`))
    quiet.write(numbered(20, `${rotation} q`))
    await agent.clock.advance(200)
    quietBytes += statSync(quiet.path()).size
    await loseFile(agent, noisy, rotation)
    await loseFile(agent, quiet, rotation)
    await agent.clock.advance(2_000)
    const { unlinkedBytes, spoolBytes } = new LagSurvey({
      logs: () => logsOf(agent),
      clock: agent.clock,
      maxContainers: 0,
    }).take()
    assert.ok(unlinkedBytes + spoolBytes <= 200 * 1024, `held: ${unlinkedBytes} and ${spoolBytes}`)
  }
  assert.ok(quietBytes < 50_000)
  const shed = (await agent.counted('shed_bytes_total')).budget!
  collector.mode = 'accept'
  await rest(agent)
  const rotations = Array.from({ length: 12 }, (_, rotation) => rotation)
  const arrived = collector.bodies(noisy.name, 'stdout')
  assert.deepEqual(
    collector.bodies(quiet.name, 'stdout'),
    rotations.flatMap((rotation) => numbered(20, `${rotation} q`)),
  )
  assert.ok(arrived.includes(`11 ${'n'.repeat(50)} 399`), 'the newest are kept')
  const all = rotations.flatMap((rotation) => numbered(400, `${rotation} ${'n'.repeat(50)}`))
  const missing = all.filter((body) => !arrived.includes(body))
  assert.ok(missing.length > 1_000)
  const lineBytes = noisy.line('').length
  assert.equal(
    shed,
    missing.reduce((sum, body) => sum + lineBytes + body.length, 0),
    'to the byte',
  )
  const { intake, shipper } = agent.pipeline
  assert.equal(intake.stats.records, shipper.stats.acknowledgedRecords, 'what was read was delivered')
})

test('a disk with too little free space is not filled further', async (t) => {
  const { agent, collector, pod } = setUpSpool(t, ['logs.spool.min_free_bytes=1000000GiB'])
  const files = pod('web-0')
  files.write(numbered(500, 'line'))
  collector.mode = 'refuse'
  await agent.start()
  await agent.clock.advance(1_000)
  await loseFile(agent, files, 0)
  await agent.clock.advance(2_000)
  assert.ok((await agent.counted('shed_bytes_total')).free_space! > 10_000)
  assert.equal(agent.lines.filter((line) => line.includes('gave up the rest of a deleted log file')).length, 1)
  files.write(['after'])
  collector.mode = 'accept'
  await rest(agent)
  assert.equal(collector.bodies(files.name, 'stdout').at(-1), 'after')
})

test('what is given up is read from the compressed file, if there is one', async (t) => {
  const { agent, collector, pod } = setUpSpool(t, ['logs.spool.max_bytes=0'])
  const files = pod('web-0')
  files.write(numbered(2_000, 'line'))
  files.append(files.line('begun ', 'stdout', 'P'))
  collector.mode = 'hold'
  await agent.start()
  await agent.clock.advance(1_000)
  const name = '0.log.20261121-104600'
  renameSync(files.path(), files.path(name))
  files.append(files.line('ended'))
  await agent.clock.advance(300)
  writeFileSync(files.path(`${name}.gz`), gzipSync(readFileSync(files.path(name))))
  unlinkSync(files.path(name))
  await agent.clock.advance(3_000)
  collector.mode = 'accept'
  collector.release()
  await rest(agent)
  assert.deepEqual(collector.bodies(files.name, 'stdout'), [...numbered(2_000, 'line'), 'begun ended'])
  assert.deepEqual([collector.conflicts, await agent.counted('shed_bytes_total')], [[], {}])
})
