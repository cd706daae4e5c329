import { METRIC } from '#lib/otlp/metrics-fields.ts'
import type { MetricCursor } from '#lib/otlp/metrics-walker.ts'
import type { Families, Family, Section } from '../families.ts'
import type { SeriesFamily, SeriesType } from '../series-sink.ts'
import { translateName } from './translate-name.ts'

/** What entries and what they share take as objects. */
export const ENTRY_BYTES = 250
const MAX_ENTRIES = 20_000
const PROMETHEUS_TYPES: Readonly<Record<string, SeriesType>> = {
  ...{ counter: 'counter', gauge: 'gauge', info: 'info', stateset: 'stateset', unknown: 'untyped', untyped: 'untyped' },
}

/** What a metric is, however many senders have it. */
interface MetricHead {
  readonly key: string
  readonly name: Buffer
  readonly unit: Buffer
  readonly prometheusType: Buffer
  readonly kind: number
  readonly temporality: number
  readonly isMonotonic: boolean
  readonly spec: SeriesFamily
  /** Entries that have it. */
  uses: number
}

/** A metric of one sender. */
export interface MetricEntry {
  readonly head: MetricHead
  section: Section | undefined
  /** The metric that came after it last time. */
  next: MetricEntry | undefined
}

/** The metrics that a sender has, found by the bytes of their heads; those that come in their usual order at once. */
export class MetricEntries {
  readonly #heads: Map<string, MetricHead>
  readonly #entries = new Map<string, MetricEntry>()
  #first: MetricEntry | undefined
  #last: MetricEntry | undefined

  constructor(heads: Map<string, MetricHead>) {
    this.#heads = heads
  }

  get size(): number {
    return this.#entries.size
  }

  /** A request begins. */
  rewind(): void {
    this.#last = undefined
  }

  find(bytes: Buffer, metric: MetricCursor): MetricEntry {
    const last = this.#last
    const expected = last === undefined ? this.#first : last.next
    const entry = expected !== undefined && isOf(expected.head, bytes, metric) ? expected : this.#lookUp(bytes, metric)
    if (entry !== expected) {
      if (last === undefined) this.#first = entry
      else last.next = entry
    }
    this.#last = entry
    return entry
  }

  /** Forgets all of them. */
  clear(): void {
    for (const { head } of this.#entries.values()) {
      head.uses -= 1
      if (head.uses === 0) this.#heads.delete(head.key)
    }
    this.#entries.clear()
    this.#first = undefined
    this.#last = undefined
  }

  #lookUp(bytes: Buffer, metric: MetricCursor): MetricEntry {
    const key = keyOf(bytes, metric)
    const known = this.#entries.get(key)
    if (known !== undefined) return known
    if (this.#entries.size >= MAX_ENTRIES) this.clear()
    const head = this.#heads.get(key) ?? createHead(bytes, metric, key)
    head.uses += 1
    this.#heads.set(key, head)
    const entry = { head, section: undefined, next: undefined }
    this.#entries.set(key, entry)
    return entry
  }
}

export type MetricHeads = Map<string, MetricHead>

/** The family of a metric, made if need be. */
export function familyOf(entry: MetricEntry, families: Families): Family | 'type_conflict' | 'invalid_labels' {
  const { section } = entry
  return section === undefined || section.isGone ? families.resolve(entry.head.spec) : section.family
}

function isOf(head: MetricHead, bytes: Buffer, metric: MetricCursor): boolean {
  const { kind, temporality, isMonotonic, name, unit, prometheusType } = metric
  return (
    kind === head.kind &&
    temporality === head.temporality &&
    isMonotonic === head.isMonotonic &&
    equals(head.name, bytes, name.start, name.end) &&
    equals(head.unit, bytes, unit.start, unit.end) &&
    equals(head.prometheusType, bytes, prometheusType.start, prometheusType.end)
  )
}

function equals(known: Buffer, bytes: Buffer, start: number, end: number): boolean {
  const length = end - start
  if (known.length !== length) return false
  for (let at = 0; at < length; at = (at + 1) | 0) if (known[at] !== bytes[(start + at) | 0]) return false
  return true
}

function keyOf(bytes: Buffer, metric: MetricCursor): string {
  const { kind, temporality, isMonotonic, name, unit, prometheusType } = metric
  const numbers = `${kind} ${temporality} ${isMonotonic ? 1 : 0} ${name.end - name.start} ${unit.end - unit.start}`
  const text = (span: { start: number; end: number }) => bytes.toString('latin1', span.start, span.end)
  return `${numbers} ${text(name)}${text(unit)}${text(prometheusType)}`
}

function createHead(bytes: Buffer, metric: MetricCursor, key: string): MetricHead {
  const copy = ({ start, end }: { start: number; end: number }) => Buffer.from(bytes.subarray(start, end))
  const { kind, temporality, isMonotonic } = metric
  const name = copy(metric.name)
  const unit = copy(metric.unit)
  const prometheusType = copy(metric.prometheusType)
  const help = bytes.toString('utf8', metric.description.start, metric.description.end)
  const isVerbatim = prometheusType.length > 0
  const stated = PROMETHEUS_TYPES[prometheusType.toString()]
  const type = typeOf(metric, stated)
  const spec: SeriesFamily = {
    name: isVerbatim
      ? name.toString()
      : translateName({
          ...{ name: name.toString(), unit: unit.toString(), isCounter: type === 'counter', isGauge: type === 'gauge' },
        }),
    type,
    help,
    unit: isVerbatim ? unit.toString() : '',
  }
  return { key, name, unit, prometheusType, kind, temporality, isMonotonic, spec, uses: 0 }
}

function typeOf({ kind, isMonotonic }: MetricCursor, stated: SeriesType | undefined): SeriesType {
  if (kind === METRIC.summary) return 'summary'
  if (kind === METRIC.histogram || kind === METRIC.exponentialHistogram) return 'histogram'
  if (stated !== undefined) return stated
  return kind === METRIC.sum && isMonotonic ? 'counter' : 'gauge'
}
