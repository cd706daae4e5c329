/** An alert that has to fire. */
interface Firing {
  readonly severity?: string
  /** Other than severity and the name. */
  readonly labels: Readonly<Record<string, string>>
  /** What `$value` becomes in the description. */
  readonly value?: string
}

/** A moment of an alert: what it sees, and whether it fires. */
export interface RuleCase {
  readonly alert: string
  readonly name: string
  /** Samples a minute apart, from the start, in promtool's notation, by series. */
  readonly series: Readonly<Record<string, string>>
  readonly at: string
  readonly firing: readonly Firing[]
}
