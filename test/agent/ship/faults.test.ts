import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadConfig } from '#lib/config/load.ts'
import { createEvents } from '#lib/events.ts'
import { systemFiles } from '#lib/files.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry } from '#lib/metrics.ts'
import { encodeExportResponse, encodeStatus } from '#lib/otlp/responses.ts'
import * as configModule from '../../../agent/config.ts'
import { AGENT_EVENTS } from '../../../agent/events.ts'
import { decompress } from '../../../agent/ship/compress.ts'
import { createShipper } from '../../../agent/ship/create-shipper.ts'
import type { Encoding } from '../../../agent/ship/outcome.ts'
import type { Shipper } from '../../../agent/ship/shipper.ts'
import { HttpPeer } from '../../support/http-peer.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { encodeLogsRequest, flatRecords } from '../../support/otlp-proto.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const RECORDS_PER_REQUEST = 8

/** A collector on the network, which keeps the bodies that it answers for and does as the test says first. */
class Collector {
  readonly taken: string[] = []
  /** What came that was no request: memory that was given back too early would look like that. */
  readonly damaged: string[] = []
  readonly peer: HttpPeer

  private constructor(peer: HttpPeer) {
    this.peer = peer
  }

  static async start(t: TestContext, faults: readonly Fault[]): Promise<Collector> {
    const collector = new Collector(await HttpPeer.start(t))
    const left = [...faults]
    collector.peer.answer = (response, { body, headers }) => {
      const bodies = collector.#read(body, (headers['content-encoding'] ?? 'identity') as Encoding)
      const fault = left.shift()
      const takes = fault === undefined ? 'takes' : fault(response, bodies.length)
      if (takes === 'refuses') return
      collector.taken.push(...bodies)
      if (fault === undefined) response.end()
    }
    return collector
  }

  #read(body: Buffer, encoding: Encoding): string[] {
    try {
      const bodies = flatRecords(decompress(body, encoding)).map((record) => record.body)
      for (const text of bodies) {
        const [digest, content] = text.split(' ')
        if (digest !== digestOf(content!)) throw new Error('another content')
      }
      return bodies
    } catch (error) {
      this.damaged.push(String(error))
      return []
    }
  }
}

/** Does something to a request; says whether the records count as taken. */
type Fault = (response: ServerResponse, records: number) => 'takes' | 'refuses'

const status =
  (code: number, headers: Record<string, string> = {}, content: Buffer | string = ''): Fault =>
  (response) => {
    response.writeHead(code, headers).end(content)
    return 'refuses'
  }
const FAULTS: Readonly<Record<string, Fault>> = {
  'answers 429': status(429, { 'retry-after': '3' }),
  'answers 503 with a date': status(503, { 'retry-after': new Date(Date.UTC(2026, 10, 21, 0, 0, 5)).toUTCString() }),
  'answers 500': status(500),
  'answers 502 in HTML': status(502, { 'content-type': 'text/html' }, '<html>bad gateway</html>'),
  'says too large': (response, records) => {
    response.writeHead(records > 1 ? 413 : 429).end()
    return 'refuses'
  },
  'says too large in words': status(400, {}, encodeStatus('http: request body too large')),
  'does not take zstd': status(415),
  'never answers': () => 'refuses',
  'resets the connection': (response) => {
    response.socket?.resetAndDestroy()
    return 'refuses'
  },
  'takes it and dies': (response) => {
    response.destroy()
    return 'takes'
  },
  'takes it and dies within the answer': (response) => {
    response.writeHead(200, { 'content-length': 100 }).write('half', () => response.destroy())
    return 'takes'
  },
  'takes it and sends a byte now and then': (response) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write('.'), 1)
    response.once('close', () => clearInterval(timer))
    return 'takes'
  },
  'answers with garbage': (response) => {
    response.socket?.end('this is not HTTP\r\n\r\n')
    return 'refuses'
  },
  'takes it and closes': (response) => {
    response.writeHead(200, { connection: 'close' }).end()
    return 'takes'
  },
}

const digestOf = (content: string) => createHash('md5').update(content).digest('hex')

function setUp(t: TestContext, collectors: readonly Collector[], settings: readonly string[] = []) {
  const clock = new ManualClock()
  const registry = createRegistry('agent', '0')
  const logger = createLogger({ service: 'agent', level: 'error', format: 'logfmt', write: () => {} })
  const urls = JSON.stringify(collectors.map(({ peer }) => peer.url))
  const overrides = [`ship.endpoints=${urls}`, 'ship.timeout=5s', 'ship.backoff.max=2s', ...settings]
  const { ship } = loadConfig(configModule, { overrides, env: {} })
  const shipper = createShipper(ship, {
    ...{ clock, registry, files: systemFiles, env: {}, stateDir: temporaryDirectory(t) },
    events: createEvents('vedette_agent', AGENT_EVENTS, { registry, logger, clock }),
  })
  t.after(() => shipper.stop(AbortSignal.abort()))
  return { clock, shipper }
}

/** Hands over requests of bodies that cannot be compressed; returns all of the bodies once every one is settled. */
async function shipAll(shipper: Shipper, clock: ManualClock, requests: number, bodyBytes: number): Promise<string[]> {
  const all: string[] = []
  let acknowledged = 0
  const submitting = (async () => {
    for (let request = 0; request < requests; request++) {
      const bodies = Array.from({ length: RECORDS_PER_REQUEST }, () => {
        const content = randomBytes(bodyBytes).toString('base64')
        return `${digestOf(content)} ${content}`
      })
      all.push(...bodies)
      const logRecords = bodies.map((body) => ({ body: { stringValue: body } }))
      const body = encodeLogsRequest({ resourceLogs: [{ resource: {}, scopeLogs: [{ scope: {}, logRecords }] }] })
      const progress = [{ acknowledge: () => void acknowledged++ }]
      await shipper.submit({ body, records: bodies.length, progress })
    }
  })()
  for (let turn = 0; acknowledged < requests; turn++) {
    assert.ok(turn < 20_000, `${acknowledged} of ${requests} requests were acknowledged`)
    await clock.advance(20)
    await sleep(1)
  }
  await submitting
  return all
}

function checkArrival(collectors: readonly Collector[], all: readonly string[]) {
  assert.deepEqual(
    collectors.flatMap(({ damaged }) => damaged),
    [],
  )
  const taken = new Set(collectors.flatMap((collector) => collector.taken))
  assert.equal(all.filter((body) => !taken.has(body)).length, 0, 'records that are nowhere')
  assert.equal(taken.size, all.length, 'records that nobody sent')
}

for (const [name, fault] of Object.entries(FAULTS)) {
  test(`a collector that ${name} loses nothing`, async (t) => {
    const collectors = [await Collector.start(t, [fault, fault, fault])]
    const { clock, shipper } = setUp(t, collectors)
    const all = await shipAll(shipper, clock, 6, 20_000)
    checkArrival(collectors, all)
    const { acknowledgedRecords, droppedRecords } = shipper.stats
    assert.deepEqual([acknowledgedRecords, droppedRecords], [all.length, 0])
    assert.deepEqual([shipper.inFlightRecords, shipper.inFlightBytes], [0, 0])
  })
}

test('several collectors, each with all of the faults, lose nothing', async (t) => {
  const faults = Object.values(FAULTS)
  const collectors = await Promise.all(
    [0, 5, 10].map((turn) => Collector.start(t, [...faults.slice(turn), ...faults.slice(0, turn)])),
  )
  const { clock, shipper } = setUp(t, collectors, ['ship.max_in_flight=6'])
  const all = await shipAll(shipper, clock, 40, 5_000)
  checkArrival(collectors, all)
  assert.equal(shipper.stats.acknowledgedRecords, all.length)
  assert.ok(
    collectors.every(({ peer }) => peer.requests.length > 0),
    'and each is asked',
  )
})

test('what a collector claims to have rejected is counted, not sent again, and never more than there was', async (t) => {
  const claim =
    (rejected: number): Fault =>
    (response) => {
      response.end(encodeExportResponse({ rejected, message: 'too old' }))
      return 'takes'
    }
  const collectors = [await Collector.start(t, [claim(3), claim(10_000)])]
  const { clock, shipper } = setUp(t, collectors)
  const all = await shipAll(shipper, clock, 3, 100)
  checkArrival(collectors, all)
  assert.equal(collectors[0]!.peer.requests.length, 3)
  const { records, acknowledgedRecords, droppedRecords } = shipper.stats
  assert.deepEqual([records, acknowledgedRecords, droppedRecords], [24, 13, 11])
})

test('at the deadline of a stop what hangs is given up, and stays unacknowledged', async (t) => {
  const never: Fault = () => 'refuses'
  const collectors = [await Collector.start(t, Array(4).fill(never))]
  const { shipper } = setUp(t, collectors)
  let acknowledged = 0
  const body = encodeLogsRequest({ resourceLogs: [{ resource: {}, scopeLogs: [{ scope: {}, logRecords: [{}] }] }] })
  for (let request = 0; request < 3; request++) {
    void shipper.submit({ body, records: 1, progress: [{ acknowledge: () => void acknowledged++ }] })
  }
  const deadline = new AbortController()
  const stopping = shipper.stop(deadline.signal)
  while (collectors[0]!.peer.requests.length < 3) await sleep(1)
  deadline.abort()
  await stopping
  assert.deepEqual([acknowledged, shipper.inFlightRecords, shipper.inFlightBytes], [0, 3, 0])
})
