import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lastingPort } from '../../support/lasting-port.ts'
import { captureServer } from '../support/capture-server.ts'
import { traceCollectorOverGrpc, traceCollectorOverHttp } from '../support/trace-collector.ts'
import { startTraced, traceWith } from '../support/traced-router.ts'

const hang = () => ({ hang: true })

test('a collector that is not there, or takes spans and never answers, holds up neither alerts nor the end', async (t) => {
  const endpoints = {
    refused: `endpoint: "127.0.0.1:${await lastingPort()}"`,
    'silent over gRPC': `endpoint: "${(await traceCollectorOverGrpc(t, hang)).endpoint}"`,
    'silent over HTTP': `client_type: http, endpoint: "${(await traceCollectorOverHttp(t, hang)).endpoint}"`,
  }
  for (const [what, endpoint] of Object.entries(endpoints)) {
    await t.test(what, async (own) => {
      const hook = await captureServer(own)
      const { push, stop, reload, router } = await startTraced(
        own,
        hook.url,
        `{${endpoint}, insecure: true, sampling_fraction: 1}`,
      )
      for (let n = 0; n < 5; n++) await push(`Before${n}`)
      await hook.received(5)
      // The tracer of the section before still has its spans, and the reload does not wait for that.
      await reload(`{${endpoint}, insecure: true, sampling_fraction: 0.999}`)
      await push('After')
      await hook.received(6)
      await stop()
      assert.equal(router.child.stderr.match(/cannot send traces/g)?.length, 1)
    })
  }
})

test('a request that fails is seen as such, and what was asked for is not in its span', async (t) => {
  const collector = await traceCollectorOverHttp(t)
  const hook = await captureServer(t)
  const section = `{client_type: http, endpoint: "${collector.endpoint}", insecure: true, sampling_fraction: 1}`
  const { router, stop, reload } = await startTraced(t, hook.url, section)
  await router.get('/api/v2/silences?filter=secret-of-mine')
  await assert.rejects(reload('{}'), 'a section without an endpoint')
  await stop()
  const [failed] = traceWith(collector, 'POST /-/reload')
  assert.deepEqual(
    [failed!.status?.message, failed!.attributes['http.response.status_code'], failed!.attributes['url.scheme']],
    ['status 500', 500, 'http'],
  )
  assert.ok(!collector.spans.some(({ attributes }) => JSON.stringify(attributes).includes('secret-of-mine')))
  const [read] = traceWith(collector, 'GET /api/v2/silences')
  assert.deepEqual([read!.kind, read!.attributes['url.path'], read!.status], [2, '/api/v2/silences', undefined])
})
