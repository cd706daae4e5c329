import type { Clock } from './clock.ts'
import type { Logger, LogLevel } from './log.ts'
import type { Registry } from './metrics.ts'
import { Counter } from './prom-client.ts'

/** What happens in a service, declared once: the counter and the log line cannot disagree. */
interface EventSpec {
  /** Metric name without the service's prefix; a counter, so it ends in `_total`. Events may share one, with its labels. */
  readonly metric: string
  readonly help: string
  readonly level: LogLevel
  readonly message: string
  /** Label names of the counter. Their values must come from a small, fixed set. */
  readonly labels?: readonly string[]
  /**
   * For what happens again and again to the same path: one line for each, and another only if the other fields are not
   * what they were or it had ceased in between.
   */
  readonly linePer?: 'path'
  /** Least time between two lines of the same labels; ten seconds unless told. */
  readonly quietMs?: number
}

export type EventTable = Readonly<Record<string, EventSpec>>

type LabelsOf<S extends EventSpec> = S extends { readonly labels: readonly (infer L extends string)[] }
  ? Readonly<Record<L, string>>
  : Readonly<Record<never, string>>

interface EventDetail {
  /** By how much the counter grows; one unless told. */
  readonly count?: number
  /** Everything else goes to the log line only. */
  readonly [field: string]: unknown
}

/** One function per event: counts, and writes the log line unless one of the same event and labels was written lately. */
export type Events<T extends EventTable> = {
  readonly [K in keyof T]: (labels: LabelsOf<T[K]>, detail?: EventDetail) => void
}

export interface EventDeps {
  readonly registry: Registry
  readonly logger: Logger
  readonly clock: Clock
  /** Labels that nothing is counted by, because they may have many values and nobody asked for that. */
  readonly uncounted?: ReadonlySet<string>
}

const QUIET_MS = 10_000
/** What did not happen to a path for so long has ceased. */
const CEASED_MS = 60_000
/** Most paths that are told of, and remembered, at a time. */
const MAX_PATHS = 200

export function createEvents<const T extends EventTable>(prefix: string, table: T, deps: EventDeps): Events<T> {
  const emitters: Record<string, (labels: Readonly<Record<string, string>>, detail?: EventDetail) => void> = {}
  const counters = new Map<string, Counter>()
  for (const [name, spec] of Object.entries(table)) {
    const counter = counters.get(spec.metric) ?? createCounter(prefix, spec, deps)
    counters.set(spec.metric, counter)
    const write = spec.linePer === undefined ? throttledLine(spec, deps) : linePerPath(spec, deps)
    const countedOf = withoutUncounted(spec, deps)
    emitters[name] = (given, detail = {}) => {
      const { count = 1, ...fields } = detail
      const labels = countedOf(given)
      counter.inc(labels, count)
      write(labels, count, fields)
    }
  }
  return emitters as Events<T>
}

/** Events that are told to one listener, and neither counted nor logged. */
export function tellEvents<const T extends EventTable>(
  table: T,
  tell: (name: keyof T & string, labels: Readonly<Record<string, string>>, detail: EventDetail) => void,
): Events<T> {
  const emitters: Record<string, (labels: Readonly<Record<string, string>>, detail?: EventDetail) => void> = {}
  for (const name in table) emitters[name] = (labels, detail = {}) => tell(name, labels, detail)
  return emitters as Events<T>
}

function createCounter(prefix: string, spec: EventSpec, { registry, uncounted }: EventDeps): Counter {
  const { metric, help, labels = [] } = spec
  const labelNames = labels.filter((name) => uncounted?.has(name) !== true)
  return new Counter({ name: `${prefix}_${metric}`, help, labelNames, registers: [registry] })
}

type Labels = Readonly<Record<string, string>>

function withoutUncounted({ labels = [] }: EventSpec, { uncounted }: EventDeps): (labels: Labels) => Labels {
  if (!labels.some((name) => uncounted?.has(name) === true)) return (given) => given
  return (given) => Object.fromEntries(Object.entries(given).filter(([name]) => uncounted?.has(name) !== true))
}

/** At most one line per event and label values in its quiet time; the next line tells how many were left out. */
function throttledLine(spec: EventSpec, { logger, clock }: EventDeps) {
  const { quietMs = QUIET_MS } = spec
  const lastWritten = new Map<string, { atMs: number; suppressed: number }>()
  return (labels: Readonly<Record<string, string>>, count: number, fields: object): void => {
    if (!logger.isLevelEnabled(spec.level)) return
    const key = Object.values(labels).join('\0')
    const nowMs = clock.monotonicMs()
    const last = lastWritten.get(key)
    if (last !== undefined && nowMs - last.atMs < quietMs) {
      last.suppressed += 1
      return
    }
    lastWritten.set(key, { atMs: nowMs, suppressed: 0 })
    const line: Record<string, unknown> = { ...labels, ...fields }
    if (count !== 1) line.count = count
    if (last !== undefined && last.suppressed > 0) line.suppressed = last.suppressed
    logger[spec.level](line, spec.message)
  }
}

/** One line for each path, as long as there are not too many at a time; the rest are in the counter only. */
function linePerPath(spec: EventSpec, { logger, clock }: EventDeps) {
  /** Those that happened last are at the end. */
  const told = new Map<string, { readonly fields: string; readonly atMs: number }>()
  return (labels: Readonly<Record<string, string>>, count: number, fields: Readonly<Record<string, unknown>>): void => {
    if (!logger.isLevelEnabled(spec.level)) return
    const path = String(fields.path)
    const atMs = clock.monotonicMs()
    for (const [other, last] of told) {
      if (atMs - last.atMs < CEASED_MS) break
      told.delete(other)
    }
    const last = told.get(path)
    if (last === undefined && told.size >= MAX_PATHS) return
    const text = JSON.stringify(fields)
    told.delete(path)
    told.set(path, { fields: text, atMs })
    if (last?.fields === text) return
    logger[spec.level]({ ...labels, ...fields, ...(count === 1 ? {} : { count }) }, spec.message)
  }
}
