import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { AgentProcess } from '../support/agent-process.ts'
import { FakeJournal } from '../support/fake-journal.ts'
import { NO_FAULTS } from '../support/line-audit.ts'
import { numberedBody } from '../support/numbered-body.ts'
import { ScriptedCollector } from '../support/scripted-collector.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'

const UNITS = 3
const ROUNDS = 4
const PER_ROUND = 800
const LINE_BYTES = 200

test('an agent that is killed again and again delivers every entry of the journal once', {
  timeout: 120_000,
}, async (t) => {
  const directory = temporaryDirectory(t)
  const podsDir = join(directory, 'pods')
  mkdirSync(podsDir)
  const journal = new FakeJournal(directory)
  const collector = new ScriptedCollector()
  await collector.start()
  t.after(() => collector.stop())
  const agent = new AgentProcess({
    ...{ podsDir, stateDir: join(directory, 'state'), collector: collector.url, nodeFlags: [] },
    settings: [
      ...['logs.enabled=false', 'journald.enabled=true', `journald.journalctl=${journal.program}`],
      // The entries may be older than this boot.
      'journald.start=beginning',
      ...['ship.batch.max_bytes=16KiB', 'ship.batch.max_delay=50ms', 'ship.max_in_flight=2'],
    ],
  })
  t.after(() => agent.end())
  // Some answers are lost, so that there is something in flight whenever it is killed.
  collector.script = (request) => (request % 5 === 3 ? 'die' : 'accept')
  const counts = new Map<number, number>()
  const write = (entries: number) => {
    for (let index = 0; index < entries; index += UNITS) {
      for (let unit = 0; unit < UNITS; unit++) {
        const number = counts.get(unit) ?? 0
        counts.set(unit, number + 1)
        journal.add(numberedBody(unit, number, LINE_BYTES), { _SYSTEMD_UNIT: `uid-${unit}.service` })
      }
    }
  }
  const untilThere = (entries: number) =>
    until(`${entries} entries`, () => collector.audit.size >= entries, { timeoutMs: 60_000, everyMs: 5 })
  for (let round = 1; round <= ROUNDS; round++) {
    const before = collector.audit.size
    write(PER_ROUND)
    await agent.start()
    await untilThere(before + PER_ROUND / 4)
    await agent.kill()
  }
  collector.script = () => 'accept'
  await agent.start()
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  await untilThere(total)
  assert.equal(await agent.stop(), 0)
  assert.deepEqual(collector.audit.compare(counts), NO_FAULTS, collector.audit.examples.join('\n'))
  assert.ok(collector.audit.redelivered > 0)
  assert.doesNotMatch(agent.log.join('\n'), /is not there any more|is no entry/)
})
