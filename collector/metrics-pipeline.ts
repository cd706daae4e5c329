import type { Clock } from '#lib/clock.ts'
import type { FastifyInstance } from '#lib/http/server.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { CollectorConfig } from './config.ts'
import type { CollectorEvents } from './events.ts'
import { createExposition, type ExpositionParts } from './expose/create-exposition.ts'
import type { LogSeries } from './log-series/create-log-series.ts'
import { createPush, type Push } from './push/create-push.ts'
import type { Receivers } from './receive/receivers.ts'
import { createRemoteWrite, type RemoteWriteParts } from './remote-write/create-remote-write.ts'
import type { Shaping } from './shape/shaping.ts'

export interface MetricsPipeline {
  /** In start order; they start before and stop after those who send. */
  readonly parts: readonly Service[]
  readonly push: Push
  readonly exposition: ExpositionParts
  readonly remoteWrite: RemoteWriteParts
  /** On the web port. */
  readonly webRoutes: (app: FastifyInstance) => void
}

export interface MetricsPipelineDeps {
  readonly receivers: Receivers
  readonly logSeries: LogSeries
  readonly shaping: Shaping
  readonly events: CollectorEvents
  readonly clock: Clock
}

/**
 * The collector's metrics, in the order in which a sample meets it:
 *
 * receive   OTLP by the ports of logs                        receive/metrics-intake.ts
 *           remote write                                     remote-write/receive/
 *           pushes of jobs, which are on disk too            push/push-store.ts
 *           what log records count                           log-series/, shape/
 * name      as Prometheus would have it                      series/otlp/translate-name.ts
 * keep      the last sample of each series                   series/series-table.ts
 * expire    what its source does not send any more           series/expiry.ts
 * show      as text for Prometheus                           expose/renderer.ts
 * write     every sample to others, by way of a disk         remote-write/out/remote-writes.ts
 */
export function createMetricsPipeline(config: CollectorConfig, deps: MetricsPipelineDeps): MetricsPipeline {
  const { receivers, logSeries, shaping, events, clock } = deps
  const { series: sink, inFlight } = receivers
  const push = createPush({ config: config.push, dataDirectory: config.data_dir, sink, inFlight, events, clock })
  const publisher = logSeries.createPublisher(sink, shaping)
  const exposition = createExposition(config.metrics.exposition, receivers.series, clock)
  const remoteWrite = createRemoteWrite(config, receivers, { events, clock })
  return {
    parts: [...remoteWrite.remotes.parts, ...push.parts, publisher],
    ...{ push, exposition, remoteWrite },
    webRoutes(app) {
      push.routes(app)
      exposition.routes(app)
      remoteWrite.routes(app)
    },
  }
}
