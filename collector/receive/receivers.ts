import type { Clock } from '#lib/clock.ts'
import { createWebServer, type FastifyInstance, type WebServer } from '#lib/http/server.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { CollectorConfig } from '../config.ts'
import type { CollectorEvents } from '../events.ts'
import type { ContainerTable } from '../log-series/container-counts.ts'
import type { DiskQueue } from '../queue/queue.ts'
import { createSeries } from '../series/create-series.ts'
import type { SeriesTable } from '../series/series-table.ts'
import { BulkIntake } from './bulk/bulk-intake.ts'
import { bulkRoutes } from './bulk/routes.ts'
import { shipperRoutes } from './bulk/shipper-routes.ts'
import { createGrpcServer, type GrpcServer } from './grpc/server.ts'
import { InFlightBytes } from './in-flight.ts'
import { LogsIntake } from './logs-intake.ts'
import { MetricsIntake } from './metrics-intake.ts'
import { otlpHttpRoutes } from './otlp-http.ts'
import { ReceiveStats } from './stats.ts'

export interface ReceiversOptions {
  readonly config: Pick<CollectorConfig, 'otlp' | 'bulk' | 'metrics'>
  readonly queue: () => DiskQueue
  readonly events: CollectorEvents
  readonly clock: Clock
  /** Counts log records as they are taken, if that is asked for. */
  readonly containers: ContainerTable | undefined
}

export interface Receivers {
  /** Servers of their own and what belongs to them, in start order. */
  readonly servers: readonly Service[]
  readonly otlp: WebServer
  readonly otlpGrpc: GrpcServer
  /** What is received at the collector's web address. */
  readonly webRoutes: (app: FastifyInstance) => void
  readonly received: ReceiveStats
  readonly inFlight: InFlightBytes
  /** What came of metrics. */
  readonly series: SeriesTable
}

/** Each has a part of the answer. Shippers halve what is too large; none sends nearly as much by itself. */
const MAX_BULK_ITEMS = 100_000

/** All ways in. They share one limit for what is under way, and each ends in an intake that checks and queues. */
export function createReceivers({ config, queue, events, clock, containers }: ReceiversOptions): Receivers {
  const { http, grpc, ...limits } = config.otlp
  const stats = new ReceiveStats()
  const inFlight = new InFlightBytes(limits.max_in_flight_bytes)
  const shared = { events, inFlight, maxRequestBytes: limits.max_request_bytes }
  const logs = new LogsIntake({
    ...{ queue, events, stats, containers },
    maxRequestBytes: limits.max_request_bytes,
    maxRequestRecords: limits.max_request_records,
    maxRecordBytes: limits.max_record_bytes,
    maxRecordValues: limits.max_record_values,
  })
  const series = createSeries(config.metrics, clock)
  const metrics = new MetricsIntake({ otlp: series.otlp, events, stats })
  const bulk = new BulkIntake({
    ...{ queue, events, stats, clock },
    limits: {
      maxItems: Math.min(MAX_BULK_ITEMS, limits.max_request_records),
      maxDocumentBytes: limits.max_record_bytes,
      maxDocumentValues: limits.max_record_values,
    },
  })
  const { allowed_origins: allowedOrigins, allowed_headers: allowedHeaders, max_age: maxAgeMs } = http.cors
  const otlp = createWebServer({
    name: 'otlp.http.listen_address',
    listenAddress: http.listen_address,
    requestTimeoutMs: http.request_timeout,
    routes: otlpHttpRoutes({ ...shared, logs, metrics, cors: { allowedOrigins, allowedHeaders, maxAgeMs } }),
  })
  const otlpGrpc = createGrpcServer({
    ...{ ...shared, logs, metrics },
    listenAddress: grpc.listen_address,
    requestTimeoutMs: grpc.request_timeout,
  })
  const webRoutes = (app: FastifyInstance) => {
    if (!config.bulk.enabled) return
    bulkRoutes({ ...shared, bulk })(app)
    shipperRoutes()(app)
  }
  const servers = [series.expiry, otlp, ...(grpc.enabled ? [otlpGrpc] : [])]
  return { ...{ servers, otlp, otlpGrpc, webRoutes, inFlight }, series: series.table, received: stats }
}
