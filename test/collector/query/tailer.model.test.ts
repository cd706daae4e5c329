import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import type { CodedError } from '#lib/errors.ts'
import { createEvents } from '#lib/events.ts'
import type { LogRecord, TailSkipped } from '#lib/query/log-record.ts'
import { QUERY_EVENTS } from '../../../collector/query/events.ts'
import { instantOf } from '../../../collector/query/instant.ts'
import { Searcher } from '../../../collector/query/searcher.ts'
import { Tailer, type TailLimits, type TailSink } from '../../../collector/query/tail/tailer.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { FakeSearch } from './fake-search.ts'

class Collected implements TailSink {
  readonly ids: string[] = []
  readonly batches: (readonly LogRecord[])[] = []
  readonly skips: TailSkipped[] = []
  readonly states: string[] = []
  position = ''

  async open(position: string): Promise<void> {
    this.states.push('open')
    this.position = position
  }
  async records(records: readonly LogRecord[], position: string): Promise<void> {
    this.batches.push(records)
    this.ids.push(...records.map(({ id }) => id))
    this.position = position
  }
  async skipped(skipped: TailSkipped): Promise<void> {
    this.skips.push(skipped)
  }
  async failing(error: CodedError): Promise<void> {
    this.states.push(`failing ${error.code}`)
  }
  async recovered(): Promise<void> {
    this.states.push('recovered')
  }

  get skippedCount(): number {
    return this.skips.reduce((sum, { count }) => sum + count, 0)
  }
}

function harness(limits: Partial<TailLimits> = {}) {
  const clock = new ManualClock()
  const index = new FakeSearch()
  const events = createEvents('test', QUERY_EVENTS, {
    clock,
    registry: new Registry(),
    logger: pino({ enabled: false }),
  })
  const searcher = new Searcher({ elasticsearch: index, index: 'logs', events })
  const startMs = clock.nowMs()
  let number = 0
  const add = (atMs: number, name = `id${String(number++).padStart(6, '0')}`) => {
    index.add({ id: name, time: instantOf(atMs), text: `line ${name}`, pod: 'web-1' })
    return name
  }
  const follow = (request: { last?: number; resumeFrom?: string } = {}) => {
    const stop = new AbortController()
    const sink = new Collected()
    const tailer = new Tailer({
      ...{ searcher, clock, limits, signal: stop.signal },
      request: {
        filter: { text: { kind: 'all' }, names: {} },
        last: request.last ?? 0,
        resumeFrom: request.resumeFrom,
      },
    })
    return { sink, stop: () => stop.abort(), done: tailer.follow(sink) }
  }
  return { clock, index, startMs, add, follow }
}

function inOrder(texts: Iterable<string>): string[] {
  return [...texts].sort((a, b) => (a < b ? -1 : 1))
}

test('every line that becomes searchable within the window is shown exactly once', async () => {
  const arrival = fc.record({
    /** Second in which it becomes searchable. */
    at: fc.integer({ min: 0, max: 40 }),
    /** How much older its own time is then, in ms. Coarse, so that many share a time. */
    lateMs: fc.oneof(
      fc.constant(0),
      fc.integer({ min: 0, max: 25 }).map((n) => n * 1_000),
    ),
    offsetMs: fc.constantFrom(0, 1, 500, 999),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(arrival, { maxLength: 60 }), async (arrivals) => {
      const { clock, startMs, add, follow } = harness()
      const tail = follow()
      await clock.advance(0)
      const expected: string[] = []
      for (let second = 0; second <= 40; second++) {
        for (const { at, lateMs, offsetMs } of arrivals) {
          if (at === second) expected.push(add(startMs + second * 1_000 + offsetMs - lateMs))
        }
        await clock.advance(1_000)
      }
      await clock.advance(2_000)
      tail.stop()
      await tail.done
      assert.deepEqual(inOrder(tail.sink.ids), inOrder(expected))
      assert.deepEqual(tail.sink.skips, [])
      for (const batch of tail.sink.batches) {
        const keys = batch.map(({ time, id }) => `${time} ${id}`)
        assert.deepEqual(keys, inOrder(keys))
      }
    }),
    { numRuns: 25 },
  )
})

test('the last lines come first, once, and older ones never', async () => {
  const { clock, startMs, add, follow } = harness()
  for (let n = 0; n < 30; n++) add(startMs - 5_000 + n * 10)
  const tail = follow({ last: 7 })
  await clock.advance(0)
  const late = add(startMs - 4_000)
  await clock.advance(3_000)
  tail.stop()
  await tail.done
  assert.deepEqual(tail.sink.ids, [
    ...Array.from({ length: 7 }, (_, n) => `id${String(23 + n).padStart(6, '0')}`),
    late,
  ])
})

test('a line that is minutes late is found by the wide look', async () => {
  const { clock, startMs, add, follow } = harness()
  const tail = follow()
  await clock.advance(1_000)
  const late = add(startMs - 300_000)
  await clock.advance(20_000)
  tail.stop()
  await tail.done
  assert.deepEqual(tail.sink.ids, [late])
})

test('with more lines than it may read, a tail shows the newest and counts the others', async () => {
  const { clock, startMs, add, follow } = harness({ pollRecords: 50, maxIds: 40 })
  const tail = follow()
  await clock.advance(0)
  let total = 0
  for (let second = 0; second < 8; second++) {
    for (let n = 0; n < (second % 3) * 90; n++, total++) add(startMs + second * 1_000 + (n % 900))
    await clock.advance(1_000)
  }
  await clock.advance(35_000)
  tail.stop()
  await tail.done
  assert.equal(new Set(tail.sink.ids).size, tail.sink.ids.length)
  assert.equal(tail.sink.ids.length + tail.sink.skippedCount, total)
  assert.ok(tail.sink.ids.length >= 200, `${tail.sink.ids.length} of ${total}`)
})

test('an interrupted tail goes on: with the ids that the client has, nothing is missing or twice', async () => {
  const { clock, startMs, add, follow } = harness()
  const expected: string[] = []
  const first = follow()
  await clock.advance(0)
  for (let n = 0; n < 10; n++) expected.push(add(startMs + n * 300))
  await clock.advance(4_000)
  first.stop()
  await first.done
  expected.push(add(startMs + 2_500), add(startMs + 4_100))
  await clock.advance(60_000)
  expected.push(add(startMs + 30_000))
  const second = follow({ resumeFrom: first.sink.position })
  await clock.advance(2_000)
  expected.push(add(clock.nowMs()))
  await clock.advance(2_000)
  second.stop()
  await second.done
  assert.deepEqual(inOrder(new Set([...first.sink.ids, ...second.sink.ids])), inOrder(expected))
})

test('a tail that comes back after hours says what it can not show', async () => {
  const { clock, startMs, add, follow } = harness()
  for (let n = 0; n < 5; n++) add(startMs - 3_600_000 + n)
  const recent = add(startMs - 100_000)
  const tail = follow({ resumeFrom: instantOf(startMs - 7_200_000) })
  await clock.advance(1_000)
  tail.stop()
  await tail.done
  assert.deepEqual([tail.sink.skippedCount, tail.sink.ids], [5, [recent]])
})

test('an outage of Elasticsearch is said once, and what came meanwhile is shown after it', async () => {
  const { clock, index, startMs, add, follow } = harness()
  const tail = follow()
  await clock.advance(1_000)
  index.fault = () => ({ kind: 'unreachable', reason: 'connection', message: 'connect ECONNREFUSED' })
  await clock.advance(60_000)
  const missed = [add(startMs + 20_000), add(startMs + 50_000)]
  index.fault = () => undefined
  await clock.advance(20_000)
  tail.stop()
  await tail.done
  assert.deepEqual(tail.sink.states, ['open', 'failing SEARCH_UNAVAILABLE', 'recovered'])
  assert.deepEqual(tail.sink.ids, missed)
})

test('if the first look fails the tail does not begin', async () => {
  const { index, follow } = harness()
  index.fault = () => ({ kind: 'unreachable', reason: 'connection', message: 'connect ECONNREFUSED' })
  await assert.rejects(follow().done, { code: 'SEARCH_UNAVAILABLE' })
})
