import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { systemClock } from '#lib/clock.ts'
import { encodeExportResponse, encodeStatus } from '#lib/otlp/responses.ts'
import { encodeTraces } from '../../../alertmanager/tracing/encode.ts'
import { createGrpcSender } from '../../../alertmanager/tracing/grpc-sender.ts'
import { createHttpSender } from '../../../alertmanager/tracing/http-sender.ts'
import { secretHeaders } from '../../../alertmanager/tracing/secret-headers.ts'
import type { TraceSender } from '../../../alertmanager/tracing/span-exporter.ts'
import { lastingPort } from '../../support/lasting-port.ts'
import { captureServer } from '../support/capture-server.ts'
import { endedSpan } from '../support/ended-span.ts'
import { type TraceAnswer, traceCollectorOverGrpc, traceCollectorOverHttp } from '../support/trace-collector.ts'

const REQUEST = encodeTraces({}, [endedSpan()])
const NEVER = new AbortController().signal

async function sender(t: TestContext, kind: 'http' | 'grpc', endpoint: string): Promise<TraceSender> {
  const readFile = () => Promise.resolve('from-file')
  const headers = secretHeaders({ 'X-Key': { values: [], secrets: ['Bearer hunter2'], files: ['key'] } }, readFile)
  const options = {
    endpoint,
    headers,
    readFile,
    isInsecure: true,
    tls: undefined,
    isCompressed: false,
    userAgent: 'test',
  }
  const made =
    kind === 'http' ? createHttpSender({ ...options, env: {}, clock: systemClock }) : await createGrpcSender(options)
  t.after(() => made.close())
  return made
}

test('what an answer over HTTP means', async (t) => {
  const answers: TraceAnswer[] = [
    {},
    { body: encodeExportResponse({ rejected: 3, message: 'hunter2 is too old' }) },
    { status: 503, headers: { 'retry-after': '7' }, body: encodeStatus('from-file knows not hunter2') },
    { status: 400, body: Buffer.from('what?') },
    { status: 302, headers: { location: 'http://127.0.0.1:1/' } },
  ]
  const collector = await traceCollectorOverHttp(t, (_request, index) => answers[index]!)
  const { send } = await sender(t, 'http', collector.endpoint)
  const url = `http://${collector.endpoint}/v1/traces`
  assert.deepEqual(await send(REQUEST, NEVER), { ok: true, rejected: 0, message: '' })
  assert.deepEqual(await send(REQUEST, NEVER), { ok: true, rejected: 3, message: '<redacted> is too old' })
  assert.deepEqual(await send(REQUEST, NEVER), {
    ...{ ok: false, retryable: true, retryAfterMs: 7_000 },
    message: `${url} answered 503: <redacted> knows not <redacted>`,
  })
  for (const status of [400, 302]) {
    assert.deepEqual(await send(REQUEST, NEVER), {
      ...{ ok: false, retryable: false, retryAfterMs: undefined, message: `${url} answered ${status}` },
    })
  }
  assert.equal(collector.requests[0]!.headers['x-key'], 'Bearer hunter2, from-file')
})

test('what an answer over gRPC means', async (t) => {
  const answers: TraceAnswer[] = [
    {},
    { body: encodeExportResponse({ rejected: 3, message: 'old' }) },
    { status: 14 },
    { status: 3 },
  ]
  const collector = await traceCollectorOverGrpc(t, (_request, index) => answers[index]!)
  const { send } = await sender(t, 'grpc', collector.endpoint)
  assert.deepEqual(await send(REQUEST, NEVER), { ok: true, rejected: 0, message: '' })
  assert.deepEqual(await send(REQUEST, NEVER), { ok: true, rejected: 3, message: 'old' })
  const { endpoint } = collector
  assert.deepEqual(await send(REQUEST, NEVER), {
    ...{ ok: false, retryable: true, message: `${endpoint}: 14 UNAVAILABLE: no` },
  })
  assert.deepEqual(await send(REQUEST, NEVER), {
    ...{ ok: false, retryable: false, message: `${endpoint}: 3 INVALID_ARGUMENT: no` },
  })
  assert.equal(collector.requests[0]!.headers['x-key'], 'Bearer hunter2, from-file')
})

for (const kind of ['http', 'grpc'] as const) {
  test(`nobody listens, nobody answers, somebody else answers: no attempt over ${kind} throws or lasts`, async (t) => {
    const refusing = await sender(t, kind, `127.0.0.1:${await lastingPort()}`)
    const refused = await refusing.send(REQUEST, NEVER)
    assert.ok(!refused.ok && refused.retryable)
    assert.match(refused.message, /ECONNREFUSED/)

    const start = kind === 'http' ? traceCollectorOverHttp : traceCollectorOverGrpc
    const silent = await start(t, () => {
      limit.abort()
      return { hang: true }
    })
    const limit = new AbortController()
    const hung = await (await sender(t, kind, silent.endpoint)).send(REQUEST, limit.signal)
    assert.ok(!hung.ok && hung.retryable)
    const late = await (await sender(t, kind, silent.endpoint)).send(REQUEST, AbortSignal.abort())
    assert.equal(late.ok, false)

    const web = await captureServer(t, () => ({ status: 404, body: '<html>' }))
    const strange = await (await sender(t, kind, new URL(web.url).host)).send(REQUEST, AbortSignal.timeout(5_000))
    assert.equal(strange.ok, false)

    const nonsense = await (await sender(t, kind, 'http://a/b?c')).send(REQUEST, AbortSignal.timeout(5_000))
    assert.equal(nonsense.ok, false)
  })
}
