import { join } from 'node:path'
import { createEvents, type EventDeps } from '#lib/events.ts'
import { systemFiles } from '#lib/files.ts'
import { createWebServer, type WebServer } from '#lib/http/server.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { CollectorConfig } from './config.ts'
import { COLLECTOR_EVENTS } from './events.ts'
import { BulkSender, type IndexStats } from './index/bulk-sender.ts'
import { DeadLetterFile } from './index/dead-letter.ts'
import { createElasticsearch, type Elasticsearch } from './index/elasticsearch.ts'
import { Indexer } from './index/indexer.ts'
import { TemplateKeeper } from './index/template-keeper.ts'
import { FillWatch } from './queue/fill-watch.ts'
import { DiskQueue } from './queue/queue.ts'
import { createGrpcServer, type GrpcServer } from './receive/grpc/server.ts'
import { InFlightBytes } from './receive/in-flight.ts'
import { LogsIntake } from './receive/logs-intake.ts'
import { otlpHttpRoutes } from './receive/otlp-http.ts'
import { ReceiveStats } from './receive/stats.ts'

export interface Pipeline {
  /** In start order. */
  readonly parts: readonly Service[]
  readonly otlp: WebServer
  readonly otlpGrpc: GrpcServer
  readonly elasticsearch: Elasticsearch
  readonly queue: () => DiskQueue | undefined
  readonly received: ReceiveStats
  readonly inFlight: InFlightBytes
  readonly indexed: IndexStats
  readonly deadLetters: DeadLetterFile
  readonly fillWatch: FillWatch
  readonly nowMs: () => number
}

/**
 * The collector, in the order in which a log record meets it:
 *
 * receive   OTLP over HTTP and gRPC, limits, decompression           receive/otlp-http.ts, receive/grpc/server.ts
 * check     every part of it, record by record                       receive/logs-intake.ts
 * queue     on disk, synced; only now the sender is told 200         queue/queue.ts
 * encode    requests to a bulk body                                  index/bulk-encoder.ts
 * send      until each document is indexed or refused for good       index/bulk-sender.ts
 * bury      what was refused, with the reason                        index/dead-letter.ts
 * settle    the queue forgets it                                     queue/queue.ts
 */
export function createPipeline(config: CollectorConfig, deps: EventDeps): Pipeline {
  const { clock } = deps
  const events = createEvents('vedette_collector', COLLECTOR_EVENTS, deps)
  const received = new ReceiveStats()
  const indexed: IndexStats = {
    taken: 0,
    indexed: 0,
    duplicates: 0,
    deadLettered: 0,
    repaired: 0,
    requests: 0,
    bytes: 0,
  }
  const settings = config.elasticsearch
  const backoff = { initialMs: settings.backoff.initial, maxMs: settings.backoff.max }
  let queue: DiskQueue | undefined
  const openQueue = () => queue!

  const storage: Service = {
    name: 'queue',
    async start() {
      queue = await DiskQueue.open({
        files: systemFiles,
        directory: join(config.data_dir, 'queue'),
        events,
        nowMs: () => clock.nowMs(),
        segmentBytes: config.queue.segment_bytes,
        maxBytes: config.queue.max_bytes,
        minFreeBytes: config.queue.min_free_bytes,
        whenFull: config.queue.when_full,
        order: config.queue.order,
        cacheBytes: config.queue.cache_bytes,
      })
    },
    stop: () => queue?.close(),
  }

  const fillWatch = new FillWatch({ queue: () => queue, clock, events, alarmPercent: config.queue.alarm_percent })

  const elasticsearch = createElasticsearch({
    nodes: settings.nodes,
    apiKey: settings.api_key,
    username: settings.username,
    password: settings.password,
    caFingerprint: settings.ca_fingerprint,
    requestTimeoutMs: settings.timeout,
  })
  const connection: Service = { name: 'elasticsearch client', stop: () => elasticsearch.close() }

  const deadLetters = new DeadLetterFile({
    files: systemFiles,
    directory: join(config.data_dir, 'dead-letter'),
    events,
    nowMs: () => clock.nowMs(),
    maxBytes: config.dead_letter.max_bytes,
  })
  const burial: Service = {
    name: 'dead letter file',
    start: () => deadLetters.open(),
    stop: () => deadLetters.close(),
  }

  const template = { dataset: settings.dataset, retention: settings.retention }
  const templates = new TemplateKeeper({ elasticsearch, template, clock, events, backoff })
  const sender = new BulkSender({
    ...{ elasticsearch, deadLetters, templates, clock, events, backoff, stats: indexed },
    compression: compressionFor(settings),
    timeoutMs: settings.timeout,
  })
  const indexer = new Indexer({
    ...{ queue: openQueue, sender, templates, clock },
    gathering: {
      ...{ queue: openQueue, clock, events, stats: indexed, backoff },
      dataStream: `logs-${settings.dataset}-${settings.namespace}`,
      maxBytes: settings.bulk.max_bytes,
      maxDelayMs: settings.bulk.max_delay,
    },
    concurrency: settings.concurrency,
  })

  const inFlight = new InFlightBytes(config.otlp.max_in_flight_bytes)
  const logs = new LogsIntake({
    ...{ queue: openQueue, events, stats: received },
    maxRequestBytes: config.otlp.max_request_bytes,
    maxRequestRecords: config.otlp.max_request_records,
    maxRecordBytes: config.otlp.max_record_bytes,
    maxRecordValues: config.otlp.max_record_values,
  })
  const { cors } = config.otlp.http
  const otlp = createWebServer({
    name: 'otlp.http.listen_address',
    listenAddress: config.otlp.http.listen_address,
    requestTimeoutMs: config.otlp.http.request_timeout,
    routes: otlpHttpRoutes({
      ...{ logs, events, inFlight },
      maxRequestBytes: config.otlp.max_request_bytes,
      cors: { allowedOrigins: cors.allowed_origins, allowedHeaders: cors.allowed_headers, maxAgeMs: cors.max_age },
    }),
  })

  const { grpc } = config.otlp
  const otlpGrpc = createGrpcServer({
    ...{ logs, events, inFlight },
    listenAddress: grpc.listen_address,
    maxRequestBytes: config.otlp.max_request_bytes,
    requestTimeoutMs: grpc.request_timeout,
  })

  return {
    parts: [storage, fillWatch, connection, burial, indexer, otlp, ...(grpc.enabled ? [otlpGrpc] : [])],
    ...{ otlp, otlpGrpc, elasticsearch, received, inFlight, indexed, deadLetters, fillWatch },
    nowMs: () => clock.nowMs(),
    queue: () => queue,
  }
}

/** Between two processes of one machine compression costs more than it saves. */
function compressionFor({ compression, nodes }: CollectorConfig['elasticsearch']): 'gzip' | 'none' {
  if (compression !== 'auto') return compression
  return nodes.every((node) => /^https?:\/\/(127\.|localhost[:/]|\[::1\])/.test(`${node}/`)) ? 'none' : 'gzip'
}
