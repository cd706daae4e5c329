import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { CodedError } from '#lib/errors.ts'
import { AgentHarness } from '../../support/agent-harness.ts'
import { FakeCollector } from '../../support/fake-collector.ts'
import { numbered, SMALL_BATCHES, setUpJournal } from '../../support/journal-harness.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { until } from '../../support/until.ts'

test('a journalctl that ends is started again where it was, and what it said is said', async (t) => {
  const { agent, collector, journal, untilThere, bodies } = setUpJournal(t)
  journal.addAll(numbered(50))
  journal.misbehave({ endAfter: 20, code: 1, stderr: 'Failed to iterate through journal: Bad message' })
  await agent.start()
  await untilThere(50)
  assert.deepEqual(bodies(), numbered(50))
  assert.equal(collector.redelivered, 0)
  assert.equal(journal.starts.length, 3)
  assert.match(agent.lines.join(''), /journalctl ended.*exit code 1: Failed to iterate through journal: Bad message/)
  journal.misbehave({})
  journal.add('later')
  await untilThere(51)
})

test('lines that are no entries are counted and hide no others', async (t) => {
  const { agent, journal, untilThere, bodies } = setUpJournal(t)
  journal.misbehave({
    garbage: 'no json\n{"MESSAGE":"no cursor"}\n[]\n{"__CURSOR":"--flag x","__REALTIME_TIMESTAMP":"1"}\n',
  })
  journal.add('an entry')
  await agent.start()
  await untilThere(1)
  assert.deepEqual(bodies(), ['an entry'])
  assert.match(agent.lines.join(''), /a line of journalctl is no entry/)
})

test('while there is no room journalctl waits, and a stop does not wait for room', async (t) => {
  const { agent, collector, journal, untilThere, bodies } = setUpJournal(t, SMALL_BATCHES)
  journal.addAll(numbered(20_000, 'a line that is long enough to fill pipes and buffers'))
  collector.mode = 'hold'
  await agent.start()
  await until(
    'batches are full',
    async () => {
      await agent.clock.advance(300)
      return collector.heldRequests > 0
    },
    { everyMs: 5 },
  )
  await agent.clock.advance(5_000)
  const { entries } = agent.pipeline.journal!.stats
  assert.ok(entries < 200, `${entries} entries were taken`)
  collector.mode = 'refuse'
  collector.release()
  await agent.stop()
  collector.mode = 'accept'
  await agent.start()
  await untilThere(20_000)
  assert.equal(new Set(bodies()).size, 20_000)
  assert.deepEqual(collector.conflicts, [])
})

test('start: end and boot leave out what is older, also if the agent is killed before anything came', async (t) => {
  const { agent, journal, untilThere, bodies } = setUpJournal(t, ['journald.start=end'])
  agent.clock.step(Number(1_795_257_970_000n - BigInt(agent.clock.nowMs())))
  journal.addAll(numbered(3, 'old'))
  const untilStarted = (count: number) => until('it follows', () => journal.starts.length === count, { everyMs: 5 })
  await agent.start()
  await untilStarted(1)
  await agent.clock.advance(2_000)
  await agent.crash()
  await agent.clock.advance(60_000)
  await agent.start()
  await untilStarted(2)
  const since = journal.starts.map((args) => args.find((arg) => arg.startsWith('--since=')))
  assert.equal(since.at(-1), '--since=@1795257970')
  assert.deepEqual(new Set(since).size, 1)
  journal.addAll(Array.from({ length: 10_000 }, (_, index) => `later ${index}`))
  await untilThere(1)
  assert.ok(bodies().every((body) => body.startsWith('later')))
})

test('without journalctl the agent does not start, and says what to do', async (t) => {
  const directory = temporaryDirectory(t)
  const program = join(directory, 'no-journalctl')
  const agent = new AgentHarness(directory, new FakeCollector(), [
    'journald.enabled=true',
    `journald.journalctl=${program}`,
  ])
  const isCoded = (error: unknown) => error instanceof CodedError && error.code === 'JOURNALCTL_MISSING'
  const failed = assert.rejects(agent.start(), isCoded)
  await agent.clock.advance(2_000)
  await failed
})

test('a journalctl that is silent for long is started again, which is no error', async (t) => {
  const { agent, journal, untilThere } = setUpJournal(t)
  const untilStarted = (count: number) => until('it follows', () => journal.starts.length === count, { everyMs: 5 })
  journal.add('first')
  await agent.start()
  await untilThere(1)
  await agent.clock.advance(10 * 60_000)
  await untilStarted(2)
  journal.add('second')
  await untilThere(2)
  assert.match(journal.starts.at(-1)!.join(' '), /--cursor=s=/)
  assert.doesNotMatch(agent.lines.join(''), /journalctl ended|is not there any more/)
})
