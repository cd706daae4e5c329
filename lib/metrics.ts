import { readdirSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, Registry } from 'prom-client'

export { Histogram, type Registry } from 'prom-client'

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

function readingsOf(read: Read): Iterable<Reading> {
  const result = read()
  return typeof result === 'number' ? [{ value: result }] : result
}

/**
 * A registry with the metrics every service has, under their usual names. prom-client's own default set is not used:
 * it observes every garbage collection, which costs more than everything else here together.
 */
export function createRegistry(service: string, version: string): Registry {
  const registry = new Registry()
  const startedAtSeconds = Math.round(Date.now() / 1000 - process.uptime())
  const loopDelay = monitorEventLoopDelay({ resolution: 20 })
  loopDelay.enable()
  counterOf(
    registry,
    { name: 'process_cpu_seconds_total', help: 'User and system CPU time spent, in seconds.' },
    () => {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1e6
    },
  )
  gaugeOf(registry, { name: 'process_resident_memory_bytes', help: 'Resident memory size in bytes.' }, () =>
    process.memoryUsage.rss(),
  )
  gaugeOf(
    registry,
    { name: 'process_start_time_seconds', help: 'Start time of the process since the Unix epoch in seconds.' },
    () => startedAtSeconds,
  )
  gaugeOf(registry, { name: 'process_open_fds', help: 'Number of open file descriptors.' }, countOpenFiles)
  gaugeOf(
    registry,
    {
      name: 'nodejs_eventloop_lag_p99_seconds',
      help: 'The 99th percentile of the event loop delay since the last scrape.',
    },
    () => {
      const seconds = loopDelay.percentile(99) / 1e9
      loopDelay.reset()
      return Number.isFinite(seconds) ? seconds : 0
    },
  )
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

function countOpenFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return 0
  }
}
