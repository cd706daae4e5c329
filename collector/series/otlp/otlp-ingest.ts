import { METRIC, NO_RECORDED_VALUE, TEMPORALITY } from '#lib/otlp/metrics-fields.ts'
import { type MetricCursor, type MetricsVisitor, MetricsWalker } from '#lib/otlp/metrics-walker.ts'
import { attributesField, PointReader } from '#lib/otlp/point-reader.ts'
import { rangesOf } from '#lib/otlp/ranges.ts'
import { NONE } from '../hash-index.ts'
import { MAX_LABEL_BYTES } from '../label-text.ts'
import { PLAIN } from '../parts.ts'
import { ENDED, SUMMED } from '../rows.ts'
import type { SeriesRefusal } from '../series-sink.ts'
import type { SeriesTable } from '../series-table.ts'
import { decodeAttributes } from './attributes.ts'
import { DistributionIngest } from './distribution-ingest.ts'
import { labelsOf } from './labels.ts'
import { familyOf, type MetricEntry } from './metric-entries.ts'
import type { LabelOptions } from './resource.ts'
import { type Sender, Senders } from './senders.ts'

/** Why a point is refused while its neighbours are not. */
export type PointRefusal =
  | SeriesRefusal
  | 'no_temporality'
  | 'invalid_distribution'
  | 'invalid_attributes'
  | 'invalid_name'

export interface Ingested {
  readonly points: number
  readonly refused: ReadonlyMap<PointRefusal, number>
}

/**
 * Takes metrics of OTLP into the table, as series of Prometheus. Deltas are summed up. Points that are older than what is
 * there, or the same, change nothing, so a request that comes twice counts once.
 *
 * A sender sends its series in the same order each time. So for each point the row behind the last one is looked at first:
 * if its attributes are spelled as the point's, byte for byte, it is the one, and nothing is decoded or hashed.
 */
export class OtlpIngest implements MetricsVisitor {
  readonly #table: SeriesTable
  readonly #walker = new MetricsWalker()
  readonly #points = new PointReader()
  readonly #senders: Senders
  readonly #distributions: DistributionIngest
  #bytes: Buffer = Buffer.alloc(0)
  #request = 0
  #tick = 0
  #resourceStart = 0
  #resourceEnd = 0
  #sender: Sender | undefined
  #count = 0
  #refused = new Map<PointRefusal, number>()

  constructor(table: SeriesTable, options: LabelOptions) {
    this.#table = table
    this.#senders = new Senders(table, options)
    this.#distributions = new DistributionIngest(table)
  }

  /** Takes an ExportMetricsServiceRequest; undefined if it is malformed, from where it is. */
  ingest(request: Buffer): Ingested | undefined {
    this.#bytes = request
    this.#points.open(request)
    this.#request = this.#request === NONE ? 1 : this.#request + 1
    this.#tick = this.#table.tick
    this.#count = 0
    this.#refused = new Map()
    this.#senders.begin(this.#request)
    const isWhole = this.#walker.walk(request, this)
    this.#bytes = EMPTY
    this.#sender = undefined
    return isWhole ? { points: this.#count, refused: this.#refused } : undefined
  }

  /** Forgets what is kept for senders and series that are gone. */
  sweep(): void {
    this.#senders.sweep()
    this.#distributions.sweep()
  }

  resource(start: number, end: number): void {
    this.#resourceStart = start
    this.#resourceEnd = end
  }

  scope(start: number, end: number): void {
    this.#sender = this.#senders.find(this.#bytes, this.#resourceStart, this.#resourceEnd, start, end)
  }

  metric(metric: MetricCursor): boolean {
    const { kind } = metric
    if (kind === 0) return true
    this.#points.reset(kind, metric.data.start, metric.data.end)
    const sender = this.#sender
    if (sender === undefined) return this.#refuseAll('invalid_attributes')
    if (metric.name.isEmpty) return this.#refuseAll('invalid_name')
    const isDelta = metric.temporality === TEMPORALITY.delta
    const hasTemporality = kind !== METRIC.gauge && kind !== METRIC.summary
    if (hasTemporality && !isDelta && metric.temporality !== TEMPORALITY.cumulative) {
      return this.#refuseAll('no_temporality')
    }
    const entry = sender.entries.find(this.#bytes, metric)
    if (entry.head.spec.name === 'up') {
      sender.source.lastError = this.#bytes.toString('utf8', metric.lastError.start, metric.lastError.end)
    }
    if (entry.head.spec.name === '') return this.#refuseAll('invalid_name')
    const family = familyOf(entry, this.#table.store.families)
    if (family === 'invalid_labels') return this.#refuseAll('invalid_name')
    if (typeof family === 'string') return this.#refuseAll(family)
    const isRead =
      kind === METRIC.gauge || kind === METRIC.sum
        ? this.#readNumbers(sender, entry, isDelta)
        : this.#readDistributions(sender, entry, kind, isDelta)
    this.#table.store.families.drop(family)
    return isRead
  }

  #readNumbers(sender: Sender, entry: MetricEntry, isDelta: boolean): boolean {
    const table = this.#table
    const { store } = table
    const { rows } = store
    const points = this.#points
    const request = this.#request
    const tick = this.#tick
    let expected = entry.section === undefined || entry.section.isGone ? NONE : entry.section.head
    for (;;) {
      this.#expect(sender.context, expected)
      if (!points.next()) return !points.failed
      this.#count += 1
      const row = points.isExpected ? expected : this.#find(sender, entry)
      if (typeof row === 'string') {
        this.#refuse(row)
        continue
      }
      expected = rows.next[row]!
      const timeMs = sender.hear(table, points.timeMs)
      const before = rows.timeMs[row]!
      if (!(timeMs > before)) {
        if (rows.request[row] === request && timeMs === before) this.#refuse(table.refuse('duplicate'))
        continue
      }
      rows.request[row] = request
      if ((points.flags & NO_RECORDED_VALUE) !== 0) {
        table.endRow(row, timeMs)
        continue
      }
      if (!points.hasValue) {
        this.#refuse('invalid_distribution')
        if (before === Number.NEGATIVE_INFINITY) table.forget(row, timeMs)
        continue
      }
      if (isDelta) {
        const flags = rows.flags[row]!
        const sum = (flags & ENDED) === 0 && (flags & SUMMED) !== 0 ? rows.value[row]! : Number.NaN
        const isFirst = Number.isNaN(sum)
        rows.flags[row] = flags | SUMMED
        table.write(
          row,
          isFirst ? points.value : sum + points.value,
          timeMs,
          isFirst ? points.startMs : rows.startMs[row]!,
          tick,
        )
      } else table.write(row, points.value, timeMs, points.startMs, tick)
    }
  }

  #readDistributions(sender: Sender, entry: MetricEntry, kind: number, isDelta: boolean): boolean {
    const { rows } = this.#table.store
    const points = this.#points
    let expected = entry.section === undefined || entry.section.isGone ? NONE : entry.section.head
    for (;;) {
      this.#expect(sender.context + 1, expected)
      if (!points.next()) return !points.failed
      this.#count += 1
      const labelSet = points.isExpected ? rows.labels[expected]! : this.#labelSet(sender, kind)
      if (typeof labelSet === 'string') {
        this.#refuse(labelSet)
        continue
      }
      const isSpelled = points.isExpected
      const timeMs = sender.hear(this.#table, points.timeMs)
      const taken = this.#distributions.take({
        ...{ bytes: this.#bytes, points, source: sender.source, entry, kind, isDelta, labelSet, timeMs },
        ...{ request: this.#request, tick: this.#tick },
      })
      if (typeof taken === 'string') this.#refuse(taken)
      if (typeof taken === 'string' || taken === NONE) {
        this.#table.store.dropUnused(labelSet)
        continue
      }
      entry.section = this.#table.store.section(taken)
      // Behind the rows of this point.
      expected = taken
      for (; expected !== NONE && rows.labels[expected] === labelSet; expected = rows.next[expected]!) {
        if (!isSpelled) this.#spell(sender.context + 1, expected, labelSet)
      }
    }
  }

  /** Tells the reader how the attributes of the next point are expected to be spelled. */
  #expect(context: number, row: number): void {
    const points = this.#points
    const { rows, spellings } = this.#table.store
    const spelling = row === NONE ? NONE : rows.spelling[row]!
    if (spelling === NONE || spellings.contextOf(spelling) !== context) {
      points.expectedLength = -1
      return
    }
    points.expected = spellings.chunkOf(spelling)
    points.expectedStart = spellings.offsetOf(spelling)
    points.expectedLength = spellings.lengthOf(spelling)
  }

  /** The row of a point whose attributes are not the expected ones. */
  #find(sender: Sender, entry: MetricEntry): number | PointRefusal {
    const { store } = this.#table
    const family = familyOf(entry, store.families)
    if (family === 'invalid_labels') return 'invalid_name'
    if (typeof family === 'string') return this.#table.refuse(family)
    const labelSet = this.#labelSet(sender, entry.head.kind)
    if (typeof labelSet === 'string') return labelSet
    const row = this.#table.rowFor(sender.source, family, labelSet, PLAIN)
    if (typeof row === 'string') return this.#table.refuse(row)
    entry.section = store.section(row)
    this.#spell(sender.context, row, labelSet)
    return row
  }

  #labelSet(sender: Sender, kind: number): number | PointRefusal {
    const { store } = this.#table
    const points = this.#points
    const isNumber = kind === METRIC.gauge || kind === METRIC.sum
    if (points.isContiguous) {
      const context = isNumber ? sender.context : sender.context + 1
      const known = store.spellings.find(context, this.#bytes, points.attributesStart, points.attributesEnd)
      if (known !== NONE) return store.labelsOfSpelling(known)
    }
    const ranges = rangesOf(this.#bytes, points.start, points.end, attributesField(kind))
    const attributes = decodeAttributes(this.#bytes, ranges, ranges.length / 2)
    if (attributes === undefined) return 'invalid_attributes'
    const labels = labelsOf(attributes, sender.base, isNumber ? '' : kind === METRIC.summary ? 'quantile' : 'le')
    const labelSet = store.intern(labels)
    return labelSet === NONE ? this.#table.refuse('invalid_labels') : labelSet
  }

  /** Remembers how the attributes of a series are spelled; what is spelled in pieces is decoded each time. */
  #spell(context: number, row: number, labelSet: number): void {
    const { isContiguous, attributesStart, attributesEnd } = this.#points
    if (!isContiguous || attributesEnd - attributesStart > MAX_LABEL_BYTES) return
    const { store } = this.#table
    store.setSpelling(row, store.spell(context, this.#bytes, attributesStart, attributesEnd, labelSet))
  }

  #refuse(reason: PointRefusal): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1)
  }

  /** Refuses all points of a metric; false if they are malformed. */
  #refuseAll(reason: PointRefusal): boolean {
    const points = this.#points
    points.expectedLength = -1
    while (points.next()) {
      this.#count += 1
      this.#refuse(reason)
      if (reason === 'type_conflict') this.#table.refuse(reason)
    }
    return !points.failed
  }
}

const EMPTY = Buffer.alloc(0)
