import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startCli } from '../../support/cli-process.ts'
import { ContainerFiles } from '../../support/container-files.ts'
import { HttpPeer } from '../../support/http-peer.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

test('vedette doctor prints a line for each check, and what fails makes it end with 1', async (t) => {
  const directory = temporaryDirectory(t)
  const podsDir = join(directory, 'pods')
  new ContainerFiles(podsDir).write(['a line'])
  const peer = await HttpPeer.start(t)
  const file = join(directory, 'agent.yaml')
  const settings = { logs: { pods_dir: podsDir }, state_dir: join(directory, 'state'), metadata: { source: 'none' } }
  writeFileSync(file, JSON.stringify({ ...settings, ship: { endpoints: [peer.url] } }))
  const good = await startCli(t, ['doctor', '--config.file', file, '--set', 'web.listen_address=127.0.0.1:1']).ended
  assert.equal(good.code, 0, good.stdout + good.stderr)
  const lines = good.stdout.split('\n').filter((line) => /^(ok|warn|FAIL) /.test(line))
  assert.equal(lines[0], `ok    configuration   ${file}`)
  assert.equal(lines[1], `ok    pods-directory  ${podsDir}: 1 pods, 1 containers, 1 log files`)
  const checks = lines.map((line) => line.split(/\s+/)[1])
  assert.deepEqual(checks, [
    ...['configuration', 'pods-directory', 'log-files', 'inotify', 'open-files', 'spool', 'state-directory'],
    ...['memory', 'cpu', 'collector', 'clock', 'metadata', 'agent'],
  ])
  const bad = await startCli(t, ['doctor', `--config.file=${file}`, '--set', 'ship.endpoints=["http://127.0.0.1:1"]'])
    .ended
  assert.equal(bad.code, 1)
  assert.match(
    bad.stdout,
    /^FAIL {2}collector {7}http:\/\/127\.0\.0\.1:1: connect ECONNREFUSED.*\n {22}-> Start the coll/m,
  )
})

test('vedette doctor --json, and a configuration that is wrong', async (t) => {
  const directory = temporaryDirectory(t)
  const file = join(directory, 'agent.yaml')
  writeFileSync(file, 'ship:\n  endpoint: http://collector:4318\n')
  const { stdout, code } = await startCli(t, ['doctor', '--json', '--config.file', file]).ended
  const report = JSON.parse(stdout) as {
    ok: boolean
    findings: readonly { check: string; status: string; message: string }[]
  }
  assert.deepEqual([code, report.ok, report.findings.length], [1, false, 1])
  assert.deepEqual([report.findings[0]!.check, report.findings[0]!.status], ['configuration', 'fail'])
  assert.match(report.findings[0]!.message, /agent\.yaml:2:3 .*did you mean "endpoints"/)
  const unreadable = await startCli(t, ['doctor', '--config.file', join(directory, 'none.yaml')]).ended
  assert.equal(unreadable.code, 1)
  assert.match(unreadable.stdout, /^FAIL {2}configuration {3}cannot read the configuration file/)
  const usage = await startCli(t, ['doctor', '--config-file', file]).ended
  assert.equal(usage.code, 2)
})
