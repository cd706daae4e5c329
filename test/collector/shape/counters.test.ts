import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Shaping } from '../../../collector/shape/shaping.ts'
import { collectorEvents } from '../../support/collector-events.ts'
import { CollectorHarness } from '../../support/collector-harness.ts'
import { FakeElasticsearch } from '../../support/fake-elasticsearch.ts'
import { encodeLogsRequest } from '../../support/otlp-proto.ts'
import { shapeConfig } from '../../support/shape-config.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const ANY = { containers: [], resource: {}, attributes: {}, help: 'h', labels: {} }

function requestOf(records: readonly { route?: string; bytes?: number | string; severityNumber?: number }[]): Buffer {
  const value = (content: number | string) =>
    typeof content === 'number' ? { intValue: String(content) } : { stringValue: content }
  const resource = { attributes: [{ key: 'k8s.namespace.name', value: { stringValue: 'shop' } }] }
  const logRecords = records.map(({ severityNumber = 0, ...attributes }) => ({
    severityNumber,
    body: { stringValue: 'x' },
    attributes: Object.entries(attributes).map(([key, content]) => ({ key, value: value(content) })),
  }))
  return encodeLogsRequest({ resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] })
}

/** Shapes requests, and reads what is counted of them. */
function countsOf(config: Parameters<typeof shapeConfig>[0], requests: readonly Buffer[]) {
  const { events } = collectorEvents()
  const shaping = new Shaping(shapeConfig(config), { dataset: 'x', namespace: 'y' }, events)
  const tallies = requests.map((request) => shaping.shape(request, 1)!.tally)
  const read = (name: string) => {
    const { rows } = shaping.counters.find(({ spec }) => spec.name === name)!
    return Array.from(rows.all, ({ labels, value }) => [labels, value])
  }
  const report = () => {
    for (const tally of tallies) tally.report(events)
  }
  return { report, read, shaping }
}

test('records count by their labels once they are settled, also those that a rule drops', async () => {
  const labels = { ns: 'namespace', level: 'level', route: 'attribute:route' }
  const counter = { ...ANY, name: 'requests_total', attributes: { route: '*' }, labels }
  const { report, read } = countsOf({ counters: [counter], rules: [{ ...ANY, contains: 'x', action: 'drop' }] }, [
    requestOf([{ route: '/a' }, { route: '/b', severityNumber: 17 }, {}]),
    requestOf([{ route: '/a' }]),
  ])
  assert.deepEqual(read('requests_total'), [
    [{ ns: 'shop', level: '', route: '/a' }, 0],
    [{ ns: 'shop', level: 'ERROR', route: '/b' }, 0],
  ])
  report()
  assert.deepEqual(read('requests_total'), [
    [{ ns: 'shop', level: '', route: '/a' }, 2],
    [{ ns: 'shop', level: 'ERROR', route: '/b' }, 1],
  ])
})

test('a sum adds up numbers, and leaves out what is none or would make it fall', async () => {
  const { report, read } = countsOf({ counters: [{ ...ANY, name: 'bytes_total', sum: 'attribute:bytes' }] }, [
    requestOf([
      { bytes: 5 },
      { bytes: '2.5' },
      { bytes: 'many' },
      { bytes: -3 },
      {},
      { bytes: '' },
      { bytes: 'Infinity' },
    ]),
  ])
  report()
  assert.deepEqual(read('bytes_total'), [[{}, 7.5]])
})

test('beyond the limit of series records count together, and none is missing', async () => {
  const counter = { ...ANY, name: 'routes_total', labels: { route: 'attribute:route' } }
  const records = Array.from({ length: 50 }, (_, index) => ({ route: `/${index}` }))
  const { report, read } = countsOf({ counters: [counter], max_series: 10 }, [requestOf([...records, ...records])])
  report()
  const counts = read('routes_total')
  assert.equal(counts.length, 11)
  assert.deepEqual(counts.at(-1), [{ route: '(other)' }, 80])
  assert.equal(
    counts.reduce((sum, [, value]) => sum + (value as number), 0),
    100,
  )
})

test('a record counts once, however often its documents are sent', async (t) => {
  const elasticsearch = new FakeElasticsearch()
  const url = await elasticsearch.start()
  t.after(() => elasticsearch.stop())
  elasticsearch.onBulk = ({ number }) => {
    if (number < 4) return { kind: 'reset', indexed: number === 2 }
    if (number < 8)
      return { kind: 'items', fault: (_document, place) => (place % 2 === 0 ? { status: 429 } : undefined) }
    return undefined
  }
  const collector = new CollectorHarness(temporaryDirectory(t), url, [
    'shape.counters=[{"name":"texts_total","contains":"text of","labels":{"pod":"pod"}}]',
  ])
  await collector.start()
  t.after(() => collector.stop())
  for (let request = 0; request < 5; request++) await collector.send([`a-${request}`, `b-${request}`])
  await collector.settle()
  await collector.account()
  assert.deepEqual([...collector.pipeline.shaping.counters[0]!.rows.all], [{ labels: { pod: 'web-1' }, value: 10 }])
})
