import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { decodeSeries, valuesOf } from '../../../support/gathered-series.ts'
import { type Answer, HttpPeer } from '../../../support/http-peer.ts'
import { ScrapeHarness, scrapedPod } from '../../../support/scrape-harness.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'

function answering(body: string | Buffer, headers: Record<string, string> = { 'content-type': 'text/plain' }): Answer {
  return (response) => response.writeHead(200, headers).end(body)
}

function portOf(peer: HttpPeer): string {
  return new URL(peer.url).port
}

describe('ScrapeGatherer', () => {
  it('scrapes pods that ask for it, and says when they are gone', async (t) => {
    const peer = await HttpPeer.start(t)
    peer.answer = answering('# TYPE a_total counter\na_total{pod="x"} 1\n')
    const harness = new ScrapeHarness(t)
    harness.pods.push(
      scrapedPod('web-1', { port: portOf(peer), path: '/prom?x=1', param_y: 'a b' }),
      scrapedPod('web-2', { scrape: 'false', port: portOf(peer) }),
    )
    harness.look()
    const [first] = await harness.round()
    const labels = 'namespace="shop",node="node-1",pod="web-1"'
    assert.deepEqual(valuesOf(first!), { [`a_total{exported_pod="x",${labels}}`]: 1 })
    assert.equal(decodeSeries(first!).get(`up{${labels}}`)?.value, 1)
    const [request] = peer.requests
    assert.equal(request?.url, '/prom?x=1&y=a+b')
    assert.match(request?.headers.accept ?? '', /^application\/openmetrics-text;version=1\.0\.0/)
    assert.equal(request?.headers['accept-encoding'], 'gzip')
    assert.equal(request?.headers['x-prometheus-scrape-timeout-seconds'], '10')
    const [status] = harness.gatherer.targets()
    const { pool, job, instance, url, health, samples, series, lastError } = status!
    assert.deepEqual([pool, job, instance], ['pods', 'web', `127.0.0.1:${portOf(peer)}`])
    assert.deepEqual([health, samples, series, lastError], ['up', 1, 4, ''])
    assert.equal(url, `${peer.url}/prom?x=1&y=a+b`)
    await harness.round()
    assert.equal(peer.connections, 1)
    harness.pods.length = 0
    harness.look()
    await harness.clock.advance(0)
    assert.deepEqual(valuesOf(harness.scrapes.at(-1)!), { [`a_total{exported_pod="x",${labels}}`]: 'ended' })
    assert.deepEqual(harness.gatherer.targets(), [])
  })

  it('takes OpenMetrics, gzip, and several ports of a pod', async (t) => {
    const one = await HttpPeer.start(t)
    const two = await HttpPeer.start(t)
    one.answer = answering(gzipSync('# TYPE a counter\na_total 1 # {} 2\n# EOF\n'), {
      ...{ 'content-type': 'application/openmetrics-text; version=1.0.0; charset=utf-8', 'content-encoding': 'gzip' },
    })
    two.answer = answering('b 2\n', {})
    const harness = new ScrapeHarness(t)
    harness.pods.push(scrapedPod('web-1', { port: `${portOf(one)}, ${portOf(two)}` }))
    harness.look()
    const scrapes = await harness.round()
    const labels = 'namespace="shop",node="node-1",pod="web-1"'
    assert.deepEqual(Object.assign({}, ...scrapes.map(valuesOf)), { [`a_total{${labels}}`]: 1, [`b{${labels}}`]: 2 })
  })

  it('scrapes targets of the configuration, with credentials from files', async (t) => {
    const directory = temporaryDirectory(t)
    const token = join(directory, 'token')
    const password = join(directory, 'password')
    writeFileSync(token, 'first\n')
    writeFileSync(password, 'pass word\n')
    const peer = await HttpPeer.start(t)
    peer.answer = answering('a 1\ndebug_x 2\n')
    const harness = new ScrapeHarness(t, {
      targets: [
        {
          ...{ job: 'one', urls: [peer.url], bearer_token_file: token, labels: { team: 'a' } },
          metric_relabel: [{ action: 'drop', source_labels: ['__name__'], regex: 'debug_.*' }],
        },
        { job: 'two', urls: [`${peer.url}/m`], basic_auth: { username: 'me', password_file: password } },
      ],
    })
    harness.look()
    const scrapes = await harness.round()
    assert.deepEqual(Object.assign({}, ...scrapes.map(valuesOf)), {
      'a{node="node-1",team="a"}': 1,
      ...{ 'a{node="node-1"}': 1, 'debug_x{node="node-1"}': 2 },
    })
    const asked = new Map(peer.requests.map(({ url, headers }) => [url, headers.authorization]))
    assert.equal(asked.get('/metrics'), 'Bearer first')
    assert.equal(asked.get('/m'), `Basic ${Buffer.from('me:pass word').toString('base64')}`)
    assert.equal(harness.gatherer.targets()[0]?.instance, `10.1.1.1:${portOf(peer)}`)
    writeFileSync(token, 'second, and other')
    await harness.round()
    const [failed] = harness.gatherer.targets()
    assert.match(failed?.lastError ?? '', /^cannot use .*token: it holds no bearer token$/)
    assert.ok(!harness.lines.join('').includes('second'))
  })

  it('lets rules choose targets, but not another address for a pod', async (t) => {
    const peer = await HttpPeer.start(t)
    peer.answer = answering('a 1\n')
    const elsewhere = await HttpPeer.start(t)
    const harness = new ScrapeHarness(t, {
      'pods.relabel': [
        { source_labels: ['__meta_kubernetes_pod_label_tier'], target_label: 'tier' },
        { action: 'drop', source_labels: ['tier'], regex: 'test' },
        {
          ...{ source_labels: ['__meta_kubernetes_pod_annotation_prometheus_io_host'], regex: '(.+)' },
          ...{ target_label: '__address__', replacement: '$1' },
        },
      ],
    })
    const port = portOf(peer)
    harness.pods.push(
      scrapedPod('good', { port }, { labels: new Map([['tier', 'front']]) }),
      scrapedPod('dropped', { port }, { labels: new Map([['tier', 'test']]) }),
      scrapedPod('evil', { port, host: `localhost:${portOf(elsewhere)}` }),
      scrapedPod('sly', { port, path: `//localhost:${portOf(elsewhere)}/` }),
      scrapedPod('odd', { port, scheme: 'file' }),
      scrapedPod('blank', { port: '' }),
      scrapedPod('many', { port: '1,2,3,4,5,6,7,8,9' }),
      scrapedPod('relative', { port, path: 'metrics' }),
      scrapedPod('unborn', { port }, { podIp: undefined }),
      scrapedPod('named', { port }, { podIp: 'localhost' }),
    )
    harness.look()
    assert.deepEqual(
      harness.gatherer.targets().map(({ labels, url }) => [labels.get('pod'), labels.get('tier'), url]),
      [
        ['good', 'front', `${peer.url}/metrics`],
        ['sly', undefined, `${peer.url}//localhost:${portOf(elsewhere)}/`],
      ],
    )
    await harness.round()
    assert.equal(elsewhere.requests.length, 0)
    const refused = harness.lines.filter((line) => line.includes('as its annotations ask'))
    assert.deepEqual(
      ['evil', 'odd', 'blank', 'many', 'relative', 'unborn', 'named'].filter(
        (name) => !refused.join('').includes(name),
      ),
      ['unborn', 'named'],
    )
  })

  it('leaves pods alone that have ended', async (t) => {
    const harness = new ScrapeHarness(t)
    const run = { restartCount: 0, id: 'x', startedAtMs: 0 }
    const pod = (name: string, exitCode: number | undefined, agoMs = 0) => {
      const termination =
        exitCode === undefined ? undefined : { reason: '', exitCode, finishedAtMs: harness.clock.nowMs() - agoMs }
      const container = { name: 'a', image: '', imageId: '', runs: [{ ...run, termination }] }
      return scrapedPod(name, { port: '1' }, { containers: [container] })
    }
    harness.pods.push(pod('runs', undefined), pod('done', 0), pod('crashed', 1, 60_000), pod('failed', 1, 3_600_000))
    harness.look()
    assert.deepEqual(
      harness.gatherer.targets().map(({ labels }) => labels.get('pod')),
      ['runs', 'crashed'],
    )
  })
})
