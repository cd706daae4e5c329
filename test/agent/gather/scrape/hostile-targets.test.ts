import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { decodeSeries, valuesOf } from '../../../support/gathered-series.ts'
import { type Answer, HttpPeer } from '../../../support/http-peer.ts'
import { ScrapeHarness, scrapedPod } from '../../../support/scrape-harness.ts'
import { until } from '../../../support/until.ts'

const GOOD = 'good_total 1\n'

/** A target that does what it wants, and a neighbour that behaves. */
async function start(t: TestContext, answer: Answer, config: Record<string, unknown> = {}) {
  const bad = await HttpPeer.start(t)
  const good = await HttpPeer.start(t)
  bad.answer = answer
  good.answer = (response) => response.writeHead(200, { 'content-type': 'text/plain' }).end(GOOD)
  const harness = new ScrapeHarness(t, config)
  harness.pods.push(
    scrapedPod('bad', { port: new URL(bad.url).port }),
    scrapedPod('good', { port: new URL(good.url).port }),
  )
  harness.look()
  const statusOf = (pod: string) => harness.gatherer.targets().find(({ labels }) => labels.get('pod') === pod)!
  return { bad, good, harness, statusOf }
}

type Started = Awaited<ReturnType<typeof start>>

function page(body: string | Buffer, headers: Record<string, string> = { 'content-type': 'text/plain' }): Answer {
  return (response) => response.writeHead(200, headers).end(body)
}

function assertGoodIsWell({ harness, statusOf }: Started): void {
  const series = 'good_total{namespace="shop",node="node-1",pod="good"}'
  const values = Object.assign({}, ...harness.scrapes.map(valuesOf))
  assert.equal(values[series], 1)
  assert.equal(statusOf('good').health, 'up')
}

/** Writes the same for as long as it is taken. */
function endless(chunk: Buffer, headers: Record<string, string> = { 'content-type': 'text/plain' }): Answer {
  return (response) => {
    response.writeHead(200, headers)
    const more = () => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once('drain', more)
    }
    more()
  }
}

describe('hostile targets', () => {
  const lines = (count: number, line: (index: number) => string) =>
    Array.from({ length: count }, (_, i) => line(i)).join('')
  const small = { max_body_bytes: '64KiB', max_samples: 100 }
  const cases: [name: string, answer: Answer, error: RegExp, config?: Record<string, unknown>][] = [
    [
      'streams for ever',
      endless(Buffer.from('a 1\n'.repeat(1000))),
      /more than 65536 bytes/,
      { ...small, max_samples: 1e9 },
    ],
    ['never ends a line', endless(Buffer.alloc(1024, 'a')), /a line has more than 262144 bytes/],
    ['has too many series', page(lines(101, (i) => `a{x="${i}"} 1\n`)), /line 101: .* more than 100 samples/, small],
    ['has too many labels', page(`a{${lines(65, (i) => `l${i}="x",`)}} 1\n`), /line 1: .* more than 64 labels/],
    ['has too long labels', page(`a{x="${'y'.repeat(5000)}"} 1\n`), /line 1: .* more than 4096 bytes/],
    [
      'sends a gzip bomb',
      page(gzipSync('a 1\n'.repeat(1e6)), { 'content-encoding': 'gzip' }),
      /more than 65536 bytes/,
      { ...small, max_samples: 1e9 },
    ],
    [
      'sends gzip that comes to nothing',
      endless(gzipSync(''), { 'content-encoding': 'gzip' }),
      /more than 65536 bytes/,
      small,
    ],
    ['sends gzip that is none', page('a 1\n', { 'content-encoding': 'gzip' }), /the body is no gzip/],
    ['sends half of its gzip', page(gzipSync(GOOD).subarray(0, 20), { 'content-encoding': 'gzip' }), /no gzip/],
    ['compresses otherwise', page('x', { 'content-encoding': 'br' }), /something else than gzip/],
    [
      'says that it has something else',
      page('{}', { 'content-type': 'application/json' }),
      /Content-Type/,
      { fallback_format: 'none' },
    ],
    ['has protobuf', page('x', { 'content-type': 'application/vnd.google.protobuf' }), /Content-Type/],
    ['has a page for people', page('<!doctype html>', { 'content-type': 'text/html' }), /line 1: a sample begins/],
    ['is not UTF-8', page(Buffer.from('a{x="\xff"} 1\n', 'latin1')), /line 1: .* not UTF-8/],
    [
      'breaks off',
      (response) => response.writeHead(200, { 'content-length': '99' }).write('a 1\n', () => response.destroy()),
      /./,
    ],
    [
      'has no end of OpenMetrics',
      page('a 1\n', { 'content-type': 'application/openmetrics-text' }),
      /line 2: .* "# EOF"/,
    ],
    ['does not know the path', (response) => response.writeHead(404).end('a 1\n'), /it answered 404/],
    ['is not well', (response) => response.writeHead(503).end(), /it answered 503/],
    [
      'sends elsewhere',
      (response) => response.writeHead(302, { location: 'http://127.0.0.2:1/x' }).end(),
      /another server/,
    ],
    ['sends in circles', (response) => response.writeHead(302, { location: '/metrics' }).end(), /more than 3 times/],
    ['ends the connection', (response) => response.destroy(), /socket hang up|ECONNRESET/],
  ]
  for (const [name, answer, error, config] of cases) {
    it(`one ${name}`, async (t) => {
      const started = await start(t, answer, config)
      const { harness, statusOf } = started
      await harness.round()
      const bad = statusOf('bad')
      assert.equal(bad.health, 'down')
      assert.match(bad.lastError, error)
      const scrape = harness.scrapes.find((requests) =>
        decodeSeries(requests).has('up{namespace="shop",node="node-1",pod="bad"}'),
      )!
      // Nothing of its page, and its own three.
      assert.equal(decodeSeries(scrape).size, 3)
      assert.equal(decodeSeries(scrape).get('up{namespace="shop",node="node-1",pod="bad"}')?.value, 0)
      assertGoodIsWell(started)
    })
  }

  for (const [name, answer] of [
    ['does not answer', () => {}],
    [
      'drips',
      (response) => {
        response.writeHead(200, { 'content-type': 'text/plain' })
        const timer = setInterval(() => response.write('a'), 5)
        response.once('close', () => clearInterval(timer))
      },
    ],
  ] as [string, Answer][]) {
    it(`one ${name}: it is cut off`, async (t) => {
      const started = await start(t, answer, { timeout: '5s' })
      const { bad, harness, statusOf } = started
      await harness.clock.advance(10_000)
      await until('requests', () => bad.requests.length > 0 && statusOf('good').health === 'up', { everyMs: 5 })
      await harness.clock.advance(5_000)
      await until('an end', () => statusOf('bad').health === 'down', { everyMs: 5 })
      assert.equal(statusOf('bad').lastError, 'the page was not complete within 5000 ms')
      assert.equal(statusOf('bad').lastDurationMs, 5_000)
      assertGoodIsWell(started)
      assert.match(harness.lines.join(''), /reason=timeout/)
    })
  }

  it('takes what is odd but allowed', async (t) => {
    const odd = 'a NaN\nb +Inf\nc_total 5\nc_total 7\nd{x="\\u0000"} -0\ne 1e-400\n'
    const { harness, bad, statusOf } = await start(t, page(odd))
    await harness.round()
    bad.answer = page('a -Inf\nc_total 1\n')
    await harness.round()
    const labels = 'namespace="shop",node="node-1",pod="bad"'
    const values: Record<string, unknown> = Object.assign({}, ...harness.scrapes.map(valuesOf))
    // A counter that jumps back began anew; that is for those to judge who make rates of it.
    assert.deepEqual(
      ['a', 'b', 'c_total', 'e'].map((name) => values[`${name}{${labels}}`]),
      [-Infinity, 'ended', 1, 'ended'],
    )
    assert.equal(statusOf('bad').health, 'up')
    assert.match(harness.lines.join(''), /stand there twice.* reason=duplicate/)
  })

  it('follows a redirect within the server', async (t) => {
    const { harness, bad, statusOf } = await start(t, () => {})
    bad.answer = (response, { url }) => {
      if (url === '/metrics') response.writeHead(301, { location: '/metrics/' }).end()
      else response.writeHead(200, { 'content-type': 'text/plain' }).end(GOOD)
    }
    await harness.round()
    assert.equal(statusOf('bad').health, 'up')
  })

  it('lets only so many be scraped at once', async (t) => {
    const peer = await HttpPeer.start(t)
    let open = 0
    let most = 0
    peer.answer = (response) => {
      open += 1
      most = Math.max(most, open)
      setTimeout(() => {
        open -= 1
        response.end(GOOD)
      }, 10)
    }
    const harness = new ScrapeHarness(t, { max_concurrent: 2, max_targets: 10 })
    for (let pod = 0; pod < 12; pod++) harness.pods.push(scrapedPod(`p-${pod}`, { port: new URL(peer.url).port }))
    harness.look()
    assert.equal(harness.gatherer.targets().length, 10)
    await harness.round()
    assert.equal(most, 2)
    assert.ok(harness.gatherer.targets().every(({ health }) => health === 'up'))
  })
})
