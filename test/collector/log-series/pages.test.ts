import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CollectorHarness } from '../../support/collector-harness.ts'
import { FakeElasticsearch } from '../../support/fake-elasticsearch.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { until } from '../../support/until.ts'

const METRICS = /^(logs_total|text|rows)/

test('metrics of logs and pushed ones are on the pages with all other series', async (t) => {
  const elasticsearch = new FakeElasticsearch()
  const url = await elasticsearch.start()
  t.after(() => elasticsearch.stop())
  const directory = temporaryDirectory(t)
  const settings = [
    ...['log_series.interval=20ms', 'log_series.instance=c0'],
    'shape.counters=[{"name":"texts_total","contains":"text of","labels":{"pod":"pod"}}]',
    'shape.histograms=[{"name":"text_number","pattern":"([0-9]+)","buckets":[5]}]',
  ]
  let running: CollectorHarness | undefined
  t.after(() => running?.stop())
  const start = async () => {
    const collector = new CollectorHarness(directory, url, settings)
    await collector.start()
    running = collector
    const read = async (path: string) => {
      const lines = (await (await fetch(collector.webUrl + path)).text()).split('\n')
      return lines.filter((line) => METRICS.test(line)).sort()
    }
    return { collector, read }
  }
  const { collector, read } = await start()
  await collector.send(['a-1', 'a-2', 'a-30'])
  const pushed = await fetch(`${collector.webUrl}/metrics/job/backup/db/main`, {
    method: 'PUT',
    body: 'rows_total 42\n',
  })
  assert.equal(pushed.status, 200)
  let lines: string[] = []
  await until('all metrics are there', async () => {
    lines = await read('/metrics/nodes')
    return lines.some((line) => line.startsWith('text_number_count') && line.endsWith(' 3'))
  })
  const own = 'instance="c0",job="vedette-logs"'
  assert.deepEqual(lines, [
    `logs_total{${own},level="unknown",pod="web-1"} 3`,
    'rows_total{db="main",job="backup"} 42',
    `text_number_bucket{${own},le="+Inf"} 3`,
    `text_number_bucket{${own},le="5"} 2`,
    `text_number_count{${own}} 3`,
    `text_number_sum{${own}} 33`,
    `texts_total{${own},pod="web-1"} 3`,
  ])
  assert.deepEqual(await read(`/federate?match[]=${encodeURIComponent('{job="backup"}')}`), lines.slice(1, 2))
  await collector.stop()
  running = undefined
  const again = await start()
  assert.deepEqual(await again.read('/metrics/nodes'), lines.slice(1, 2), 'what was pushed is there after a restart')
})
