/** As Prometheus types its metrics; of an untyped one nothing is known. */
export type FamilyType = 'counter' | 'gauge' | 'untyped' | 'histogram' | 'summary' | 'info' | 'stateset'

/** What all series of a metric have in common. Names are Prometheus' and reach it unchanged: `_total` is the caller's. */
export interface FamilySpec {
  readonly name: string
  readonly type: FamilyType
  readonly help: string
  /** As OpenMetrics has it, or empty. */
  readonly unit?: string
}

export function counter(name: string, help: string): FamilySpec {
  return { name, type: 'counter', help }
}

export function gauge(name: string, help: string): FamilySpec {
  return { name, type: 'gauge', help }
}

export function untyped(name: string, help: string): FamilySpec {
  return { name, type: 'untyped', help }
}
