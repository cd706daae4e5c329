import { hostname } from 'node:os'
import { join } from 'node:path'
import { CodedError } from '#lib/errors.ts'
import { createEvents, type EventDeps } from '#lib/events.ts'
import { systemFiles } from '#lib/files.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { CollectorConfig } from './config.ts'
import { COLLECTOR_EVENTS } from './events.ts'
import { createIndexing, type Indexing } from './index/create-indexing.ts'
import { createLogSeries, type LogSeries } from './log-series/create-log-series.ts'
import { createMetricsPipeline, type MetricsPipeline } from './metrics-pipeline.ts'
import { FillWatch } from './queue/fill-watch.ts'
import { DiskQueue } from './queue/queue.ts'
import { createReceivers, type Receivers } from './receive/receivers.ts'
import { Shaping } from './shape/shaping.ts'

export interface Pipeline extends Receivers {
  /** In start order. */
  readonly parts: readonly Service[]
  readonly queue: () => DiskQueue | undefined
  readonly indexing: Indexing
  readonly fillWatch: FillWatch
  readonly shaping: Shaping
  readonly logSeries: LogSeries
  readonly metrics: MetricsPipeline
  readonly nowMs: () => number
}

/**
 * The collector, in the order in which a log record meets it:
 *
 * receive   OTLP over HTTP and gRPC, limits, decompression           receive/otlp-http.ts, receive/grpc/server.ts
 *           documents as Elasticsearch takes them                    receive/bulk/routes.ts
 *           (metrics go another way from here                         metrics-pipeline.ts)
 * check     every part of it, record by record                       receive/logs-intake.ts, receive/bulk/read-bulk.ts
 * queue     on disk, synced; only now the sender is told 200         queue/queue.ts
 * shape     drop, redact and route by the rules of the configuration  shape/shaper.ts
 * encode    requests to a bulk body                                  encode/bulk-encoder.ts
 * send      until each document is indexed or refused for good       index/bulk-sender.ts
 * bury      what was refused, with the reason                        dead-letter/dead-letters.ts
 * settle    the queue forgets it                                     queue/queue.ts
 */
export function createPipeline(config: CollectorConfig, deps: EventDeps): Pipeline {
  const { clock } = deps
  const events = createEvents('vedette_collector', COLLECTOR_EVENTS, deps)
  let queue: DiskQueue | undefined
  const openQueue = () => {
    if (queue === undefined) throw new CodedError('RECEIVE_FAILED', ['the queue is not open yet'], { retryable: true })
    return queue
  }

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
  const shaping = new Shaping(config.shape, config.elasticsearch, events)
  const indexing = createIndexing(config, { queue: openQueue, clock, events, shaping })

  const logSeries = createLogSeries({ config: config.log_series, clock, hostName: hostname() })
  const { containers } = logSeries
  const receivers = createReceivers({ config, queue: openQueue, events, clock, containers })
  const metrics = createMetricsPipeline(config, { receivers, logSeries, shaping, events, clock })

  return {
    parts: [...metrics.parts, storage, fillWatch, ...indexing.parts, ...receivers.servers],
    ...receivers,
    webRoutes(app) {
      receivers.webRoutes(app)
      metrics.webRoutes(app)
    },
    ...{ indexing, fillWatch, shaping, logSeries, metrics },
    nowMs: () => clock.nowMs(),
    queue: () => queue,
  }
}
