import { join } from 'node:path'
import type { Clock } from '#lib/clock.ts'
import type { Files } from '#lib/files.ts'
import type { Service } from '#lib/lifecycle.ts'
import { parseMatchers } from '#lib/matcher-syntax.ts'
import { readVersion } from '#lib/version.ts'
import type { SampleObserver, SeriesDirectory } from '../../series/series-sink.ts'
import type { RemoteWriteEvents } from '../events.ts'
import { PROCESS_HEADER } from '../protocol.ts'
import { RemoteWriteClient } from './client.ts'
import type { RemoteWriteConfig } from './config.ts'
import { Delivery } from './delivery.ts'
import { DesiredShards } from './desired-shards.ts'
import { MetadataSender } from './metadata-sender.ts'
import { QueueWriter } from './queue-writer.ts'
import { RequestEncoder } from './request-encoder.ts'
import { SampleQueue } from './sample-queue.ts'
import { SentSeries } from './sent-series.ts'
import { Shards } from './shards.ts'
import { Signal } from './signal.ts'
import { type DropReason, RemoteWriteStats } from './stats.ts'

export interface RemoteWriteOptions {
  readonly config: RemoteWriteConfig
  /** Of all remote writes; each has one in it. */
  readonly directory: string
  readonly series: SeriesDirectory
  readonly events: RemoteWriteEvents
  readonly files: Files
  readonly clock: Clock
  /** Which process it is: who receives its own requests refuses them. */
  readonly processId: string
  readonly onSent?: (seconds: number) => void
}

/** What came is on disk after this time, and the position too. */
const FLUSH_MS = 1_000
/** How often the number of shards is looked at. */
const RESHARD_MS = 10_000

/** Writes all samples of the table to one receiver, through a queue on disk. */
export class RemoteWrite implements SampleObserver, Service {
  readonly name: string
  readonly config: RemoteWriteConfig
  readonly stats = new RemoteWriteStats()
  readonly #options: RemoteWriteOptions
  readonly #writer: QueueWriter
  readonly #client: RemoteWriteClient
  readonly #delivery: Delivery
  readonly #shards: Shards
  readonly #desired: DesiredShards
  readonly #metadata: MetadataSender
  readonly #due = new Signal()
  #queue: SampleQueue | undefined
  #running: Promise<void> | undefined
  #isStopping = false

  constructor(options: RemoteWriteOptions) {
    this.#options = options
    const { config, series, events, clock } = options
    const { stats } = this
    this.config = config
    this.name = `remote write ${config.name}`
    const remote = { remote: config.name }
    const onDropped = (reason: DropReason, samples: number, message?: string) => {
      stats.drop(reason, samples)
      events.remoteWriteDropped({ ...remote, reason }, { samples, ...(message === undefined ? {} : { err: message }) })
    }
    const sent = new SentSeries({ directory: series, externalLabels: config.external_labels, relabel: rulesOf(config) })
    this.#writer = new QueueWriter({
      queue: () => this.#open(),
      seriesOf: (row) => sent.seriesOf(row),
      startMsOf: config.protocol === '2.0' ? (row) => series.startMsOf(row) : undefined,
      onDue: () => this.#due.set(),
      onWritten: (samples) => {
        stats.appended += samples
        this.#shards.notify()
      },
      onLost: (reason, samples, error) => onDropped(reason, samples, error === undefined ? undefined : String(error)),
    })
    this.#client = createClient(options, stats)
    const encoder = new RequestEncoder()
    this.#delivery = new Delivery({
      ...{ client: this.#client, encoder, protocol: config.protocol, stats, clock, onDropped },
      maxAgeMs: config.queue.max_age,
      backoff: { initialMs: config.backoff.initial, maxMs: config.backoff.max },
      settle: (taken, samples) => this.#open().settle(taken, samples),
      onFailed: (reason, message) => events.remoteWriteFailed({ ...remote, reason }, { err: message }),
      onFallback: () => events.remoteWriteFallback(remote),
    })
    this.#shards = new Shards({
      maxSamples: config.max_samples_per_send,
      maxBytes: config.max_request_bytes,
      deadlineMs: config.batch_deadline,
      clock,
      deliver: (batch) => this.#delivery.deliver(batch),
      next: () => this.#open().next(),
      onUnreadable: (error) => events.remoteWriteFailed({ ...remote, reason: 'disk' }, { err: String(error) }),
      onDamaged: ({ taken }, samples) => {
        onDropped('damaged', samples)
        this.#open().settle(taken, samples)
      },
      onChanged: (shards) => events.remoteWriteShards(remote, { shards }),
    })
    this.#desired = new DesiredShards(config.max_shards)
    this.#metadata = new MetadataSender({
      ...{ client: this.#client, encoder, delivery: this.#delivery, families: sent.families, stats, clock },
      intervalMs: config.send_metadata ? config.metadata_interval : Number.POSITIVE_INFINITY,
    })
  }

  get shards(): number {
    return this.#shards.count
  }

  get queueBytes(): number {
    return this.#queue?.sizeBytes ?? 0
  }

  /** Samples that are neither sent nor given up. */
  get pending(): number {
    return this.#writer.samples + (this.#queue?.samples ?? 0)
  }

  /** Samples of series that the configuration leaves out. */
  get notWanted(): number {
    return this.#writer.notWanted
  }

  sample(row: number, value: number, timeMs: number): void {
    if (timeMs > this.stats.highestMs) this.stats.highestMs = timeMs
    this.#writer.sample(row, value, timeMs)
  }

  ended(row: number, timeMs: number): void {
    this.#writer.ended(row, timeMs)
  }

  forgotten(row: number): void {
    this.#writer.forgotten(row)
  }

  async start(): Promise<void> {
    const { config, directory, files, clock } = this.#options
    this.#queue = await SampleQueue.open({
      files,
      directory: join(directory, config.name),
      maxBytes: config.queue.max_bytes,
      maxAgeMs: config.queue.max_age,
      nowMs: () => clock.nowMs(),
      onDropped: (reason, samples) => {
        this.stats.drop(reason, samples)
        this.#options.events.remoteWriteDropped({ remote: config.name, reason }, { samples })
      },
    })
    this.#shards.start()
    this.#running = this.#run()
  }

  /** What is not sent by the deadline stays in the queue. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#isStopping = true
    const abort = () => this.#delivery.abort()
    if (deadline.aborted) abort()
    else deadline.addEventListener('abort', abort, { once: true })
    this.#due.set()
    await this.#running
    this.#delivery.stop()
    await this.#shards.stop()
    this.#delivery.abort()
    deadline.removeEventListener('abort', abort)
    await this.#queue?.close()
    this.#client.close()
  }

  #open(): SampleQueue {
    if (this.#queue === undefined) throw new Error('the queue is not open yet')
    return this.#queue
  }

  async #run(): Promise<void> {
    const { clock } = this.#options
    let keptMs = clock.monotonicMs()
    let lookedMs = keptMs
    let last = { appended: 0, samples: 0, sendMs: 0 }
    while (!this.#isStopping) {
      const cancel = clock.after(FLUSH_MS, () => this.#due.set())
      await this.#due.wait()
      cancel()
      await this.#writer.flush()
      const nowMs = clock.monotonicMs()
      if (nowMs - keptMs >= FLUSH_MS) {
        keptMs = nowMs
        await this.#keep()
        this.#metadata.sendIfDue()
      }
      if (nowMs - lookedMs < RESHARD_MS) continue
      const { appended, samples, sendMs } = this.stats
      const wanted = this.#desired.update({
        appended: appended - last.appended,
        sent: samples - last.samples,
        sendMs: sendMs - last.sendMs,
        pending: this.pending,
        periodMs: nowMs - lookedMs,
      })
      this.#shards.want(wanted)
      lookedMs = nowMs
      last = { appended, samples, sendMs }
    }
    await this.#writer.flush()
  }

  async #keep(): Promise<void> {
    const { events, config } = this.#options
    await this.#queue?.keep().catch((error: unknown) => {
      events.remoteWriteFailed({ remote: config.name, reason: 'disk' }, { err: String(error) })
    })
  }
}

function rulesOf({ write_relabel: rules }: RemoteWriteConfig) {
  return rules.map(({ action, match }) => {
    const parsed = parseMatchers(match)
    return { action, matchers: parsed.ok ? parsed.matchers : [] }
  })
}

function createClient({ config, files, clock, processId, onSent }: RemoteWriteOptions, stats: RemoteWriteStats) {
  const { basic_auth: basic, tls } = config
  return new RemoteWriteClient({
    ...{ url: config.url, files, clock },
    headers: { ...config.headers, [PROCESS_HEADER]: processId },
    basicAuth: { username: basic.username, password: basic.password, passwordFile: basic.password_file },
    bearerToken: config.bearer_token,
    bearerTokenFile: config.bearer_token_file,
    caFile: tls.ca_file,
    insecureSkipVerify: tls.insecure_skip_verify,
    timeoutMs: config.timeout,
    userAgent: `vedette-collector/${readVersion()}`,
    onRequest: (code, durationMs) => {
      stats.countRequest(code)
      onSent?.(durationMs / 1_000)
    },
  })
}
