import { readdirSync, readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { oncePerTurn } from './once-per-turn.ts'

/** A metric of the process, read when scraped. */
export interface ProcessMetric {
  readonly type: 'counter' | 'gauge'
  readonly name: string
  readonly help: string
  readonly read: () => number
}

/** The event loop's delay is measured by a timer of this period, whose own wait is no delay. */
const DELAY_RESOLUTION_MS = 20

/**
 * Metrics that every process has, under the names that prom-client gives them. Its own set is not used: it observes every
 * garbage collection, which costs more than everything else here together, and it counts the timer's period as delay.
 */
export function processMetrics(): readonly ProcessMetric[] {
  const startedAtSeconds = Math.round(Date.now() / 1000 - process.uptime())
  const cpu = oncePerTurn(() => process.cpuUsage())
  const memory = oncePerTurn(() => process.memoryUsage())
  const status = oncePerTurn(() => readProc('status'))
  const delay = createDelayReader()
  const maxFiles = limitOf(readProc('limits'), 'Max open files')
  const counter = (name: string, help: string, read: () => number): ProcessMetric => ({
    ...{ type: 'counter', name, help, read },
  })
  const gauge = (name: string, help: string, read: () => number): ProcessMetric => ({
    ...{ type: 'gauge', name, help, read },
  })
  return [
    counter(
      'process_cpu_seconds_total',
      'User and system CPU time spent, in seconds.',
      () => (cpu().user + cpu().system) / 1e6,
    ),
    counter('process_cpu_user_seconds_total', 'User CPU time spent, in seconds.', () => cpu().user / 1e6),
    counter('process_cpu_system_seconds_total', 'System CPU time spent, in seconds.', () => cpu().system / 1e6),
    gauge('process_resident_memory_bytes', 'Resident memory size in bytes.', () => memory().rss),
    gauge('process_virtual_memory_bytes', 'Virtual memory size in bytes.', () => bytesOf(status(), 'VmSize')),
    gauge('process_heap_bytes', 'Size of the data segment in bytes.', () => bytesOf(status(), 'VmData')),
    gauge(
      'process_start_time_seconds',
      'Start time of the process since the Unix epoch in seconds.',
      () => startedAtSeconds,
    ),
    gauge('process_open_fds', 'Number of open file descriptors.', countOpenFiles),
    gauge('process_max_fds', 'Most file descriptors that may be open.', () => maxFiles),
    gauge('nodejs_heap_size_total_bytes', "Size of V8's heap in bytes.", () => memory().heapTotal),
    gauge('nodejs_heap_size_used_bytes', "Used size of V8's heap in bytes.", () => memory().heapUsed),
    gauge('nodejs_external_memory_bytes', "Memory outside of V8's heap that objects hold, in bytes.", () => {
      return memory().external
    }),
    gauge(
      'nodejs_eventloop_lag_p99_seconds',
      'The 99th percentile of the event loop delay since the last scrape.',
      () => delay().p99Seconds,
    ),
    gauge(
      'nodejs_eventloop_lag_max_seconds',
      'The longest event loop delay since the last scrape.',
      () => delay().maxSeconds,
    ),
  ]
}

/** Reads the delay since the last reading, and begins anew. */
function createDelayReader(): () => { readonly p99Seconds: number; readonly maxSeconds: number } {
  const histogram = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS })
  histogram.enable()
  const seconds = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - DELAY_RESOLUTION_MS / 1e3)
  return oncePerTurn(() => {
    // Without a measurement the percentile is 0 and the maximum is, too.
    const delays = { p99Seconds: seconds(histogram.percentile(99)), maxSeconds: seconds(histogram.max) }
    histogram.reset()
    return delays
  })
}

/** The soft limit in a row of `/proc/self/limits`; infinity if there is none. */
function limitOf(limits: string, name: string): number {
  const row = limits.split('\n').find((line) => line.startsWith(name))
  const soft = row?.slice(name.length).trim().split(/\s+/)[0]
  return soft === undefined || soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft)
}

/** A row of `/proc/self/status`, which has kibibytes. */
function bytesOf(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) * 1024
}

function countOpenFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return 0
  }
}

/** Empty where there is no such file, as on systems other than Linux. */
function readProc(name: string): string {
  try {
    return readFileSync(`/proc/self/${name}`, 'utf8')
  } catch {
    return ''
  }
}
