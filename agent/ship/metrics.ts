import { gaugeOf, Histogram, type Registry } from '#lib/metrics.ts'
import type { Endpoint } from './endpoint.ts'
import type { EndpointPool } from './endpoint-pool.ts'
import type { Outcome } from './outcome.ts'
import type { Shipper } from './shipper.ts'

export interface ShipMetricsSources {
  readonly pool: EndpointPool
  readonly shipper: () => Shipper
}

const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** What delivery shows when it is scraped. Returns what has to be told how long each request took. */
export function exportShipMetrics(
  registry: Registry,
  { pool, shipper }: ShipMetricsSources,
): (outcome: Outcome['kind'], durationMs: number) => void {
  gaugeOf(
    registry,
    { name: 'vedette_agent_in_flight_bytes', help: 'Bytes of requests whose acknowledgement is awaited, compressed.' },
    () => shipper().inFlightBytes,
  )
  const perEndpoint: readonly [string, string, (endpoint: Endpoint) => number][] = [
    [
      'endpoint_healthy',
      'Whether requests are sent to a collector: 0 after a failure, until it answers again.',
      ({ isHealthy }) => (isHealthy ? 1 : 0),
    ],
    ['endpoint_requests_in_flight', 'Requests that are under way to a collector.', ({ inFlight }) => inFlight],
    [
      'endpoint_concurrency_limit',
      'Requests that a collector may have under way: halved when it fails, one more for each round it accepts.',
      ({ limit }) => limit,
    ],
  ]
  for (const [name, help, read] of perEndpoint) {
    gaugeOf(registry, { name: `vedette_agent_${name}`, help, labelNames: ['endpoint'] }, () =>
      pool.endpoints.map((endpoint) => ({ labels: { endpoint: endpoint.name }, value: read(endpoint) })),
    )
  }
  const durations = new Histogram({
    name: 'vedette_agent_request_duration_seconds',
    help: 'Time from a request to the end of its answer, by what came of it.',
    labelNames: ['outcome'],
    buckets: BUCKETS_SECONDS,
    registers: [registry],
  })
  return (outcome, durationMs) => durations.observe({ outcome: outcome.replace('-', '_') }, durationMs / 1000)
}
