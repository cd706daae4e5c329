import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { systemClock } from '#lib/clock.ts'
import { createElasticsearch } from '../../../collector/index/elasticsearch.ts'
import { type Flavour, flavourName, readFlavour } from '../../../collector/index/flavour.ts'
import { NodePool } from '../../../collector/index/node-pool.ts'
import { selfSigned } from '../../alertmanager/support/self-signed.ts'
import { collectorEvents } from '../../support/collector-events.ts'
import { CollectorHarness } from '../../support/collector-harness.ts'
import { FakeElasticsearch, PRODUCTS } from '../../support/fake-elasticsearch.ts'
import { HttpPeer } from '../../support/http-peer.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { OPENSSL_MISSING } from '../../support/tls-peer.ts'

async function start(t: TestContext, product: keyof typeof PRODUCTS, settings: readonly string[] = []) {
  const elasticsearch = new FakeElasticsearch()
  elasticsearch.product = PRODUCTS[product]
  const collector = new CollectorHarness(temporaryDirectory(t), await elasticsearch.start(), settings)
  t.after(() => elasticsearch.stop())
  await collector.start()
  return { elasticsearch, collector }
}

const names = (count: number, prefix = 'id') => Array.from({ length: count }, (_, index) => `${prefix}-${index}`)

const NAMES = {
  'elasticsearch-8': 'Elasticsearch 8.19.21',
  'elasticsearch-9': 'Elasticsearch 9.5.3',
  serverless: 'Elasticsearch Serverless 8.11.0',
  opensearch: 'OpenSearch 3.8.0',
} as const

for (const product of Object.keys(NAMES) as (keyof typeof NAMES)[]) {
  test(`documents are indexed in ${NAMES[product]}`, async (t) => {
    const { elasticsearch, collector } = await start(t, product)
    const urls: string[] = []
    elasticsearch.onBulk = ({ url }) => {
      urls.push(url)
      return undefined
    }
    await collector.send(names(5))
    await collector.settle()
    assert.equal((await collector.account()).indexed, 5)
    assert.ok(collector.lines.some((line) => line.includes(`server="${NAMES[product]}"`)))
    assert.equal(urls.length, 1, 'nothing was refused on the way')
    assert.equal(urls[0]!.includes('require_data_stream=true'), product !== 'opensearch')
    assert.equal(elasticsearch.lastHeaders['elastic-api-version'], product === 'serverless' ? '2023-10-31' : undefined)
    await collector.stop()
  })
}

test('a node that comes back as another server is looked at again, and gets another template', async (t) => {
  const { elasticsearch, collector } = await start(t, 'elasticsearch-9')
  await collector.send(names(3, 'before'))
  await collector.settle()
  await elasticsearch.stop()
  elasticsearch.product = PRODUCTS.opensearch
  elasticsearch.templates.clear()
  await collector.send(names(3, 'after'))
  await elasticsearch.start()
  await collector.settle()
  assert.equal(elasticsearch.documents.size, 6)
  assert.equal((await collector.account()).deadLetter, 0)
  assert.equal(await collector.metric('elasticsearch_detections_total'), 2)
  assert.match(JSON.stringify([...elasticsearch.templates.values()]), /flat_object/)
  await collector.stop()
})

test('while the credentials are wrong it is said, and nothing is sent', async (t) => {
  const elasticsearch = new FakeElasticsearch()
  let isAllowed = false
  elasticsearch.onOther = () =>
    isAllowed ? undefined : { status: 401, body: { error: { type: 'security_exception', reason: 'no' }, status: 401 } }
  const collector = new CollectorHarness(temporaryDirectory(t), await elasticsearch.start())
  t.after(() => elasticsearch.stop())
  await collector.start()
  await collector.send(names(2))
  while ((await collector.metric('elasticsearch_detection_failures_total')) < 3) {
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  assert.equal(collector.pipeline.indexing.blocks.list()[0]?.reason, 'unauthorized')
  isAllowed = true
  await collector.settle()
  assert.equal(await collector.metric('elasticsearch_blocked'), 0)
  assert.equal(elasticsearch.documents.size, 2)
  await collector.stop()
})

test('what the answer to GET / tells', () => {
  const ok = (body: unknown, product?: string) =>
    readFlavour({ kind: 'ok', status: 200, body, ...(product === undefined ? {} : { product }) })
  const error = (status: number, product?: string) =>
    readFlavour({
      ...{ kind: 'error', status, type: '', message: '', retryAfterMs: 0 },
      ...(product === undefined ? {} : { product }),
    } as never)
  const name = (flavour: Flavour | undefined) => (flavour === undefined ? undefined : flavourName(flavour))
  assert.equal(name(ok({ version: { number: '9.0.0' } }, 'Elasticsearch')), 'Elasticsearch 9.0.0')
  assert.equal(
    name(ok({ version: { number: '9.2.0', build_type: 'vedette' } }, 'Elasticsearch')),
    'the embedded store, as Elasticsearch 9.2.0',
  )
  assert.equal(name(ok({ version: { number: '9.0.0' } })), 'an unknown server 9.0.0')
  assert.equal(name(ok('<html>')), 'an unknown server of unknown version')
  assert.equal(name(error(403, 'Elasticsearch')), 'Elasticsearch of unknown version')
  assert.equal(name(error(404)), 'an unknown server of unknown version')
  for (const status of [401, 429, 500, 503]) assert.equal(error(status, 'Elasticsearch'), undefined)
})

test('of several nodes, one that is dead is left out, and costs nothing but its own failure', async (t) => {
  const [first, second] = [new FakeElasticsearch(), new FakeElasticsearch()]
  const urls = [await first.start(), await second.start()]
  t.after(() => Promise.all([first.stop(), second.stop()]))
  const collector = new CollectorHarness(temporaryDirectory(t), urls[0]!, [
    `elasticsearch.nodes=${JSON.stringify(urls)}`,
  ])
  await collector.start()
  await collector.send(names(2))
  await collector.settle()
  await first.stop()
  for (let count = 0; count < 4; count++) {
    await collector.send(names(2, `n${count}`))
    await collector.settle()
  }
  assert.equal(await collector.metric('bulk_failures_total'), 0)
  assert.equal(await collector.metric('elasticsearch_node_failures_total'), 1)
  assert.equal(first.documents.size + second.documents.size, 10)
  await collector.stop()
})

test('a dead node is tried again later, and later still', async () => {
  const clock = new ManualClock()
  const log: string[] = []
  const pool = new NodePool({
    nodes: [['a', 1] as const, ['b', 2] as const],
    clock,
    onFailed: (name) => log.push(`${name} failed`),
    onBack: (name) => log.push(`${name} is back`),
  })
  const order = () =>
    pool
      .candidates()
      .map(({ name }) => name)
      .join('')
  assert.deepEqual([order(), order(), order()], ['ab', 'ba', 'ab'])
  const [a, b] = pool.all
  pool.failed(a!)
  pool.failed(a!)
  assert.deepEqual([order(), order()], ['b', 'b'])
  await clock.advance(5_000)
  assert.deepEqual([order().length, pool.counts()], [2, { alive: 1, dead: 1 }])
  pool.failed(a!)
  pool.failed(b!)
  assert.equal(order(), 'b', 'the one that is due first')
  pool.worked(b!)
  assert.deepEqual(log, ['a failed', 'b failed', 'b is back'])
})

test('credentials are sent as configured', async (t) => {
  const peer = await HttpPeer.start(t)
  peer.answer = (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  const none = { apiKey: '', bearerToken: '', username: '', password: '', caFingerprint: '', ca: '' }
  const cases = [
    [{ apiKey: 'a2V5' }, 'ApiKey a2V5'],
    [{ bearerToken: 'token' }, 'Bearer token'],
    [{ username: 'user', password: 'pass' }, `Basic ${Buffer.from('user:pass').toString('base64')}`],
    [{}, undefined],
  ] as const
  for (const [given, expected] of cases) {
    const { events } = collectorEvents()
    const client = createElasticsearch({
      ...{ nodes: [peer.url], ...none, ...given, requestTimeoutMs: 5_000, clock: systemClock, events },
    })
    assert.equal((await client.request({ method: 'GET', path: '/' })).kind, 'ok')
    assert.equal(peer.requests.at(-1)?.headers.authorization, expected)
    await client.close()
  }
})

test('over TLS a server is trusted by its CA or by the fingerprint, and else not sent to', {
  skip: OPENSSL_MISSING,
}, async (t) => {
  const pair = selfSigned(temporaryDirectory(t))!
  let requests = 0
  const server = createServer(pair, (_request, response) => {
    requests += 1
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const ca = readFileSync(pair.certFile, 'utf8')
  const fingerprint = new X509Certificate(ca).fingerprint256
  const ask = async (given: { ca?: string; caFingerprint?: string }) => {
    const client = createElasticsearch({
      ...{ nodes: [url], apiKey: 'secret', bearerToken: '', username: '', password: '', caFingerprint: '', ca: '' },
      ...{ ...given, requestTimeoutMs: 5_000, clock: systemClock, events: collectorEvents().events },
    })
    const answer = await client.request({ method: 'GET', path: '/' })
    await client.close()
    return answer
  }
  assert.equal((await ask({ ca })).kind, 'ok')
  assert.equal((await ask({ caFingerprint: fingerprint })).kind, 'ok')
  const trusted = requests
  const refused = await ask({})
  assert.deepEqual([refused.kind, refused.kind === 'unreachable' && refused.mayBeTaken], ['unreachable', false])
  assert.equal((await ask({ caFingerprint: fingerprint.replace(/^../, '00') })).kind, 'unreachable')
  assert.equal(requests, trusted)
})
