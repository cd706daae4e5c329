import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { loadConfig } from '#lib/config/load.ts'
import { createEvents } from '#lib/events.ts'
import { type Files, systemFiles } from '#lib/files.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry } from '#lib/metrics.ts'
import * as configModule from '../../agent/config.ts'
import { AGENT_EVENTS } from '../../agent/events.ts'
import { createShipper, type ShipperDeps } from '../../agent/ship/create-shipper.ts'
import type { Encoding, Outcome } from '../../agent/ship/outcome.ts'
import type { Shipper } from '../../agent/ship/shipper.ts'
import { ManualClock } from './manual-clock.ts'
import { encodeLogsRequest, type FlatRecord, flatRecords } from './otlp-proto.ts'
import { temporaryDirectory } from './temporary.ts'

/** What a collector of the test makes of the bodies of a request. */
export type Reply = (bodies: readonly string[], encoding: Encoding, signal: AbortSignal) => Outcome | Promise<Outcome>

export const ACCEPTED: Outcome = { kind: 'accepted', rejectedRecords: 0, message: '' }
export const TOO_LARGE: Outcome = { kind: 'too-large', message: 'status 413' }
export const ENCODING_REFUSED: Outcome = { kind: 'encoding-refused', message: 'status 415' }
export const refused = (message = 'bad field'): Outcome => ({ kind: 'refused', message })
export const later = (afterMs = 0, reason = 'http_503'): Outcome => ({ kind: 'retry', reason, message: '', afterMs })

interface Letter {
  readonly why: { readonly reason: string; readonly message: string; readonly endpoint: string }
  readonly records: number
  readonly bodies: readonly string[]
}

/** The agent's delivery on a clock that the test moves, with collectors that it commands. */
export class ShipHarness {
  readonly clock = new ManualClock()
  readonly registry = createRegistry('agent', '0')
  readonly lines: string[] = []
  readonly shipper: Shipper
  /** Each request that was sent: `<encoding> <body>,<body>,…`, behind the collector's host if there are several. */
  readonly seen: string[] = []
  /** The records of the last request. */
  lastRecords: readonly FlatRecord[] = []
  readonly acknowledged: string[] = []
  /** Collectors whose connections were closed. */
  readonly closed: string[] = []
  readonly #directory: string

  /** @param replies by the host of the collector, or by its address if names are looked up */
  constructor(
    t: Pick<TestContext, 'after'>,
    replies: Reply | Readonly<Record<string, Reply>>,
    settings: readonly string[] = [],
    { files = systemFiles, lookup }: { files?: Files; lookup?: ShipperDeps['lookup'] } = {},
  ) {
    const collectors = typeof replies === 'function' ? { collector: replies } : replies
    const urls = lookup === undefined ? Object.keys(collectors).map((host) => `http://${host}`) : ['http://collector']
    const overrides = [
      `ship.endpoints=${JSON.stringify(urls)}`,
      ...['ship.backoff.initial=100ms', 'ship.backoff.max=1s', 'ship.max_in_flight=8'],
      ...settings,
    ]
    const logger = createLogger({
      ...{ service: 'agent', level: 'debug', format: 'logfmt' },
      write: (line) => this.lines.push(line),
    })
    const { clock, registry } = this
    this.#directory = temporaryDirectory(t)
    this.shipper = createShipper(loadConfig(configModule, { overrides, env: {} }).ship, {
      ...{ clock, registry, files, env: {}, stateDir: this.#directory },
      events: createEvents('vedette_agent', AGENT_EVENTS, { registry, logger, clock }),
      connect: (url, address) => {
        const host = address?.address ?? new URL(url).host
        const prefix = urls.length === 1 && lookup === undefined ? '' : `${host} `
        return {
          send: (body, ...rest) => this.#reply(prefix, collectors[host]!, body, ...rest),
          close: () => void this.closed.push(host),
        }
      },
      ...(lookup === undefined ? {} : { lookup }),
    })
    t.after(() => this.shipper.stop(AbortSignal.abort()))
  }

  /** Hands over a request with a record for each body; resolves when there is room for another. */
  submit(...bodies: readonly string[]): Promise<void> {
    const logRecords = bodies.map((body) => ({ body: { stringValue: body } }))
    const body = encodeLogsRequest({ resourceLogs: [{ resource: {}, scopeLogs: [{ scope: {}, logRecords }] }] })
    const progress = [{ acknowledge: () => void this.acknowledged.push(bodies.join(',')) }]
    return this.shipper.submit({ body, records: bodies.length, progress })
  }

  /** Lets a moment pass again and again until everything is settled: disks take real time. */
  async settle(stepMs = 1): Promise<void> {
    for (let turn = 0; this.shipper.inFlightRecords > 0; turn++) {
      assert.ok(turn < 2_000, 'records stay in flight')
      await this.clock.advance(stepMs)
      await sleep(1)
    }
    await this.clock.advance(1)
  }

  /** What became of the records; every one is accounted for. */
  balance(): { acknowledged: number; dropped: number; inFlight: number } {
    const { records, acknowledgedRecords, droppedRecords } = this.shipper.stats
    const { inFlightRecords } = this.shipper
    assert.equal(records, acknowledgedRecords + droppedRecords + inFlightRecords)
    return { acknowledged: acknowledgedRecords, dropped: droppedRecords, inFlight: inFlightRecords }
  }

  /** The value of a metric, named without its prefix, as `name` or `name{label="value"}`. */
  async metric(name: string): Promise<number | undefined> {
    const text = await this.registry.metrics()
    const line = text.split('\n').find((candidate) => candidate.startsWith(`vedette_agent_${name} `))
    return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ')))
  }

  /** What is in the dead letter files. */
  letters(): readonly Letter[] {
    const directory = join(this.#directory, 'dead-letter')
    if (!existsSync(directory)) return []
    const texts = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'utf8'))
    return texts
      .flatMap((text) => text.split('\n').filter((line) => line !== ''))
      .map((line) => {
        const { why, records, encoding, entry } = JSON.parse(line) as Letter & { encoding: Encoding; entry: string }
        const body = decompress(Buffer.from(entry, 'base64'), encoding)
        return { why, records, bodies: flatRecords(body).map((record) => record.body) }
      })
  }

  async #reply(prefix: string, reply: Reply, body: Buffer, encoding: Encoding, signal: AbortSignal): Promise<Outcome> {
    this.lastRecords = flatRecords(decompress(body, encoding))
    const bodies = this.lastRecords.map((record) => record.body)
    this.seen.push(`${prefix}${encoding} ${bodies.join(',')}`)
    return reply(bodies, encoding, signal)
  }
}

function decompress(body: Buffer, encoding: Encoding): Buffer {
  if (encoding === 'gzip') return gunzipSync(body)
  return encoding === 'zstd' ? zstdDecompressSync(body) : Buffer.from(body)
}
