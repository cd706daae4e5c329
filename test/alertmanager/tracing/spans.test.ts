import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { type Clock, systemClock } from '#lib/clock.ts'
import { createWebServer } from '#lib/http/server.ts'
import { momentOf } from '../../../alertmanager/moment.ts'
import type { EndedSpan } from '../../../alertmanager/tracing/recorded-span.ts'
import { spanOf, traceRequests } from '../../../alertmanager/tracing/requests.ts'
import { inSpan, NO_SPAN } from '../../../alertmanager/tracing/span.ts'
import { createTracer, NO_TRACER } from '../../../alertmanager/tracing/tracer.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { until } from '../../support/until.ts'
import { postable } from '../support/postable.ts'
import { startTestRouter } from '../support/test-router.ts'

function tracing(clock: Clock = systemClock) {
  const ended: EndedSpan[] = []
  const exporter = { add: (span: EndedSpan) => void ended.push(span), close: () => Promise.resolve() }
  return { ended, tracer: createTracer({ samplingFraction: 1, clock, exporter }) }
}

test('a span lasts as long as its work, whatever the wall clock does meanwhile', async () => {
  const clock = new ManualClock(1_000_000)
  const { ended, tracer } = tracing(clock)
  const flush = tracer.start('flush')
  await clock.advance(100)
  clock.step(-3_600_000)
  const child = flush.child('child')
  await clock.advance(50)
  child.end()
  child.end()
  flush.end()
  assert.deepEqual(
    ended.map(({ name, startMs, endMs }) => [name, startMs, endMs]),
    [
      ['child', 1_000_100, 1_000_150],
      ['flush', 1_000_000, 1_000_150],
    ],
  )
})

test('what a span holds is bounded', () => {
  const { ended, tracer } = tracing()
  const long = 'x'.repeat(1_000_000)
  const span = tracer.start('work', { attributes: { a: long } })
  span.set({ b: long, c: 1 })
  for (let n = 0; n < 1_000; n++) span.event('again', { long })
  span.fail(long)
  span.end()
  const [{ attributes, events, failure }] = ended as [EndedSpan]
  assert.deepEqual([String(attributes.a).length, String(attributes.b).length, attributes.c], [4_096, 4_096, 1])
  assert.deepEqual([events.length, String(events[0]!.attributes.long).length, failure?.length], [128, 4_096, 4_096])
})

test('work that throws is a span that failed', async () => {
  const { ended, tracer } = tracing()
  await assert.rejects(
    inSpan(tracer.start('work'), () => Promise.reject(new Error('broken'))),
    /broken/,
  )
  assert.deepEqual(
    ended.map(({ failure }) => failure),
    ['broken'],
  )
  assert.equal(NO_TRACER.start('work'), NO_SPAN)
  assert.deepEqual([NO_SPAN.child('more'), NO_SPAN.headers], [NO_SPAN, {}])
})

test('a client that does not wait for its answer is seen', async (t) => {
  const { ended, tracer } = tracing()
  const asked = Promise.withResolvers<void>()
  const server = createWebServer({
    ...{ name: 'test', listenAddress: '127.0.0.1:0' },
    routes: (app) => {
      traceRequests(app, () => tracer)
      app.get('/slow', async (incoming) => {
        assert.equal(spanOf(incoming).isRecording, true)
        asked.resolve()
        await new Promise(() => {})
      })
    },
  })
  await server.start?.()
  t.after(() => server.stop?.(AbortSignal.abort()))
  const outgoing = request(`${server.url}/slow?a=b`).on('error', () => {})
  outgoing.end()
  await asked.promise
  outgoing.destroy()
  await until('the span to end', () => ended.length > 0, { everyMs: 5 })
  assert.deepEqual(
    ended.map(({ name, kind, failure }) => [name, kind, failure]),
    [['GET /slow', 'server', 'the client did not wait for the answer']],
  )
})

test('of many alerts at once the first hundred have spans, and all of them are routed', async (t) => {
  const clock = new ManualClock()
  const { ended, tracer } = tracing(clock)
  const yaml = 'route: {receiver: a, group_by: [n]}\nreceivers: [{name: a}]\n'
  const none = () => Promise.reject(new Error('nothing is sent'))
  const transports = { http: () => none, mail: () => none }
  const router = await startTestRouter({ yaml, clock, directory: temporaryDirectory(t), transports })
  t.after(() => router.kill())
  const endsAt = momentOf(clock.nowMs() + 3_600_000)
  const alerts = Array.from({ length: 150 }, (_item, n) => postable({ n: `${n}` }, { endsAt }))
  router.pipeline.receive(alerts, tracer.start('request'))
  assert.equal(Array.from(router.pipeline.groups()).length, 150)
  const put = ended.at(-1)!
  assert.deepEqual([put.name, put.attributes], ['provider.mem.Put', { 'alerting.alerts.count': 150 }])
  const routed = ended.filter(({ name }) => name === 'dispatch.Dispatcher.routeAlert')
  assert.equal(routed.length, 100)
  assert.ok(routed.every(({ parentSpanId }) => parentSpanId === put.context.spanId))
})
