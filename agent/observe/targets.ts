import { formatDuration } from '#lib/duration.ts'
import type { TargetStatus } from '../gather/page/target-status.ts'

/** Parameters and paths that are shown have no value of a parameter whose name sounds like a secret. */
const PARAMETER = /^__param_|_annotation_prometheus_io_param_/
const SECRET = /token|key|secret|pass|auth|sig/i

/** The targets of the agent in the shape of Prometheus' `GET /api/v1/targets`, with samples and series besides. */
export function printTargets(targets: readonly TargetStatus[]) {
  return {
    status: 'success',
    data: {
      activeTargets: targets.map(printTarget),
      droppedTargets: [],
      droppedTargetCounts: {},
    },
  }
}

function printTarget(target: TargetStatus) {
  const { pool, job, instance, labels, discovered, url, health, lastError, lastScrapeMs, lastDurationMs } = target
  return {
    discoveredLabels: Object.fromEntries([...discovered].map(([name, value]) => [name, withoutSecret(name, value)])),
    labels: { ...Object.fromEntries(labels), job, instance },
    ...{ scrapePool: pool, scrapeUrl: url, globalUrl: url },
    ...{ health, lastError },
    // Go's zero time, as Prometheus has it before the first scrape.
    lastScrape: lastScrapeMs === undefined ? '0001-01-01T00:00:00Z' : new Date(lastScrapeMs).toISOString(),
    lastScrapeDuration: lastDurationMs / 1000,
    ...{ scrapeInterval: formatDuration(target.intervalMs), scrapeTimeout: formatDuration(target.timeoutMs) },
    ...{ samples: target.samples, series: target.series },
  }
}

function withoutSecret(name: string, value: string): string {
  if (PARAMETER.test(name) && SECRET.test(name)) return '***'
  return name === '__metrics_path__' ? value.replace(/\?.*/s, '?***') : value
}
