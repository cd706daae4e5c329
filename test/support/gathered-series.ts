import { decodeMetricsRequest, type ProtoMetric, type ProtoPoint } from './metrics-proto.ts'

/** A series as Prometheus would know it. */
export interface GatheredSeries {
  readonly name: string
  /** `counter`, `gauge`, `histogram`, `unknown`, …: what the metadata says. */
  readonly type: string
  readonly help: string
  readonly labels: Readonly<Record<string, string>>
  /** NaN for a histogram, a summary and a series that has ended. */
  readonly value: number
  readonly startMs: number
  /** Whether this is the point that says that it has ended. */
  readonly isEnd: boolean
  readonly point: ProtoPoint
}

type Requests = readonly { readonly body: Buffer }[]

/** All metrics of OTLP requests, each of which is of one target. */
export function decodeMetrics(requests: Requests): ProtoMetric[] {
  return requests.flatMap(({ body }) => {
    const { resourceMetrics } = decodeMetricsRequest(body)
    if (resourceMetrics.length !== 1) throw new Error(`${resourceMetrics.length} resources in a request`)
    return resourceMetrics[0]!.scopeMetrics.flatMap(({ metrics }) => metrics)
  })
}

/** The points of a metric, of whatever kind it is. @throws if it is of none */
export function pointsOf({ name, sum, gauge, histogram, summary }: ProtoMetric): readonly ProtoPoint[] {
  const data = sum ?? gauge ?? histogram ?? summary
  if (data === undefined) throw new Error(`${name} is of no known kind`)
  return data.dataPoints
}

/**
 * Series of OTLP requests by `name{label="value",…}`, labels sorted by name; job and instance, which the resource has, are
 * left out. A series that ends and begins anew in the same requests is there as the new one.
 *
 * @throws if a series is there twice otherwise
 */
export function decodeSeries(requests: Requests): ReadonlyMap<string, GatheredSeries> {
  const all = new Map<string, GatheredSeries>()
  for (const metric of decodeMetrics(requests)) {
    const { name = '', description: help = '', metadata } = metric
    const type = metadata?.find(({ key }) => key === 'prometheus.type')?.value?.stringValue ?? ''
    for (const point of pointsOf(metric)) {
      const pairs = (point.attributes ?? []).map(({ key = '', value }) => [key, value?.stringValue ?? ''] as const)
      const labels = Object.fromEntries(pairs)
      const series: GatheredSeries = {
        ...{ name, type, help, labels, point, value: point.asDouble ?? Number.NaN },
        ...{ startMs: Number(point.startTimeUnixNano ?? 0) / 1e6, isEnd: (point.flags ?? 0) === 1 },
      }
      const key = printSeries(name, labels)
      const before = all.get(key)
      if (before !== undefined && (!before.isEnd || series.isEnd)) throw new Error(`${key} is there twice`)
      all.set(key, series)
    }
  }
  return all
}

/** Values by series, without those of the scrape itself: `ended` for one that ended, the type of what is no number. */
export function valuesOf(requests: Requests): Record<string, number | string> {
  const own = /^(?:up|scrape_duration_seconds|scrape_samples_scraped)$/
  return Object.fromEntries(
    [...decodeSeries(requests)]
      .filter(([, { name }]) => !own.test(name))
      .map(([series, { point, isEnd, type }]) => [series, isEnd ? 'ended' : (point.asDouble ?? type)]),
  )
}

export function printSeries(name: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))
  return pairs.length === 0
    ? name
    : `${name}{${pairs.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}}`
}
