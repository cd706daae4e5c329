import type { TestContext } from 'node:test'
import { AgentHarness } from './agent-harness.ts'
import { FakeCollector } from './fake-collector.ts'
import { FakeJournal } from './fake-journal.ts'
import { temporaryDirectory } from './temporary.ts'
import { until } from './until.ts'

/** An agent that reads a journal and nothing else, not started yet. */
export function setUpJournal(t: TestContext, settings: readonly string[] = []) {
  const collector = new FakeCollector()
  const directory = temporaryDirectory(t)
  const journal = new FakeJournal(directory)
  const agent = new AgentHarness(directory, collector, [
    ...['logs.enabled=false', 'journald.enabled=true', 'journald.start=beginning'],
    ...[`journald.journalctl=${journal.program}`, ...settings],
  ])
  t.after(async () => {
    collector.mode = 'accept'
    collector.release()
    if (agent.isRunning) await agent.stop()
  })
  /** The journal is followed in real time, the agent's clock stands still unless it is moved. */
  const untilThere = (count: number) =>
    until(
      `${count} records`,
      async () => {
        await agent.clock.advance(300)
        return collector.records.size >= count
      },
      { everyMs: 5 },
    )
  const bodies = () => [...collector.records.values()].sort((a, b) => (a.uid < b.uid ? -1 : 1)).map(({ body }) => body)
  return { agent, collector, directory, journal, untilThere, bodies }
}

/** Texts with their number. */
export const numbered = (count: number, text = 'entry'): string[] =>
  Array.from({ length: count }, (_, index) => `${text} ${index}`)
export const SMALL_BATCHES: readonly string[] = ['ship.batch.max_bytes=2KiB', 'ship.max_in_flight=2']
