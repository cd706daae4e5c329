import type { Clock } from '#lib/clock.ts'
import { counterOf, gaugeOf, type Registry } from '#lib/metrics.ts'
import type { SeriesSink } from '../series/series-sink.ts'
import type { LogSeriesConfig } from './config.ts'
import { ContainerTable } from './container-counts.ts'
import { LogSeriesPublisher, type PublisherOptions } from './publisher.ts'

export interface LogSeriesOptions {
  readonly config: LogSeriesConfig
  readonly clock: Clock
  /** Stands for this collector where the configuration names none. */
  readonly hostName: string
}

export interface LogSeries {
  /** Undefined if records are not counted. */
  readonly containers: ContainerTable | undefined
  createPublisher(sink: SeriesSink, derived: PublisherOptions['derived']): LogSeriesPublisher
}

/** What counts records as they are taken, and what publishes the counts. */
export function createLogSeries({ config, clock, hostName }: LogSeriesOptions): LogSeries {
  const { enabled, max_containers: maxContainers, max_age: maxAgeMs, interval: intervalMs } = config
  const containers = enabled ? new ContainerTable({ maxContainers, maxAgeMs, nowMs: () => clock.nowMs() }) : undefined
  const instance = config.instance === '' ? hostName : config.instance
  return {
    containers,
    createPublisher: (sink, derived) =>
      new LogSeriesPublisher({ sink, clock, intervalMs, instance, containers, derived }),
  }
}

/** What log series cost, read when scraped. */
export function exportLogSeriesMetrics(registry: Registry, { containers }: Pick<LogSeries, 'containers'>): void {
  if (containers === undefined) return
  const prefix = 'vedette_collector_log_series'
  gaugeOf(
    registry,
    { name: `${prefix}_containers`, help: 'Containers whose log records are counted.' },
    () => containers.size,
  )
  counterOf(
    registry,
    {
      name: `${prefix}_limited_total`,
      help: 'Resources of requests that count as (other), because there are log_series.max_containers already.',
    },
    () => containers.limited,
  )
}
