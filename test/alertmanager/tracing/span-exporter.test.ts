import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEvents } from '#lib/events.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry } from '#lib/metrics.ts'
import { EVENTS } from '../../../alertmanager/events.ts'
import { type Sent, SpanExporter } from '../../../alertmanager/tracing/span-exporter.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { endedSpan } from '../support/ended-span.ts'
import { decodeTraces } from '../support/trace-proto.ts'

const TAKEN: Sent = { ok: true, rejected: 0, message: '' }
const AWAY: Sent = { ok: false, retryable: true, message: 'connect ECONNREFUSED' }

/** An exporter whose sender answers as told, or not at all until it is aborted. */
function start(answer: (index: number) => Sent | 'hang') {
  const clock = new ManualClock()
  const registry = createRegistry('alertmanager', '0')
  const lines: string[] = []
  const write = (line: string) => lines.push(line)
  const logger = createLogger({ service: 'alertmanager', level: 'info', format: 'logfmt', write })
  const batches: string[][] = []
  let isClosed = false
  const exporter = new SpanExporter({
    ...{
      resource: {},
      timeoutMs: 10_000,
      clock,
      random: () => 0,
      events: createEvents('am', EVENTS, { registry, logger, clock }),
    },
    sender: {
      send(request, signal) {
        batches.push(decodeTraces(request).spans.map(({ name }) => name))
        const said = answer(batches.length - 1)
        if (said !== 'hang') return Promise.resolve(said)
        return new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve({ ok: false, retryable: true, message: 'aborted' }))
        })
      },
      close: () => {
        isClosed = true
      },
    },
  })
  const add = (count: number) => {
    for (let n = 0; n < count; n++) exporter.add(endedSpan(`${n}`))
  }
  const count = async (metric: string) => {
    const text = await registry.getSingleMetricAsString(`am_tracing_${metric}`)
    return Object.fromEntries(
      Array.from(text.matchAll(/^\S+?(?:\{reason="(\w+)"\})? (\d+)$/gm), (m) => [m[1] ?? 'all', Number(m[2])]),
    )
  }
  return { clock, exporter, batches, lines, add, count, isClosed: () => isClosed }
}

test('spans go out together, a few seconds after the first of them, or when there are many', async () => {
  const { clock, exporter, batches, add, count } = start(() => TAKEN)
  add(3)
  await clock.advance(4_999)
  assert.deepEqual(batches, [])
  await clock.advance(1)
  assert.deepEqual(batches, [['0', '1', '2']])
  add(1_100)
  await clock.advance(0)
  assert.deepEqual(
    batches.slice(1).map(({ length }) => length),
    [512, 512, 76],
  )
  assert.deepEqual(await count('spans_sent_total'), { all: 1_103 })
  add(1)
  await exporter.close()
  assert.equal(batches.length, 5)
})

test('nothing waits for a collector that hangs: what does not fit is dropped and counted', async () => {
  const { clock, exporter, batches, add, count, lines, isClosed } = start(() => 'hang')
  add(5_000)
  assert.deepEqual(await count('spans_dropped_total'), { queue_full: 5_000 - 2_048 })
  await clock.advance(0)
  // One batch is under way beside the queue.
  add(2_000)
  assert.deepEqual(await count('spans_dropped_total'), { queue_full: 7_000 - 2_048 - 512 })
  await clock.advance(10_000)
  assert.match(lines.join(''), /level=warn .*cannot send traces.* error="no answer within 10000 ms"/)
  await clock.advance(600_000)
  // Each batch is tried again for a minute; after that it is gone, and the next one has its turn.
  assert.equal(batches.length, 5 * 3)
  assert.equal((await count('spans_dropped_total')).not_sent, 2_048 + 512)
  assert.ok(lines.length <= 6, `${lines.length} lines in five minutes and a half`)
  const closing = exporter.close()
  await clock.advance(5_000)
  await closing
  assert.equal(isClosed(), true)
  exporter.add(endedSpan())
  assert.equal((await count('spans_dropped_total')).closed, 1)
})

test('what is refused for now is sent again, what is refused for good is not', async () => {
  const answers: Sent[] = [AWAY, { ...AWAY, retryAfterMs: 20_000 }, TAKEN, { ...AWAY, retryable: false }]
  const { clock, batches, add, count, lines } = start((index) => answers[index]!)
  add(1)
  await clock.advance(5_000)
  assert.equal(batches.length, 1)
  await clock.advance(5_000)
  assert.equal(batches.length, 2)
  await clock.advance(19_999)
  assert.equal(batches.length, 2)
  await clock.advance(1)
  assert.equal(batches.length, 3)
  assert.deepEqual([await count('spans_sent_total'), await count('spans_dropped_total')], [{ all: 1 }, {}])
  add(2)
  await clock.advance(120_000)
  assert.equal(batches.length, 4)
  assert.deepEqual(await count('spans_dropped_total'), { not_sent: 2 })
  assert.deepEqual(await count('exports_failed_total'), { all: 3 })
  assert.equal(lines.length, 1)
})

test('spans that the collector did not want are counted, and why is said', async () => {
  const { clock, add, count, lines } = start(() => ({ ok: true, rejected: 2, message: 'too old' }))
  add(5)
  await clock.advance(5_000)
  assert.deepEqual([await count('spans_sent_total'), await count('spans_dropped_total')], [{ all: 3 }, { refused: 2 }])
  assert.match(lines.join(''), /error="too old" rejected=2/)
})

test('at the end what is left is sent, with one attempt more for what failed, and no longer than the deadline', async () => {
  const mended = start((index) => (index === 0 ? AWAY : TAKEN))
  mended.add(1)
  await mended.clock.advance(5_000)
  mended.add(1)
  await mended.exporter.close()
  assert.deepEqual(mended.batches, [['0'], ['0'], ['0']])
  assert.deepEqual(await mended.count('spans_sent_total'), { all: 2 })

  const hung = start(() => 'hang')
  hung.add(600)
  await hung.exporter.close(AbortSignal.abort())
  assert.deepEqual(await hung.count('spans_dropped_total'), { not_sent: 600 })
})
