import assert from 'node:assert/strict'
import { test } from 'node:test'
import { collectorService } from '../../collector/service.ts'
import { encodeLogsRequest } from '../support/otlp-proto.ts'
import { runAskingReadiness } from '../support/readiness.ts'
import { temporaryDirectory } from '../support/temporary.ts'

test('the collector is ready once it takes data, Elasticsearch or not, until it stops', async (t) => {
  const settings = [
    `data_dir=${temporaryDirectory(t)}`,
    'web.listen_address=127.0.0.1:0',
    'otlp.http.listen_address=127.0.0.1:0',
    'otlp.grpc.listen_address=127.0.0.1:0',
    'elasticsearch.nodes=["http://127.0.0.1:1"]',
  ]
  const { starting, started, stopping } = await runAskingReadiness(
    collectorService,
    settings,
    async ({ otlp, otlp_grpc: grpc }) => {
      assert.match(grpc ?? '', /^http:\/\/127\.0\.0\.1:\d+$/)
      const body = encodeLogsRequest({ resourceLogs: [] })
      const headers = { 'content-type': 'application/x-protobuf' }
      const taken = await fetch(`${otlp}/v1/logs`, { method: 'POST', headers, body: new Uint8Array(body) })
      assert.equal(taken.status, 200)
    },
  )
  assert.match(
    starting.get('queue')!,
    /^503 not ready: queue not started, .*otlp\.http\.listen_address server not started, otlp\.grpc\.listen_address server not started\n$/,
  )
  const last = 'otlp.grpc.listen_address server'
  assert.equal(starting.get(last), `503 not ready: ${last} not started\n`)
  assert.equal(started, '200 OK\n')
  for (const part of [last, 'otlp.http.listen_address server', 'indexer', 'queue']) {
    assert.equal(stopping.get(part), '503 not ready: stopping\n', part)
  }
})
