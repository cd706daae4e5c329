import { processMetrics } from './process-metrics.ts'
import { Counter, Gauge, Registry, Summary } from './prom-client.ts'

export { Counter, Histogram, type Registry, Summary } from './prom-client.ts'

/** One sample of a metric that is read when scraped. */
interface Reading {
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

interface Description {
  readonly name: string
  readonly help: string
  readonly labelNames?: readonly string[]
}

type Read = () => number | Iterable<Reading>

/** A counter whose value lives in plain fields of a hot path and is read only when scraped. */
export function counterOf(registry: Registry, description: Description, read: Read): void {
  new Counter({
    ...description,
    labelNames: [...(description.labelNames ?? [])],
    registers: [registry],
    collect() {
      this.reset()
      for (const { labels, value } of readingsOf(read)) this.inc(labels ?? {}, value)
    },
  })
}

/** A gauge that takes its time to be read, so that others get turns meanwhile. */
export function slowGaugeOf(
  registry: Registry,
  description: Description,
  read: () => Promise<Iterable<Reading>>,
): void {
  new Gauge({
    ...description,
    labelNames: [...(description.labelNames ?? [])],
    registers: [registry],
    async collect() {
      const readings = await read()
      this.reset()
      for (const { labels, value } of readings) this.set(labels ?? {}, value)
    },
  })
}

/** A gauge that is read when scraped. */
export function gaugeOf(registry: Registry, description: Description, read: Read): void {
  new Gauge({
    ...description,
    labelNames: [...(description.labelNames ?? [])],
    registers: [registry],
    collect() {
      this.reset()
      for (const { labels, value } of readingsOf(read)) this.set(labels ?? {}, value)
    },
  })
}

/** A summary without quantiles whose count and sum live in plain fields of a hot path. */
export function summaryOf(
  registry: Registry,
  { name, help }: Description,
  read: () => { readonly count: number; readonly sum: number },
): void {
  const summary = new Summary({ name, help, percentiles: [], registers: [registry] })
  const shape = summary.get.bind(summary)
  summary.get = async () => {
    const { count, sum } = read()
    const values = [
      { metricName: `${name}_sum`, labels: {}, value: sum },
      { metricName: `${name}_count`, labels: {}, value: count },
    ]
    return { ...(await shape()), values }
  }
}

function readingsOf(read: Read): Iterable<Reading> {
  const result = read()
  return typeof result === 'number' ? [{ value: result }] : result
}

/** A registry with the metrics that every service has. */
export function createRegistry(service: string, version: string): Registry {
  const registry = new Registry()
  for (const { type, read, ...description } of processMetrics()) {
    if (type === 'counter') counterOf(registry, description, read)
    else gaugeOf(registry, description, read)
  }
  gaugeOf(
    registry,
    {
      name: `vedette_${service}_build_info`,
      help: 'A metric with the constant value 1, labelled with the versions of the service and of its runtime.',
      labelNames: ['version', 'node_version'],
    },
    () => [{ labels: { version, node_version: process.versions.node }, value: 1 }],
  )
  return registry
}
