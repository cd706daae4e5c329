import { join } from 'node:path'
import { createEvents, type EventDeps } from '#lib/events.ts'
import { systemFiles } from '#lib/files.ts'
import { createWebServer, type WebServer } from '#lib/http/server.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { CollectorConfig } from './config.ts'
import { COLLECTOR_EVENTS } from './events.ts'
import { createIndexing, type Indexing } from './index/create-indexing.ts'
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
  readonly queue: () => DiskQueue | undefined
  readonly received: ReceiveStats
  readonly inFlight: InFlightBytes
  readonly indexing: Indexing
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
  const indexing = createIndexing(config, { queue: openQueue, clock, events })

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
    parts: [storage, fillWatch, ...indexing.parts, otlp, ...(grpc.enabled ? [otlpGrpc] : [])],
    ...{ otlp, otlpGrpc, received, inFlight, indexing, fillWatch },
    nowMs: () => clock.nowMs(),
    queue: () => queue,
  }
}
