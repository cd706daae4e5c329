import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MetricsShipper } from '../../../agent/gather/metrics-shipper.ts'
import { decompress } from '../../../agent/ship/compress.ts'
import { Endpoint } from '../../../agent/ship/endpoint.ts'
import { EndpointPool } from '../../../agent/ship/endpoint-pool.ts'
import type { Encoding, Outcome, RequestSender } from '../../../agent/ship/outcome.ts'
import { Packer } from '../../../agent/ship/packer.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const RETRY: Outcome = { kind: 'retry', reason: 'http_503', message: 'busy', afterMs: 0 }
const ACCEPTED: Outcome = { kind: 'accepted', rejectedRecords: 0, message: '' }

class Peer implements RequestSender {
  readonly taken: string[] = []
  outcome: Outcome = ACCEPTED
  isHanging = false

  async send(body: Buffer, encoding: Encoding, signal: AbortSignal): Promise<Outcome> {
    if (this.isHanging) {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
      return RETRY
    }
    if (this.outcome.kind === 'accepted') this.taken.push(decompress(body, encoding).toString())
    return this.outcome
  }

  close(): void {}
}

function create(peers: readonly Peer[], maxQueueBytes = 1 << 20) {
  const clock = new ManualClock()
  const dropped: [string, number][] = []
  const ignore = () => {}
  const pool = new EndpointPool({
    ...{ clock, maxInFlight: 4, isSticky: true, random: () => 0 },
    events: { endpointFailed: ignore, endpointBack: ignore },
    endpoints: peers.map(
      (sender, index) =>
        new Endpoint({
          ...{ name: `peer ${index}`, sender, clock, encoding: 'zstd', maxInFlight: 4 },
          backoff: { initialMs: 100, maxMs: 1_000 },
        }),
    ),
  })
  const shipper = new MetricsShipper({
    collectors: { pool, open: ignore, close: ignore },
    packer: new Packer(1),
    maxQueueBytes,
    events: {
      gatherFailed: ignore,
      roundSkipped: ignore,
      metricsSendFailed: ignore,
      pointsDropped: ({ reason }, detail) => dropped.push([reason, detail?.count ?? 1]),
    },
  })
  shipper.start()
  return { shipper, clock, dropped }
}

function requests(...texts: string[]) {
  return texts.map((text) => ({ body: Buffer.from(text), points: 10 }))
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
}

describe('MetricsShipper', () => {
  it('sends in order, to one collector of several', async () => {
    const peers = [new Peer(), new Peer()]
    const { shipper } = create(peers)
    shipper.submit(requests('a', 'b'))
    await settle()
    shipper.submit(requests('c'))
    await settle()
    assert.deepEqual([peers[0]!.taken, peers[1]!.taken], [['a', 'b', 'c'], []])
    assert.deepEqual([shipper.stats.points, shipper.stats.requests, shipper.waitingBytes], [30, 3, 0])
    await shipper.stop()
  })

  it('goes to another collector when one fails, and stays there', async () => {
    const peers = [new Peer(), new Peer()]
    const { shipper, clock } = create(peers)
    peers[0]!.outcome = RETRY
    shipper.submit(requests('a', 'b'))
    await settle()
    peers[0]!.outcome = ACCEPTED
    await clock.advance(10_000)
    shipper.submit(requests('c'))
    await settle()
    assert.deepEqual([peers[0]!.taken, peers[1]!.taken], [[], ['a', 'b', 'c']])
    await shipper.stop()
  })

  it('drops the oldest that wait where there is no room', async () => {
    const peer = new Peer()
    const { shipper, clock, dropped } = create([peer], 100)
    peer.outcome = RETRY
    const texts = Array.from({ length: 20 }, (_, index) => `request ${index}`)
    for (const text of texts) shipper.submit(requests(text))
    await settle()
    assert.ok(shipper.waitingBytes <= 100)
    peer.outcome = ACCEPTED
    await clock.advance(60_000)
    await settle()
    // The first was under way.
    assert.equal(peer.taken[0], texts[0])
    assert.deepEqual(peer.taken.slice(1), texts.slice(-(peer.taken.length - 1)))
    assert.deepEqual(new Set(dropped.map(([reason]) => reason)), new Set(['queue_full']))
    assert.equal(dropped.length + peer.taken.length, texts.length)
    await shipper.stop()
  })

  it('gives up what a collector refuses, and counts what it rejects', async () => {
    const peer = new Peer()
    const { shipper, dropped } = create([peer])
    peer.outcome = { kind: 'refused', message: 'no' }
    shipper.submit(requests('a'))
    await settle()
    peer.outcome = { kind: 'accepted', rejectedRecords: 4, message: 'too many series' }
    shipper.submit(requests('b'))
    await settle()
    assert.deepEqual(dropped, [
      ['refused', 10],
      ['rejected', 4],
    ])
    assert.equal(shipper.stats.points, 6)
    await shipper.stop()
  })

  it('stops while a collector hangs', async () => {
    const peer = new Peer()
    peer.isHanging = true
    const { shipper } = create([peer])
    shipper.submit(requests('a', 'b'))
    await settle()
    await shipper.stop()
    assert.equal(shipper.waitingBytes, 0)
  })
})
