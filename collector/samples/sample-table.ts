import { RESOURCE, SCOPE } from '#lib/otlp/fields.ts'
import { METRIC, NO_RECORDED_VALUE, TEMPORALITY } from '#lib/otlp/metrics-fields.ts'
import { type MetricCursor, type MetricsVisitor, MetricsWalker, type PointCursor } from '#lib/otlp/metrics-walker.ts'
import { ProtoReader } from '#lib/otlp/proto-reader.ts'
import { rangesOf } from '#lib/otlp/ranges.ts'
import { accumulate } from './accumulate.ts'
import { decodeAttributes } from './attributes.ts'
import { type AnyDistribution, decodeDistribution } from './distribution.ts'
import { FamilyTable } from './family-table.ts'
import { type Family, type MetricKind, type Sample, Series } from './series.ts'

export interface SampleTableOptions {
  readonly maxSeries: number
  readonly maxBytes: number
  /** A series of which nothing comes for so long is forgotten. */
  readonly maxAgeMs: number
  readonly nowMs: () => number
}

/** Why a point is refused while its neighbours are not. */
export type PointRefusal = 'series_limit' | 'no_temporality' | 'invalid_distribution' | 'invalid_attributes' | 'no_name'

export interface Ingested {
  readonly points: number
  readonly refused: ReadonlyMap<PointRefusal, number>
}

const KINDS: Readonly<Record<number, MetricKind>> = {
  [METRIC.gauge]: 'gauge',
  [METRIC.sum]: 'sum',
  [METRIC.histogram]: 'histogram',
  [METRIC.exponentialHistogram]: 'exponential_histogram',
  [METRIC.summary]: 'summary',
}
/** What an object, its maps' entries and its strings take besides their characters. */
const SERIES_BYTES = 400
const BUCKET_BYTES = 8

/**
 * The last sample of each series that came by OTLP: what a scrape would find. Deltas are summed up. Points that are older
 * than what is there, or the same, change nothing, so a request that comes twice counts once.
 */
export class SampleTable implements MetricsVisitor {
  readonly #options: SampleTableOptions
  readonly #walker = new MetricsWalker()
  readonly #families = new Map<string, FamilyTable>()
  #size = 0
  #bytes = 0
  #request: Buffer = Buffer.alloc(0)
  #nowMs = 0
  #resource = ''
  #scope = ''
  #metric: MetricCursor | undefined
  /** Of the metric that is walked, once a point of it is taken. */
  #family: FamilyTable | undefined
  #points = 0
  #refused = new Map<PointRefusal, number>()

  constructor(options: SampleTableOptions) {
    this.#options = options
  }

  /** Series in the table. */
  get size(): number {
    return this.#size
  }

  /** What they are estimated to take. */
  get bytes(): number {
    return this.#bytes
  }

  /** Takes the points of an ExportMetricsServiceRequest; undefined if it is malformed, from where it is. */
  ingest(request: Buffer): Ingested | undefined {
    this.#request = request
    this.#nowMs = this.#options.nowMs()
    this.#points = 0
    this.#refused = new Map()
    const isWhole = this.#walker.walk(request, this)
    this.#request = EMPTY
    return isWhole ? { points: this.#points, refused: this.#refused } : undefined
  }

  /** All series with their last samples. */
  *samples(): Generator<Sample> {
    for (const { family, series } of this.#families.values()) {
      for (const { attributes, value, distribution, timeMs, startMs, isStale } of series) {
        yield { ...family, attributes, value, distribution, timeMs, startMs, isStale }
      }
    }
  }

  /** Forgets series of which nothing came for too long; returns how many. */
  expire(): number {
    const oldestMs = this.#options.nowMs() - this.#options.maxAgeMs
    let forgotten = 0
    for (const [key, family] of this.#families) {
      for (const { bytes } of family.forget(({ seenAtMs }) => seenAtMs < oldestMs)) {
        this.#bytes -= bytes
        forgotten += 1
      }
      if (family.size === 0) this.#families.delete(key)
    }
    this.#size -= forgotten
    return forgotten
  }

  resource(start: number, end: number): void {
    this.#resource = this.#request.toString('latin1', start, end)
  }

  scope(start: number, end: number): void {
    this.#scope = this.#request.toString('latin1', start, end)
  }

  metric(metric: MetricCursor): void {
    this.#metric = metric
    this.#family = this.#families.get(this.#familyKey(metric))
  }

  point(point: PointCursor): boolean {
    const metric = this.#metric!
    this.#points += 1
    if (metric.name.isEmpty) return this.#refuse('no_name')
    const isDelta = metric.temporality === TEMPORALITY.delta
    const hasTemporality = metric.kind !== METRIC.gauge && metric.kind !== METRIC.summary
    if (hasTemporality && !isDelta && metric.temporality !== TEMPORALITY.cumulative)
      return this.#refuse('no_temporality')
    const series = this.#seriesOf(metric, point)
    if (!(series instanceof Series)) return this.#refuse(series)
    series.seenAtMs = this.#nowMs
    const timeMs = (point.timeHigh * 2 ** 32 + point.timeLow) / 1e6
    if (timeMs <= series.timeMs) return true
    if ((point.flags & NO_RECORDED_VALUE) !== 0) {
      series.isStale = true
      series.timeMs = timeMs
      return true
    }
    const isNumber = metric.kind === METRIC.gauge || metric.kind === METRIC.sum
    if (isNumber ? !setValue(series, point, isDelta) : !this.#setDistribution(series, metric.kind, point, isDelta)) {
      return this.#refuse('invalid_distribution')
    }
    const startMs = (point.startHigh * 2 ** 32 + point.startLow) / 1e6
    if (!isDelta || series.startMs === 0) series.startMs = startMs
    series.timeMs = timeMs
    series.isStale = false
    return true
  }

  #refuse(reason: PointRefusal): true {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1)
    return true
  }

  #familyKey({ kind, name, unit }: MetricCursor): string {
    const text = ({ start, end }: { start: number; end: number }) => this.#request.toString('latin1', start, end)
    // Lengths keep apart what only looks alike.
    return `${this.#resource.length} ${this.#scope.length} ${kind} ${this.#resource}${this.#scope}${text(name)}\0${text(unit)}`
  }

  #seriesOf(metric: MetricCursor, point: PointCursor): Series | PointRefusal {
    const { attributes, attributeCount } = point
    // Their bytes as they came, with what stands between them.
    const spelling =
      attributeCount === 0 ? '' : this.#request.toString('latin1', attributes[0], attributes[2 * attributeCount - 1])
    const known = this.#family?.find(spelling)
    if (known !== undefined) return known
    const decoded = decodeAttributes(this.#request, attributes, attributeCount)
    if (decoded === undefined) return 'invalid_attributes'
    const same = this.#family?.findSame(spelling, decoded)
    if (same !== undefined) return same
    const { maxSeries, maxBytes } = this.#options
    const series = new Series(decoded)
    series.bytes = SERIES_BYTES + 6 * spelling.length + (this.#family === undefined ? this.#familyBytes(metric) : 0)
    if (this.#size >= maxSeries || this.#bytes + series.bytes > maxBytes) return 'series_limit'
    if (this.#family === undefined) {
      const family = this.#decodeFamily(metric)
      if (family === undefined) return 'invalid_attributes'
      this.#family = new FamilyTable(family)
      this.#families.set(this.#familyKey(metric), this.#family)
    }
    this.#family.add(spelling, series)
    this.#size += 1
    this.#bytes += series.bytes
    return series
  }

  /** They are kept as they came, for finding the family, and decoded. */
  #familyBytes({ name, unit, description }: MetricCursor): number {
    const texts = name.end - name.start + unit.end - unit.start + description.end - description.start
    return 3 * (this.#resource.length + this.#scope.length + texts)
  }

  #decodeFamily({ kind, name, unit, description, isMonotonic }: MetricCursor): Family | undefined {
    const text = ({ start, end }: { start: number; end: number }) => this.#request.toString('utf8', start, end)
    const resourceBytes = Buffer.from(this.#resource, 'latin1')
    const ranges = rangesOf(resourceBytes, 0, resourceBytes.length, RESOURCE.attributes)
    const resource = decodeAttributes(resourceBytes, ranges, ranges.length / 2)
    if (resource === undefined) return undefined
    const scope = { name: '', version: '' }
    const reader = new ProtoReader(Buffer.from(this.#scope, 'latin1'))
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field === SCOPE.name) scope.name = reader.text()
      else if (field === SCOPE.version) scope.version = reader.text()
    }
    return {
      ...{ resource, scope, name: text(name), unit: text(unit), description: text(description), isMonotonic },
      kind: KINDS[kind]!,
    }
  }

  #setDistribution(series: Series, kind: number, { start, end }: PointCursor, isDelta: boolean): boolean {
    const decoded = decodeDistribution(kind, this.#request, start, end)
    if (decoded === undefined) return false
    const before = series.distribution
    const sum = isDelta && before !== undefined ? accumulate(before, decoded) : decoded
    // What can't be added begins again.
    if (sum === undefined) series.startMs = 0
    series.distribution = sum ?? decoded
    const change = bytesOf(series.distribution) - (before === undefined ? 0 : bytesOf(before))
    series.bytes += change
    this.#bytes += change
    return true
  }
}

const EMPTY = Buffer.alloc(0)

/** Returns false if the point has no value. */
function setValue(series: Series, { value, hasValue }: PointCursor, isDelta: boolean): boolean {
  if (!hasValue) return false
  series.value = isDelta && !Number.isNaN(series.value) ? series.value + value : value
  return true
}

function bytesOf(distribution: AnyDistribution): number {
  switch (distribution.kind) {
    case 'histogram':
      return BUCKET_BYTES * (distribution.bounds.length + distribution.bucketCounts.length)
    case 'summary':
      return 6 * BUCKET_BYTES * distribution.quantiles.length
    default:
      return BUCKET_BYTES * (distribution.positive.bucketCounts.length + distribution.negative.bucketCounts.length)
  }
}
