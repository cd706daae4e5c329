import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { printTargets } from '../../../agent/observe/targets.ts'
import { HttpPeer } from '../../support/http-peer.ts'
import { ScrapeHarness, scrapedPod } from '../../support/scrape-harness.ts'

const read = (harness: ScrapeHarness): ReturnType<typeof printTargets> =>
  JSON.parse(JSON.stringify(printTargets(harness.gatherer.targets())))

describe('/api/v1/targets', () => {
  it("has the shape of Prometheus', and no secrets", async (t) => {
    const peer = await HttpPeer.start(t)
    peer.answer = (response) => response.end('a 1\nb 2\n')
    const harness = new ScrapeHarness(t, {
      targets: [{ job: 'x', urls: [`${peer.url}/m?token=hidden&module=y`], labels: { team: 'a' } }],
    })
    harness.pods.push(scrapedPod('web-1', { port: '1', param_password: 'hidden' }))
    harness.look()
    const before = read(harness).data.activeTargets[0]!
    assert.deepEqual([before.health, before.lastScrape], ['unknown', '0001-01-01T00:00:00Z'])
    await harness.round()
    const { status, data } = read(harness)
    assert.equal(status, 'success')
    const [first, second] = data.activeTargets
    const { port } = new URL(peer.url)
    assert.ok(first !== undefined && second !== undefined)
    assert.deepEqual(first.labels, { job: 'x', instance: `10.1.1.1:${port}`, node: 'node-1', team: 'a' })
    assert.deepEqual(
      [first.scrapePool, first.scrapeUrl, first.health, first.lastError, first.scrapeInterval, first.scrapeTimeout],
      ['x', `${peer.url}/m?token=***&module=y`, 'up', '', '10s', '10s'],
    )
    assert.deepEqual([first.samples, first.series], [2, 5])
    assert.match(first.lastScrape, /^2026-11-21T00:00:\d\d\.\d{3}Z$/)
    assert.equal(typeof first.lastScrapeDuration, 'number')
    assert.equal(second.health, 'down')
    assert.match(second.lastError, /ECONNREFUSED/)
    assert.equal(second.discoveredLabels.__meta_kubernetes_pod_name, 'web-1')
    assert.ok(!JSON.stringify(data).includes('hidden'), JSON.stringify(data))
  })
})
