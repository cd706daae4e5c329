import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compress } from 'snappyjs'
import { PROTOCOL_HEADERS } from '../../../collector/remote-write/protocol.ts'
import { CollectorProcess } from '../../support/collector-process.ts'
import { PEERS, skipWithout } from '../../support/peer-program.ts'
import { PrometheusServer } from '../../support/prometheus-server.ts'
import { bitsOf, STALE_BITS } from '../../support/remote-write-proto.ts'
import { encodeV1, type WrittenSeries } from '../../support/remote-write-requests.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { until } from '../../support/until.ts'

const RECEIVER = ['--web.enable-remote-write-receiver']

async function startCollector(t: Parameters<typeof temporaryDirectory>[0], target: string, protocol = '1.0') {
  return CollectorProcess.start(t, {
    directory: temporaryDirectory(t),
    elasticsearchUrl: 'http://127.0.0.1:1',
    settings: [
      `remote_write=[{"url":"${target}","protocol":"${protocol}","batch_deadline":"100ms","external_labels":{"cluster":"test"}}]`,
    ],
  })
}

async function send(collector: CollectorProcess, series: readonly WrittenSeries[]): Promise<void> {
  const body = new Uint8Array(compress(encodeV1(series)))
  const url = `${collector.webUrl}/api/v1/write`
  const answer = await fetch(url, { method: 'POST', body, headers: PROTOCOL_HEADERS['1.0'] })
  assert.equal(answer.status, 204, await answer.text())
}

test('what we have is what a real Prometheus has, across a kill -9 of ours, and what ended is gone at once', {
  skip: skipWithout(PEERS.prometheus),
}, async (t) => {
  const prometheus = await PrometheusServer.start(t, temporaryDirectory(t), {}, RECEIVER)
  const collector = await startCollector(t, `${prometheus.url}/api/v1/write`)
  const values = [0, -0.5, 1e300, 42, 5e-324, 0.1 + 0.2, 1 / 3, 2 ** 53]
  const series = (timeMs: number, offset = 0): WrittenSeries[] =>
    values.map((_value, row) => ({
      labels: { __name__: 'written', job: 'j', instance: 'i', row: String(row), text: 'ü "\\ \n' },
      samples: [{ bits: bitsOf(values[(row + offset) % values.length]!), timeMs }],
    }))
  const rows = async () => {
    const found = await prometheus.query('written{cluster="test",text="ü \\"\\\\ \\n"}')
    return new Map(found.map(({ metric, value }) => [Number(metric.row), value]))
  }
  const start = Date.now() - 5_000
  await send(collector, series(start))
  await until('the first values are there', async () => (await rows()).size === values.length)
  for (const [row, value] of await rows()) assert.equal(value, values[row])

  await send(collector, series(start + 1_000, 1))
  const pending = async () => collector.metric('remote_write_samples_pending')
  await until('they are sent', async () => (await pending()) === 0)
  await collector.kill()
  await collector.start()
  await send(collector, series(start + 2_000, 2))
  await until('the last values are there', async () => (await rows()).get(0) === values[2])
  for (const [row, value] of await rows()) assert.equal(value, values[(row + 2) % values.length])
  assert.equal((await prometheus.query('sum(count_over_time(written[1h]))'))[0]?.value, 3 * values.length)

  // One of them ends; the others stay.
  const [first] = series(start + 3_000)
  await send(collector, [{ ...first!, samples: [{ bits: STALE_BITS, timeMs: start + 3_000 }] }])
  await until('it is gone', async () => !(await rows()).has(0))
  assert.equal((await rows()).size, values.length - 1)
  assert.equal(await collector.metric('remote_write_samples_dropped_total', '{remote="default",reason="refused"}'), 0)
})

test('what a real Prometheus writes to us goes on to another', { skip: skipWithout(PEERS.prometheus) }, async (t) => {
  const last = await PrometheusServer.start(t, temporaryDirectory(t), {}, RECEIVER)
  // This one knows 1.0 only, and says nothing of it.
  const collector = await startCollector(t, `${last.url}/api/v1/write`, '2.0')
  const first = await PrometheusServer.start(t, temporaryDirectory(t), {
    global: { scrape_interval: '1s' },
    scrape_configs: [{ job_name: 'itself', static_configs: [{ targets: [new URL(collector.webUrl).host] }] }],
    remote_write: [{ url: `${collector.webUrl}/api/v1/write`, queue_config: { batch_send_deadline: '200ms' } }],
  })
  const names = async (server: PrometheusServer) =>
    (await server.query('count by (__name__) ({job="itself"})')).map(
      ({ metric, value }) => `${metric.__name__} ${value}`,
    )
  await until('all of it has come through', async () => {
    const [here, there] = [await names(first), await names(last)]
    return here.length > 50 && there.length === here.length
  })
  assert.deepEqual((await names(last)).sort(), (await names(first)).sort())
  assert.ok((await collector.metric('requests_received_total', '{transport="remote_write",signal="metrics"}')) > 0)
  assert.equal(await collector.metric('metric_points_rejected_total'), 0)
  assert.equal(await collector.metric('remote_write_fallbacks_total'), 1)
})
