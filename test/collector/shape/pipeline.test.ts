import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CollectorHarness } from '../../support/collector-harness.ts'
import { FakeElasticsearch } from '../../support/fake-elasticsearch.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

test('rules hold for what waits in the queue, and every record is accounted for', async (t) => {
  const elasticsearch = new FakeElasticsearch()
  const url = await elasticsearch.start()
  t.after(() => elasticsearch.stop())
  const directory = temporaryDirectory(t)
  elasticsearch.failingTemplates = 1_000_000
  const before = new CollectorHarness(directory, url)
  await before.start()
  for (let request = 0; request < 10; request++) {
    await before.send([`a-${request}`, `b-${request}`, `c-${request}`], (id) => `text of ${id}, mail to x@y.example`)
  }
  await before.account()
  await before.stop()

  elasticsearch.failingTemplates = 0
  let answers = 0
  elasticsearch.onBulk = () => (++answers % 2 === 1 ? { kind: 'refuse', status: 503 } : undefined)
  const after = new CollectorHarness(directory, url, [
    'shape.redact.presets=["email"]',
    'shape.rules=[{"name":"noise","contains":"text of b","action":"drop"}]',
  ])
  await after.start()
  t.after(() => after.stop())
  await after.send(['b-10'])
  await after.send(['a-10'])
  await after.settle()
  const { recovered, received, indexed, dropped } = await after.account()
  assert.deepEqual({ recovered, received, indexed, dropped }, { recovered: 30, received: 2, indexed: 21, dropped: 11 })
  assert.equal(await after.metric('redactions_total'), 30)
  const texts = elasticsearch.sources().map(({ body }) => (body as { text: string }).text)
  assert.equal(texts.length, 21)
  assert.ok(texts.every((text) => !text.includes('text of b') && !text.includes('x@y')))
})

test('a record that is routed goes to its data stream, which the template is for', async (t) => {
  const elasticsearch = new FakeElasticsearch()
  const url = await elasticsearch.start()
  t.after(() => elasticsearch.stop())
  const collector = new CollectorHarness(temporaryDirectory(t), url, [
    'shape.routes=[{"contains":"of b","dataset":"pods.{pod}"}]',
  ])
  await collector.start()
  t.after(() => collector.stop())
  await collector.send(['a', 'b'])
  await collector.settle()
  assert.deepEqual([...elasticsearch.documents.keys()].sort(), [
    'logs-kubernetes.otel-default/a',
    'logs-pods.web_1-default/b',
  ])
  const templates = [...elasticsearch.templates.values()] as { index_patterns: string[] }[]
  assert.deepEqual(templates[0]!.index_patterns, ['logs-kubernetes.otel-*', 'logs-pods.*-*'])
})
