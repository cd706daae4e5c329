import { KEY_VALUE } from './fields.ts'
import { Span } from './log-record.ts'
import { EXPORT_METRICS, METRIC, METRIC_DATA, RESOURCE_METRICS, SCOPE_METRICS } from './metrics-fields.ts'
import { ProtoReader } from './proto-reader.ts'
import { LAST_ERROR_KEY, PROMETHEUS_TYPE_KEY } from './scrape-metadata.ts'
import { LENGTH_DELIMITED, VARINT } from './wire.ts'

/** A metric of a request, as ranges of its bytes; filled again for each. */
export class MetricCursor {
  readonly name = new Span()
  readonly description = new Span()
  readonly unit = new Span()
  /** How Prometheus types it, from its metadata `prometheus.type`: then its names are Prometheus'. */
  readonly prometheusType = new Span()
  /** Of `up`: why the target is not, if it says so. */
  readonly lastError = new Span()
  /** Field number of its data: one of gauge, sum, histogram, exponentialHistogram, summary; 0 if it has none. */
  kind = 0
  temporality = 0
  isMonotonic = false
  /** The message with its points. */
  readonly data = new Span()
}

/** What a walk calls, in this order. The cursor is valid only during the call; false ends the walk as malformed. */
export interface MetricsVisitor {
  resource(start: number, end: number): void
  scope(start: number, end: number): void
  metric(metric: MetricCursor): boolean
}

const PROMETHEUS_TYPE = Buffer.from(PROMETHEUS_TYPE_KEY)
const LAST_ERROR = Buffer.from(LAST_ERROR_KEY)
const VALUE_STRING = 1

/** Walks an ExportMetricsServiceRequest down to its metrics without building objects, as LogsWalker does with logs. */
export class MetricsWalker {
  readonly #metric = new MetricCursor()
  #bytes: Buffer = Buffer.alloc(0)
  readonly #levels = Array.from({ length: 5 }, () => new ProtoReader(this.#bytes))

  /** Returns false if the bytes are no valid request; what came before the fault has been visited. */
  walk(bytes: Buffer, visitor: MetricsVisitor): boolean {
    this.#bytes = bytes
    for (const reader of this.#levels) reader.bytes = bytes
    return this.#each(0, 0, bytes.length, EXPORT_METRICS.resourceMetrics, (start, end) => {
      const resource = this.#find(1, start, end, RESOURCE_METRICS.resource)
      if (resource === undefined) return false
      visitor.resource(resource.start, resource.stop)
      return this.#each(1, start, end, RESOURCE_METRICS.scopeMetrics, (from, to) => this.#walkScope(from, to, visitor))
    })
  }

  #walkScope(start: number, end: number, visitor: MetricsVisitor): boolean {
    const scope = this.#find(2, start, end, SCOPE_METRICS.scope)
    if (scope === undefined) return false
    visitor.scope(scope.start, scope.stop)
    return this.#each(
      2,
      start,
      end,
      SCOPE_METRICS.metrics,
      (from, to) => this.#readMetric(from, to) && visitor.metric(this.#metric),
    )
  }

  /** Calls back for each message of a field; one call per resource, scope and metric. */
  #each(
    level: number,
    start: number,
    end: number,
    wanted: number,
    visit: (start: number, end: number) => boolean,
  ): boolean {
    const reader = this.#levels[level]!
    reader.reset(start, end)
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field !== wanted) continue
      if (reader.wireType !== LENGTH_DELIMITED || !visit(reader.start, reader.stop)) return false
    }
    return !reader.failed
  }

  #readMetric(start: number, end: number): boolean {
    const metric = this.#metric
    const reader = this.#levels[3]!
    for (const span of [metric.name, metric.description, metric.unit, metric.prometheusType, metric.lastError])
      span.set(0, 0)
    metric.kind = 0
    reader.reset(start, end)
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      const isData =
        field === METRIC.gauge || field === METRIC.sum || (field >= METRIC.histogram && field <= METRIC.summary)
      const span =
        field === METRIC.name
          ? metric.name
          : field === METRIC.description
            ? metric.description
            : field === METRIC.unit
              ? metric.unit
              : isData
                ? metric.data
                : undefined
      if (span === undefined && field !== METRIC.metadata) continue
      if (reader.wireType !== LENGTH_DELIMITED || (isData && metric.kind !== 0)) return false
      if (span !== undefined) span.set(reader.start, reader.stop)
      else this.#readMetadata(reader.start, reader.stop)
      if (isData) metric.kind = field
    }
    return !reader.failed && this.#readTemporality()
  }

  /** Of a KeyValue the value, if the key is one that is wanted and the value a text. */
  #readMetadata(start: number, end: number): void {
    const key = this.#find(4, start, end, KEY_VALUE.key)
    if (key === undefined) return
    const span = this.#isText(key, PROMETHEUS_TYPE)
      ? this.#metric.prometheusType
      : this.#isText(key, LAST_ERROR)
        ? this.#metric.lastError
        : undefined
    if (span === undefined) return
    const value = this.#find(4, start, end, KEY_VALUE.value)
    if (value === undefined) return
    const text = this.#find(4, value.start, value.stop, VALUE_STRING)
    if (text !== undefined) span.set(text.start, text.stop)
  }

  #isText({ start, stop }: ProtoReader, text: Buffer): boolean {
    return stop - start === text.length && this.#bytes.compare(text, 0, text.length, start, stop) === 0
  }

  #readTemporality(): boolean {
    const metric = this.#metric
    metric.temporality = 0
    metric.isMonotonic = false
    if (metric.kind === 0 || metric.kind === METRIC.gauge || metric.kind === METRIC.summary) return true
    const reader = this.#levels[3]!
    reader.reset(metric.data.start, metric.data.end)
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field !== METRIC_DATA.aggregationTemporality && field !== METRIC_DATA.isMonotonic) continue
      if (reader.wireType !== VARINT) return false
      if (field === METRIC_DATA.aggregationTemporality) metric.temporality = reader.value
      else metric.isMonotonic = reader.value !== 0
    }
    return !reader.failed
  }

  /** The reader at the first message field of a number, or at an empty range; undefined if malformed. */
  #find(level: number, start: number, end: number, wanted: number): ProtoReader | undefined {
    const reader = this.#levels[level]!
    reader.reset(start, end)
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field === wanted) return reader.wireType === LENGTH_DELIMITED ? reader : undefined
    }
    reader.start = end
    reader.stop = end
    return reader.failed ? undefined : reader
  }
}
