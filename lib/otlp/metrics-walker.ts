import { Span } from './log-record.ts'
import {
  EXPONENTIAL_POINT,
  EXPORT_METRICS,
  HISTOGRAM_POINT,
  METRIC,
  METRIC_DATA,
  NUMBER_POINT,
  POINT,
  RESOURCE_METRICS,
  SCOPE_METRICS,
  SUMMARY_POINT,
} from './metrics-fields.ts'
import { ProtoReader } from './proto-reader.ts'
import { FIXED64, LENGTH_DELIMITED, VARINT } from './wire.ts'

/** A metric of a request, as ranges of its bytes; filled again for each. */
export class MetricCursor {
  readonly name = new Span()
  readonly description = new Span()
  readonly unit = new Span()
  /** Field number of its data: one of gauge, sum, histogram, exponentialHistogram, summary. */
  kind = 0
  temporality = 0
  isMonotonic = false
}

/** What all points have, and the value of a number; filled again for each. */
export class PointCursor {
  startHigh = 0
  startLow = 0
  timeHigh = 0
  timeLow = 0
  flags = 0
  /** Of a gauge or a sum; integers beyond 2^53 are rounded. */
  value = 0
  hasValue = false
  /** Start and end of each KeyValue, in turn; `attributeCount` of them are valid. */
  readonly attributes: number[] = []
  attributeCount = 0
  /** The whole point. */
  start = 0
  end = 0
}

/** What a walk calls, in this order. The cursors are valid only during the call; false ends the walk as malformed. */
export interface MetricsVisitor {
  resource(start: number, end: number): void
  scope(start: number, end: number): void
  metric(metric: MetricCursor): void
  point(point: PointCursor): boolean
}

const ATTRIBUTES: Readonly<Record<number, number>> = {
  [METRIC.gauge]: NUMBER_POINT.attributes,
  [METRIC.sum]: NUMBER_POINT.attributes,
  [METRIC.histogram]: HISTOGRAM_POINT.attributes,
  [METRIC.exponentialHistogram]: EXPONENTIAL_POINT.attributes,
  [METRIC.summary]: SUMMARY_POINT.attributes,
}
const FLAGS: Readonly<Record<number, number>> = {
  [METRIC.gauge]: NUMBER_POINT.flags,
  [METRIC.sum]: NUMBER_POINT.flags,
  [METRIC.histogram]: HISTOGRAM_POINT.flags,
  [METRIC.exponentialHistogram]: EXPONENTIAL_POINT.flags,
  [METRIC.summary]: SUMMARY_POINT.flags,
}

/** Walks an ExportMetricsServiceRequest without building objects, as LogsWalker does with logs. */
export class MetricsWalker {
  readonly #metric = new MetricCursor()
  readonly #point = new PointCursor()
  readonly #data = new Span()
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
    return this.#each(2, start, end, SCOPE_METRICS.metrics, (from, to) => this.#walkMetric(from, to, visitor))
  }

  /** Calls back for each message of a field; one call per resource, scope and metric, not per point. */
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

  #walkMetric(start: number, end: number, visitor: MetricsVisitor): boolean {
    if (!this.#readMetric(start, end)) return false
    const metric = this.#metric
    visitor.metric(metric)
    if (metric.kind === 0) return true
    const points = this.#levels[3]!
    points.reset(this.#data.start, this.#data.end)
    for (let field = points.next(); field !== 0; field = points.next()) {
      if (field !== METRIC_DATA.dataPoints) continue
      if (points.wireType !== LENGTH_DELIMITED || !this.#readPoint(points.start, points.stop)) return false
      if (!visitor.point(this.#point)) return false
    }
    return !points.failed
  }

  #readMetric(start: number, end: number): boolean {
    const metric = this.#metric
    const reader = this.#levels[3]!
    for (const span of [metric.name, metric.description, metric.unit]) span.set(0, 0)
    metric.kind = 0
    reader.reset(start, end)
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      const span =
        field === METRIC.name
          ? metric.name
          : field === METRIC.description
            ? metric.description
            : field === METRIC.unit
              ? metric.unit
              : undefined
      const isData = ATTRIBUTES[field] !== undefined
      if (span === undefined && !isData) continue
      if (reader.wireType !== LENGTH_DELIMITED || (isData && metric.kind !== 0)) return false
      if (span !== undefined) span.set(reader.start, reader.stop)
      else {
        metric.kind = field
        this.#data.set(reader.start, reader.stop)
      }
    }
    return !reader.failed && this.#readTemporality()
  }

  #readTemporality(): boolean {
    const metric = this.#metric
    metric.temporality = 0
    metric.isMonotonic = false
    const reader = this.#levels[3]!
    reader.reset(this.#data.start, this.#data.end)
    if (metric.kind === 0 || metric.kind === METRIC.gauge || metric.kind === METRIC.summary) return true
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field !== METRIC_DATA.aggregationTemporality && field !== METRIC_DATA.isMonotonic) continue
      if (reader.wireType !== VARINT) return false
      if (field === METRIC_DATA.aggregationTemporality) metric.temporality = reader.value
      else metric.isMonotonic = reader.value !== 0
    }
    return !reader.failed
  }

  #readPoint(start: number, end: number): boolean {
    const { kind } = this.#metric
    const point = this.#point
    const reader = this.#levels[4]!
    const attributes = ATTRIBUTES[kind]!
    const flags = FLAGS[kind]!
    const isNumber = kind === METRIC.gauge || kind === METRIC.sum
    point.start = start
    point.end = end
    point.startHigh = 0
    point.startLow = 0
    point.timeHigh = 0
    point.timeLow = 0
    point.flags = 0
    point.value = 0
    point.hasValue = false
    point.attributeCount = 0
    reader.reset(start, end)
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field === attributes) {
        if (reader.wireType !== LENGTH_DELIMITED) return false
        point.attributes[2 * point.attributeCount] = reader.start
        point.attributes[2 * point.attributeCount + 1] = reader.stop
        point.attributeCount += 1
      } else if (field === POINT.timeUnixNano) {
        if (reader.wireType !== FIXED64) return false
        point.timeHigh = reader.high
        point.timeLow = reader.low
      } else if (field === POINT.startTimeUnixNano) {
        if (reader.wireType !== FIXED64) return false
        point.startHigh = reader.high
        point.startLow = reader.low
      } else if (field === flags) {
        if (reader.wireType !== VARINT) return false
        point.flags = reader.low
      } else if (isNumber && (field === NUMBER_POINT.asDouble || field === NUMBER_POINT.asInt)) {
        if (reader.wireType !== FIXED64) return false
        point.hasValue = true
        const isInteger = field === NUMBER_POINT.asInt
        point.value = isInteger ? (reader.high | 0) * 2 ** 32 + reader.low : this.#bytes.readDoubleLE(reader.at - 8)
      }
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
