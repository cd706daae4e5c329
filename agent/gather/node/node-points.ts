import type { FamilySpec } from '../family-spec.ts'
import { type EncodedLabels, encodeLabels } from '../labels.ts'
import type { TargetMetrics } from '../target-metrics.ts'

/** Takes the points of collectors in the round that has begun. */
export class NodePoints {
  readonly #metrics: TargetMetrics
  readonly #none = encodeLabels([])
  /** When the node was booted, epoch milliseconds: since then the kernel counts. 0 if unknown. */
  bootMs = 0

  constructor(metrics: TargetMetrics) {
    this.#metrics = metrics
  }

  /** @param startMs since when a counter counts, 0 if that is not known */
  add(spec: FamilySpec, labels: EncodedLabels, value: number, startMs = 0): void {
    this.#metrics.family(spec).number(labels, value, startMs)
  }

  /** The one series of a metric without labels. */
  single(spec: FamilySpec, value: number, startMs = 0): void {
    this.#metrics.family(spec).number(this.#none, value, startMs)
  }
}
