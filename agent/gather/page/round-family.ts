import type { FamilyPoints } from '../family-points.ts'
import type { FamilySpec } from '../family-spec.ts'
import type { TargetMetrics } from '../target-metrics.ts'

/** A metric of a target, looked up once in a round: it is another object after all of its series had ended. */
export class RoundFamily {
  readonly #metrics: TargetMetrics
  readonly spec: FamilySpec
  #points: FamilyPoints | undefined
  #round = -1

  constructor(metrics: TargetMetrics, spec: FamilySpec) {
    this.#metrics = metrics
    this.spec = spec
  }

  /** Where the values of a round go; undefined if the name is taken by a metric of another kind. */
  in(round: number): FamilyPoints | undefined {
    if (this.#round !== round) {
      const points = this.#metrics.family(this.spec)
      this.#points = shapeOf(points.spec) === shapeOf(this.spec) ? points : undefined
      this.#round = round
    }
    return this.#points
  }
}

function shapeOf({ type }: FamilySpec): string {
  return type === 'histogram' || type === 'summary' ? type : 'number'
}
