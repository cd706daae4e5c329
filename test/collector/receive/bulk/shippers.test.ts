import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Client } from '@elastic/elasticsearch'
import { fastify } from 'fastify'
import { shipperRoutes } from '../../../../collector/receive/bulk/shipper-routes.ts'
import { CollectorHarness } from '../../../support/collector-harness.ts'
import { FakeElasticsearch } from '../../../support/fake-elasticsearch.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'

function start(t: TestContext) {
  const app = fastify()
  shipperRoutes()(app)
  app.get('/', (_request, reply) => reply.type('text/html').send('the page'))
  t.after(() => app.close())
  return (
    method: 'GET' | 'HEAD' | 'PUT',
    url: string,
    headers: Record<string, string> = { accept: 'application/json' },
  ) => app.inject({ method, url, headers, ...(method === 'PUT' ? { payload: {} } : {}) })
}

test('whoever asks for JSON learns that this is Elasticsearch; people get the page', async (t) => {
  const ask = start(t)
  for (const headers of [
    { accept: 'application/json' },
    { accept: 'application/vnd.elasticsearch+json; compatible-with=9' },
    { 'content-type': 'application/json', 'x-elastic-product-origin': 'logstash-output-elasticsearch' },
  ] as Record<string, string>[]) {
    const { headers: got, statusCode, body } = await ask('GET', '/', headers)
    assert.deepEqual([statusCode, got['x-elastic-product']], [200, 'Elasticsearch'])
    const { version, cluster_uuid: uuid, tagline } = JSON.parse(body) as Record<string, unknown>
    assert.match((version as { number: string }).number, /^9\./)
    assert.deepEqual([String(uuid).length, tagline], [22, 'You Know, for Search'])
    assert.equal((await ask('HEAD', '/', headers)).headers['x-elastic-product'], 'Elasticsearch')
  }
  for (const accept of ['*/*', 'text/html,application/xhtml+xml,application/json;q=0.9']) {
    assert.equal((await ask('GET', '/', { accept })).body, 'the page')
  }
})

/** What each asks at start with its default settings, and what it needs to hear. */
const AT_START: readonly (readonly ['GET' | 'HEAD', string, (body: never) => boolean])[] = [
  // Filebeat 8 and 9
  [
    'GET',
    '/_license?human=false',
    ({ license }: { license: Record<string, string> }) => license.status === 'active' && license.type === 'basic',
  ],
  ['GET', '/_ilm/policy/filebeat', (body: object) => 'filebeat' in body],
  ['HEAD', '/_index_template/filebeat-9.1.0', () => true],
  [
    'GET',
    '/_index_template/filebeat-9.1.0',
    ({ index_templates: [first] }: { index_templates: { name: string }[] }) => first!.name === 'filebeat-9.1.0',
  ],
  [
    'GET',
    '/_data_stream/filebeat-9.1.0',
    ({ data_streams: [first] }: { data_streams: { name: string }[] }) => first!.name === 'filebeat-9.1.0',
  ],
  ['GET', '/_ingest/pipeline/filebeat-9.1.0-nginx-access-pipeline', () => true],
  // Logstash 8 and 9
  ['HEAD', '/', () => true],
  ['GET', '/_xpack', ({ license }: { license: Record<string, string> }) => license.status === 'active'],
  ['HEAD', '/_template/logstash', () => true],
  ['HEAD', '/logstash', () => true],
  ['HEAD', '/_alias/logstash', () => true],
  [
    'GET',
    '/_nodes/http',
    ({ nodes }: { nodes: Record<string, { http: object }> }) => 'publish_address' in Object.values(nodes)[0]!.http,
  ],
  // Vector and others
  ['GET', '/_cluster/health', ({ status }: { status: string }) => status === 'green'],
]

test('shippers find all that they would install, and are refused when they install it all the same', async (t) => {
  const ask = start(t)
  for (const [method, url, isRight] of AT_START) {
    const { statusCode, headers, body } = await ask(method, url)
    assert.deepEqual([statusCode, headers['x-elastic-product']], [200, 'Elasticsearch'], url)
    if (method === 'GET') assert.ok(isRight(JSON.parse(body) as never), url)
  }
  for (const url of [
    '/_index_template/x',
    '/_ilm/policy/x',
    '/_ingest/pipeline/x',
    '/_template/x',
    '/_data_stream/x',
  ]) {
    const { statusCode, body } = await ask('PUT', url)
    assert.equal(statusCode, 400, url)
    assert.match((JSON.parse(body) as { error: { reason: string } }).error.reason, /put it in Elasticsearch itself/)
  }
  assert.equal((await ask('HEAD', '/missing', { accept: '*/*' })).statusCode, 404)
})

test("Elasticsearch's own client ships here", async (t) => {
  const elasticsearch = new FakeElasticsearch()
  const collector = new CollectorHarness(temporaryDirectory(t), await elasticsearch.start())
  await collector.start()
  const client = new Client({ node: collector.webUrl, compression: true })
  t.after(async () => {
    await client.close()
    await collector.stop()
    await elasticsearch.stop()
  })
  assert.equal((await client.info()).tagline, 'You Know, for Search')
  const result = await client.helpers.bulk({
    datasource: Array.from({ length: 500 }, (_, n) => ({ n, '@timestamp': '2026-11-21T00:00:00Z' })),
    onDocument: () => ({ create: { _index: 'logs-app-default' } }),
    flushBytes: 8_192,
  })
  assert.deepEqual([result.successful, result.failed], [500, 0])
  await collector.settle()
  assert.equal(new Set(elasticsearch.sources().map(({ n }) => n)).size, 500)
  await collector.account()
})
