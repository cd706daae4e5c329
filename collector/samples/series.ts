import type { Attributes } from './attributes.ts'
import type { AnyDistribution } from './distribution.ts'

export type MetricKind = 'gauge' | 'sum' | 'histogram' | 'exponential_histogram' | 'summary'

/** What all series of a metric of one scope of one resource have in common. */
export interface Family {
  readonly resource: Attributes
  readonly scope: { readonly name: string; readonly version: string }
  readonly name: string
  readonly unit: string
  readonly description: string
  readonly kind: MetricKind
  /** Of a sum: whether it only grows. */
  readonly isMonotonic: boolean
}

/** A series with its last sample. Sums and histograms are cumulative, whatever their sender sent. */
export interface Sample extends Family {
  readonly attributes: Attributes
  /** Of a gauge or sum. */
  readonly value: number
  /** Of the other kinds. */
  readonly distribution: AnyDistribution | undefined
  /** Epoch milliseconds, with fractions. */
  readonly timeMs: number
  /** Since when it is counted; 0 if the sender does not say. */
  readonly startMs: number
  /** Its sender said that it has ended. */
  readonly isStale: boolean
}

/** A series as the table keeps it; changed in place with each point. */
export class Series {
  readonly attributes: Attributes
  value = Number.NaN
  distribution: AnyDistribution | undefined
  timeMs = 0
  startMs = 0
  isStale = false
  /** When its last point arrived. */
  seenAtMs = 0
  /** What it is estimated to take. */
  bytes = 0

  constructor(attributes: Attributes) {
    this.attributes = attributes
  }
}
