import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '#lib/clock.ts'
import { loadConfig } from '#lib/config/load.ts'
import { createWebServer, type WebServer } from '#lib/http/server.ts'
import { inOrder, type Lifecycle } from '#lib/lifecycle.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry, type Registry } from '#lib/metrics.ts'
import * as configModule from '../../collector/config.ts'
import type { LetterHead } from '../../collector/dead-letter/letter.ts'
import { exportMetrics } from '../../collector/metrics.ts'
import { createPipeline, type Pipeline } from '../../collector/pipeline.ts'
import { encodeLogsRequest } from './otlp-proto.ts'

interface Letter {
  readonly id: number
  readonly head: LetterHead
  /** Action line and document. */
  readonly text: string
}

/** Waits short enough for a test, on the real clock: what is waited for here is sockets and disks. */
const QUICK = [
  'otlp.http.listen_address=127.0.0.1:0',
  'otlp.grpc.listen_address=127.0.0.1:0',
  'web.listen_address=127.0.0.1:0',
  'elasticsearch.backoff.initial=1ms',
  'elasticsearch.backoff.max=4ms',
  'elasticsearch.bulk.max_delay=2ms',
]

/** The collector's pipeline in this process: real files, real sockets, and an Elasticsearch at a URL. */
export class CollectorHarness {
  readonly directory: string
  readonly lines: string[] = []
  readonly #settings: readonly string[]
  #lifecycle: Lifecycle | undefined
  #pipeline: Pipeline | undefined
  #registry: Registry | undefined
  #web: WebServer | undefined

  constructor(directory: string, elasticsearchUrl: string, settings: readonly string[] = []) {
    this.directory = directory
    mkdirSync(directory, { recursive: true })
    this.#settings = [...QUICK, `data_dir=${directory}`, `elasticsearch.nodes=["${elasticsearchUrl}"]`, ...settings]
  }

  get pipeline(): Pipeline {
    if (this.#pipeline === undefined) throw new Error('the collector is not running')
    return this.#pipeline
  }

  get url(): string {
    return `${this.pipeline.otlp.url}/v1/logs`
  }

  /** Where `_bulk` is. */
  get webUrl(): string {
    return this.#web?.url ?? ''
  }

  async start(): Promise<void> {
    const config = loadConfig(configModule, { overrides: this.#settings, env: {} })
    const logger = createLogger({
      service: 'collector',
      level: 'debug',
      format: 'logfmt',
      write: (line) => this.lines.push(line),
    })
    this.#registry = createRegistry('collector', '0')
    this.#pipeline = createPipeline(config, { clock: systemClock, logger, registry: this.#registry })
    exportMetrics(this.#registry, this.#pipeline)
    const { webRoutes } = this.#pipeline
    this.#web = createWebServer({ name: 'web', listenAddress: '127.0.0.1:0', routes: webRoutes })
    this.#lifecycle = inOrder([...this.#pipeline.parts, this.#web], { clock: systemClock, drainMs: 5_000 })
    await this.#lifecycle.start()
  }

  async stop(): Promise<void> {
    assert.deepEqual(await this.#lifecycle?.stop(), [])
    this.#lifecycle = undefined
  }

  post(body: Buffer, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    const type = { 'content-type': 'application/x-protobuf' }
    return fetch(this.url, { method: 'POST', body: new Uint8Array(body), headers: { ...type, ...headers } })
  }

  /** Sends records with these ids and expects them to be taken. */
  async send(ids: readonly string[], bodyOf: (id: string) => string = (id) => `text of ${id}`): Promise<void> {
    const response = await this.post(recordsOf(ids, bodyOf))
    assert.equal(response.status, 200, await response.text())
  }

  /** A metric of this collector, its labels summed up. */
  async metric(name: string): Promise<number> {
    const metric = await this.#registry!.getSingleMetric(`vedette_collector_${name}`)?.get()
    assert.ok(metric, `no metric ${name}`)
    return metric.values.reduce((sum, { value }) => sum + value, 0)
  }

  /** Waits until nothing is queued or in flight; fails if that never comes. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 2_000; turn++) {
      if ((await this.metric('records_queued')) === 0 && (await this.metric('records_in_flight')) === 0) return
      await sleep(2)
    }
    throw new Error(`the collector does not come to rest:\n${this.lines.join('\n')}`)
  }

  /** Its dead letters, the oldest first. */
  async letters(): Promise<readonly Letter[]> {
    const letters: Letter[] = []
    for await (const { id, head, bytes } of this.pipeline.indexing.deadLetters.read(0)) {
      letters.push({ id, head, text: bytes.toString() })
    }
    return letters
  }

  /** What came in, and what became of it: equal at any moment. */
  async account() {
    const [received, recovered, replayed] = [
      await this.metric('records_received_total'),
      await this.metric('records_recovered_total'),
      await this.metric('records_replayed_total'),
    ]
    const became = {
      indexed: await this.metric('records_indexed_total'),
      failureStore: await this.metric('records_failure_store_total'),
      duplicate: await this.metric('records_duplicate_total'),
      deadLetter: await this.metric('records_dead_letter_total'),
      queued: await this.metric('records_queued'),
      inFlight: await this.metric('records_in_flight'),
      lost: await this.metric('records_lost_total'),
      dropped: await this.metric('records_dropped_total'),
    }
    const sum = Object.values(became).reduce((total, value) => total + value, 0)
    assert.equal(received + recovered + replayed, sum, JSON.stringify({ received, recovered, replayed, ...became }))
    return { received, recovered, replayed, ...became }
  }
}

/** A request with a record for each id. */
export function recordsOf(ids: readonly string[], bodyOf: (id: string) => string): Buffer {
  const logRecords = ids.map((id) => ({
    timeUnixNano: String(1_790_000_000_000_000_000n + BigInt(id.length)),
    body: { stringValue: bodyOf(id) },
    attributes: [{ key: 'log.record.uid', value: { stringValue: id } }],
  }))
  const resource = { attributes: [{ key: 'k8s.pod.name', value: { stringValue: 'web-1' } }] }
  return encodeLogsRequest({ resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] })
}
