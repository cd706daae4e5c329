import { encodeAttribute } from '#lib/otlp/attributes.ts'
import { RESOURCE, SCOPE } from '#lib/otlp/fields.ts'
import {
  EXPORT_METRICS,
  METRIC,
  METRIC_DATA,
  RESOURCE_METRICS,
  SCOPE_METRICS,
  TEMPORALITY,
} from '#lib/otlp/metrics-fields.ts'
import { LAST_ERROR_KEY, PROMETHEUS_TYPE_KEY } from '#lib/otlp/scrape-metadata.ts'
import { LENGTH_DELIMITED, lengthDelimited, tag, VARINT, varintBytes, writeVarint } from '#lib/otlp/wire.ts'
import { FamilyPoints } from './family-points.ts'
import { type FamilySpec, type FamilyType, gauge } from './family-spec.ts'
import { encodeLabels } from './labels.ts'

/** What Prometheus would have as a target: who is asked, and as what its series are known. */
export interface GatherTarget {
  readonly job: string
  readonly instance: string
  /** Name of the node; not written if empty. */
  readonly node: string
  /** Labels of the target's own series (`up` and the like) beyond job and instance, as `metrics_path`. */
  readonly labels?: Iterable<readonly [name: string, value: string]>
}

/** How a round went: what Prometheus writes of each scrape. */
export interface RoundResult {
  readonly isUp: boolean
  readonly durationMs: number
  /** Why it is not up, for people; the collector shows it beside the target. */
  readonly error?: string
}

/** Encoded: one ExportMetricsServiceRequest. */
export interface MetricsRequest {
  readonly body: Buffer
  readonly points: number
}

/** A request that grows beyond this is followed by another. */
const REQUEST_BYTES = 1024 * 1024
const UP = gauge('up', 'Whether the target could be read.')
const DURATION = gauge('scrape_duration_seconds', 'How long reading the target took.')
const SCRAPED = gauge('scrape_samples_scraped', 'Samples that the target had.')
const OTLP_KINDS: Readonly<Record<FamilyType, number>> = {
  counter: METRIC.sum,
  gauge: METRIC.gauge,
  untyped: METRIC.gauge,
  info: METRIC.gauge,
  stateset: METRIC.gauge,
  histogram: METRIC.histogram,
  summary: METRIC.summary,
}

/**
 * The series of one target, round by round, as OTLP. Names stay what they are in Prometheus: the metadata
 * `prometheus.type` of a metric says so (OpenTelemetry's compatibility with Prometheus has the key).
 */
export class TargetMetrics {
  readonly target: GatherTarget
  readonly #head: Buffer
  readonly #scope: Buffer
  readonly #families = new Map<string, FamilyPoints>()
  readonly #heads = new Map<FamilyPoints, { readonly spec: FamilySpec; readonly bytes: Buffer }>()
  readonly #ownLabels
  #round = 0
  #nowMs = 0
  #error = ''

  /** @param version of the agent */
  constructor(target: GatherTarget, version: string) {
    this.target = target
    const attribute = (key: string, value: string) => encodeAttribute(RESOURCE.attributes, key, value)
    this.#head = lengthDelimited(
      RESOURCE_METRICS.resource,
      attribute('service.name', target.job),
      attribute('service.instance.id', target.instance),
      ...(target.node === '' ? [] : [attribute('k8s.node.name', target.node)]),
    )
    this.#scope = lengthDelimited(
      SCOPE_METRICS.scope,
      lengthDelimited(SCOPE.name, 'vedette.agent.gather'),
      lengthDelimited(SCOPE.version, version),
    )
    this.#ownLabels = encodeLabels(target.labels ?? [])
  }

  /** Series of the last round. */
  get series(): number {
    let series = 0
    for (const family of this.#families.values()) series += family.size
    return series
  }

  /** Begins a round: values that follow were read at this time. */
  begin(nowMs: number): void {
    this.#round += 1
    this.#nowMs = nowMs
    for (const family of this.#families.values()) family.begin(this.#round, nowMs)
  }

  /** The metric of this name; what is written to it belongs to the round that has begun. It may be kept. */
  family(spec: FamilySpec): FamilyPoints {
    const known = this.#families.get(spec.name)
    if (known !== undefined) return known
    const family = new FamilyPoints(spec)
    family.begin(this.#round, this.#nowMs)
    this.#families.set(spec.name, family)
    this.#heads.set(family, { spec, bytes: encodeHead(spec) })
    return family
  }

  /** Ends the round: what vanished is said to have ended, and the target gets its `up`. */
  end({ isUp, durationMs, error = '' }: RoundResult): MetricsRequest[] {
    this.#error = error
    let samples = 0
    for (const family of this.#families.values()) samples += family.points
    this.family(UP).number(this.#ownLabels, isUp ? 1 : 0)
    this.family(DURATION).number(this.#ownLabels, durationMs / 1000)
    this.family(SCRAPED).number(this.#ownLabels, samples)
    return this.#encode()
  }

  /** Ends the round of series that belong to a target of which another speaks: it gets no `up` of them. */
  endPart(): MetricsRequest[] {
    return this.#encode()
  }

  /** Says that all of its series have ended: the target is asked no more. */
  close(nowMs: number): MetricsRequest[] {
    this.#error = ''
    this.begin(nowMs)
    return this.#encode()
  }

  #encode(): MetricsRequest[] {
    const requests: MetricsRequest[] = []
    let parts: Buffer[] = []
    let bytes = 0
    let points = 0
    const flush = () => {
      if (parts.length === 0) return
      requests.push({ body: this.#wrap(parts, bytes), points })
      parts = []
      bytes = 0
      points = 0
    }
    for (const [name, family] of this.#families) {
      family.endVanished()
      if (family.points === 0) {
        // A metric that has no series any more is not remembered: targets come and go with their metrics.
        if (family.size === 0) this.#forget(name, family)
        continue
      }
      const data = family.bytes
      const head = this.#encodeMetricHead(family, data.length)
      if (bytes + head.length + data.length > REQUEST_BYTES) flush()
      // Points are megabytes: they are copied once, when the request is made.
      parts.push(head, data)
      bytes += head.length + data.length
      points += family.points
    }
    flush()
    return requests
  }

  #forget(name: string, family: FamilyPoints): void {
    this.#families.delete(name)
    this.#heads.delete(family)
  }

  /** A metric up to its points. */
  #encodeMetricHead(family: FamilyPoints, pointBytes: number): Buffer {
    const { spec, bytes } = this.#heads.get(family)!
    // Beside the value, and not as a label of it: each error would be another series.
    const head = spec === UP && this.#error !== '' ? Buffer.concat([bytes, encodeError(this.#error)]) : bytes
    const kind = OTLP_KINDS[spec.type]
    const temporality = kind === METRIC.gauge || kind === METRIC.summary ? 0 : kind === METRIC.sum ? 4 : 2
    const dataBytes = temporality + pointBytes
    const body = head.length + 1 + varintBytes(dataBytes) + dataBytes
    const metric = Buffer.allocUnsafe(1 + varintBytes(body) + body - pointBytes)
    metric[0] = tag(SCOPE_METRICS.metrics, LENGTH_DELIMITED)
    let at = writeVarint(metric, 1, body)
    metric.set(head, at)
    at += head.length
    metric[at++] = tag(kind, LENGTH_DELIMITED)
    at = writeVarint(metric, at, dataBytes)
    if (temporality > 0) {
      metric[at++] = tag(METRIC_DATA.aggregationTemporality, VARINT)
      metric[at++] = TEMPORALITY.cumulative
    }
    if (kind === METRIC.sum) {
      metric[at++] = tag(METRIC_DATA.isMonotonic, VARINT)
      metric[at++] = 1
    }
    return metric
  }

  #wrap(metrics: readonly Buffer[], metricBytes: number): Buffer {
    const scopeBytes = this.#scope.length + metricBytes
    const scopeHead = fieldHead(RESOURCE_METRICS.scopeMetrics, scopeBytes)
    const resourceBytes = this.#head.length + scopeHead.length + scopeBytes
    const resourceHead = fieldHead(EXPORT_METRICS.resourceMetrics, resourceBytes)
    return Buffer.concat(
      [resourceHead, this.#head, scopeHead, this.#scope, ...metrics],
      resourceHead.length + resourceBytes,
    )
  }
}

/** What stands before so many bytes of a field. */
function fieldHead(field: number, bytes: number): Buffer {
  const head = Buffer.allocUnsafe(1 + varintBytes(bytes))
  head[0] = tag(field, LENGTH_DELIMITED)
  writeVarint(head, 1, bytes)
  return head
}

/** Longest text of an error that is sent. */
const MAX_ERROR_CHARS = 500

function encodeError(error: string): Buffer {
  return encodeAttribute(METRIC.metadata, LAST_ERROR_KEY, error.slice(0, MAX_ERROR_CHARS))
}

/** Name, description, unit and metadata of a metric. */
function encodeHead({ name, type, help, unit = '' }: FamilySpec): Buffer {
  return Buffer.concat([
    lengthDelimited(METRIC.name, name),
    ...(help === '' ? [] : [lengthDelimited(METRIC.description, help)]),
    ...(unit === '' ? [] : [lengthDelimited(METRIC.unit, unit)]),
    encodeAttribute(METRIC.metadata, PROMETHEUS_TYPE_KEY, type === 'untyped' ? 'unknown' : type),
  ])
}
