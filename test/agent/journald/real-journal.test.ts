import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { AgentHarness } from '../../support/agent-harness.ts'
import { FakeCollector } from '../../support/fake-collector.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { until } from '../../support/until.ts'

const JOURNALD = ['/usr/lib/systemd/systemd-journald', '/lib/systemd/systemd-journald'].find((path) => existsSync(path))

/** Why there can be no journald of one's own here; it needs a /run of its own. */
function missing(): string | undefined {
  if (JOURNALD === undefined) return 'there is no systemd-journald'
  if (spawnSync('journalctl', ['--version']).status !== 0) return 'there is no journalctl'
  const mount = spawnSync('unshare', ['--mount', 'sh', '-c', 'mount -t tmpfs none /run'])
  return mount.status === 0 ? undefined : 'mounts are not allowed'
}

/** Has a journald take entries, and keeps its files. */
const SCRIPT = `
set -e
mount -t tmpfs none /run
mkdir -p /run/systemd/journal /run/log/journal
"$1" >"$2/journald.log" 2>&1 &
daemon=$!
tries=0
until [ -S /run/systemd/journal/socket ] && [ -S /run/systemd/journal/stdout ]; do
  tries=$((tries + 1))
  [ $tries -lt 200 ]
  sleep 0.05
done
printf 'first\\n' | systemd-cat -t vedette-test -p err
printf 'with \\033[31mcolour\\n' | systemd-cat -t vedette-test
printf '%010000d\\n' 7 | systemd-cat -t vedette-test -p debug
printf 'last\\n' | systemd-cat -t vedette-test -p notice
tries=0
until [ "$(journalctl -D /run/log/journal -t vedette-test -o cat | wc -l)" -ge 4 ]; do
  tries=$((tries + 1))
  [ $tries -lt 200 ]
  sleep 0.05
done
kill $daemon
wait $daemon || true
cp -r /run/log/journal "$2/journal"
`

test('the journalctl of this machine is understood', async (t) => {
  const reason = missing()
  if (reason !== undefined) return t.skip(reason)
  const directory = temporaryDirectory(t)
  mkdirSync(join(directory, 'journal-files'))
  writeFileSync(join(directory, 'fill.sh'), SCRIPT)
  execFileSync('unshare', [
    ...['--mount', 'sh', join(directory, 'fill.sh'), JOURNALD!, join(directory, 'journal-files')],
  ])
  const collector = new FakeCollector()
  const agent = new AgentHarness(directory, collector, [
    ...['logs.enabled=false', 'journald.enabled=true', 'journald.start=beginning'],
    ...['journald.identifiers=[vedette-test]', `journald.directory=${join(directory, 'journal-files/journal')}`],
  ])
  t.after(async () => {
    if (agent.isRunning) await agent.stop()
  })
  await agent.start()
  const arrived = () =>
    until(
      'four entries',
      async () => {
        await agent.clock.advance(300)
        return collector.records.size >= 4
      },
      { everyMs: 10 },
    )
  await arrived()
  // Through a restart, and then from the cursor again.
  await agent.clock.advance(2_000)
  await agent.stop()
  await agent.start()
  await until('it is asked again', () => agent.pipeline.intake.stats.bytes > 0, { everyMs: 10 })
  const records = [...collector.records.values()].toSorted((a, b) => (a.uid < b.uid ? -1 : 1))
  assert.deepEqual(
    records.map(({ body, severity }) => [body, severity]),
    [
      ['first', 17],
      ['with \u001b[31mcolour', 9],
      [`${'0'.repeat(9_999)}7`, 5],
      ['last', 10],
    ],
  )
  assert.equal(collector.redelivered, 0)
  assert.doesNotMatch(agent.lines.join(''), /is not there any more|journalctl ended/)
})
