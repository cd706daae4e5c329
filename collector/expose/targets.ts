import { NONE } from '../series/hash-index.ts'
import { ENDED } from '../series/rows.ts'
import type { SeriesTable } from '../series/series-table.ts'
import type { Source } from '../series/sources.ts'

type TargetHealth = 'up' | 'down' | 'unknown'

/** A source of series, as Prometheus would show a target. */
export interface Target {
  readonly job: string
  readonly instance: string
  readonly node: string
  readonly transport: string
  readonly health: TargetHealth
  readonly lastError: string
  /** Time of its last samples, epoch milliseconds. */
  readonly lastMs: number
  /** How long ago it was heard. */
  readonly ageSeconds: number
  readonly durationSeconds: number
  readonly intervalSeconds: number | undefined
  readonly series: number
}

/** All sources, by job and instance. Those of which nothing comes any more are there for a while, as down. */
export function listTargets(table: SeriesTable): Target[] {
  const targets = Array.from(table.store.sources, (source) => describe(table, source))
  return targets.sort((a, b) => compare(a.job, b.job) || compare(a.node, b.node) || compare(a.instance, b.instance))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function describe(table: SeriesTable, source: Source): Target {
  const { job, instance, node, transport, isKept } = source.spec
  const ageSeconds = (table.monotonicMs - source.heardMs) / 1_000
  const up = lowest(table, source, 'up')
  const isSilent = source.series === 0 && !isKept
  const health = isSilent || up === 0 ? 'down' : up === undefined && transport !== 'otlp' ? 'unknown' : 'up'
  const silence = isSilent ? `nothing came for ${Math.round(ageSeconds)} s` : ''
  return {
    ...{ job, instance, node, transport, health, ageSeconds },
    lastError: source.lastError || silence || (up === 0 ? 'it says that it is not up' : ''),
    lastMs: source.roundTimeMs,
    durationSeconds: lowest(table, source, 'scrape_duration_seconds') ?? 0,
    intervalSeconds: source.intervalMs === undefined ? undefined : source.intervalMs / 1_000,
    series: source.series,
  }
}

/** The lowest value that a source has of a metric. */
function lowest({ store }: SeriesTable, source: Source, name: string): number | undefined {
  const family = store.families.byName(name)
  const section = family === undefined ? undefined : source.sections.get(family)
  let value: number | undefined
  for (let row = section?.head ?? NONE; row !== NONE; row = store.rows.next[row]!) {
    if ((store.rows.flags[row]! & ENDED) !== 0) continue
    value = Math.min(value ?? Number.POSITIVE_INFINITY, store.rows.value[row]!)
  }
  return value
}
