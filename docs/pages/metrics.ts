import { systemClock } from '#lib/clock.ts'
import { loadConfig } from '#lib/config/load.ts'
import type { EventTable } from '#lib/events.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry, type Registry } from '#lib/metrics.ts'
import { assembleService, type CommonConfig, type ServiceDefinition } from '#lib/process/run.ts'
import { code, page, table } from './markdown.ts'

/** A metric as it is registered. */
interface Metric {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly labels: readonly string[]
}

/** A service's part of the page. */
export interface ServiceMetrics {
  readonly service: string
  readonly metrics: readonly Metric[]
  /** Counters of events, each with a line that is logged. */
  readonly events: readonly (readonly [counter: string, line: string])[]
}

/** All that a service registers when it is put together with its defaults, but for these settings; nothing is started. */
export async function metricsOf<C extends CommonConfig>(
  definition: ServiceDefinition<C>,
  prefix: string,
  events: EventTable,
  settings: readonly string[] = [],
): Promise<ServiceMetrics> {
  const service = definition.name
  const registry = createRegistry(service, '0')
  const logger = createLogger({ service, level: 'error', format: 'logfmt', write: () => {} })
  const config = loadConfig(definition.configModule, { overrides: settings, env: {} })
  await assembleService(definition, config, { clock: systemClock, logger, registry })
  const lines = Object.values(events).map(
    ({ metric, level, message }) => [`${prefix}_${metric}`, `${level}: ${message}`] as const,
  )
  return { service, metrics: readMetrics(registry), events: lines }
}

/** `metrics.md`: every metric of every service. */
export function metricsPage(services: readonly ServiceMetrics[]): string {
  const isCommon = (name: string) => services.every(({ metrics }) => metrics.some((metric) => metric.name === name))
  const common = services[0]?.metrics.filter(({ name }) => isCommon(name)) ?? []
  return page('Metrics', [
    'Each service serves its own metrics at `/metrics`, in the text format of Prometheus. Counters of events are written to the log as well, at most one line in ten seconds for each event and its labels.',
    '## Every service',
    metricTable(common),
    ...services.flatMap(({ service, metrics, events }) => [
      `## ${service}`,
      metricTable(metrics.filter(({ name }) => !isCommon(name))),
      `Log lines of the ${service}'s events:`,
      table(
        ['counter', 'log line'],
        events.map(([name, line]) => [code(name), line]),
      ),
    ]),
  ])
}

function metricTable(metrics: readonly Metric[]): string {
  const rows = metrics.map(({ name, type, labels, help }) => [code(name), type, labels.map(code).join(', '), help])
  return table(['metric', 'type', 'labels', 'meaning'], rows)
}

function readMetrics(registry: Registry): readonly Metric[] {
  return registry
    .getMetricsAsArray()
    .map((metric) => ({ name: metric.name, type: String(metric.type), help: metric.help, labels: labelsOf(metric) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** prom-client keeps the names but does not declare them. */
function labelsOf(metric: object): readonly string[] {
  if (!('labelNames' in metric) || !Array.isArray(metric.labelNames)) throw new Error('a metric without label names')
  return metric.labelNames
}
