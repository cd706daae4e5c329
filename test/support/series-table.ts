import type { SeriesSource } from '../../collector/series/series-sink.ts'
import { SeriesTable, type SeriesTableOptions } from '../../collector/series/series-table.ts'

export const NOON_MS = 1_790_000_000_000

/** A table on a clock that stands still unless told. */
export function createTable(limits: Partial<SeriesTableOptions['limits']> = {}) {
  const clock = { ms: 0, nowMs: () => NOON_MS + clock.ms, monotonicMs: () => clock.ms }
  const table = new SeriesTable({
    limits: {
      ...{ maxSeries: 1_000, maxBytes: 64 * 1024 ** 2, maxSeriesPerNode: 1_000, maxSeriesPerTenant: 1_000 },
      tenantLabel: 'namespace',
      ...limits,
    },
    minStalenessMs: 10_000,
    maxAgeMs: 300_000,
    clock,
  })
  const expire = () => {
    const before = table.expired
    const ticks = table.staleTicks()
    let from = 0
    do from = table.expire(from, 7, ticks)
    while (from > 0)
    table.dropSources()
    return table.expired - before
  }
  return { table, clock, expire }
}

export function sourceOf(of: Partial<SeriesSource> = {}): SeriesSource {
  return { transport: 'push', job: 'j', instance: 'i', node: '', isKept: false, ...of }
}

/** Rows that stand for a series which has not ended. */
export function liveRows({ store: { rows } }: SeriesTable): number[] {
  return Array.from({ length: rows.end }, (_, row) => row).filter((row) => rows.flags[row]! % 4 === 1)
}

/** Each series as Prometheus would write it, with its value. */
export function seriesOf(table: SeriesTable): Map<string, number> {
  return new Map(liveRows(table).map((row) => [lineOf(table.labelsOf(row)), table.store.rows.value[row]!]))
}

export function lineOf(labels: readonly string[]): string {
  const pairs = Array.from({ length: labels.length / 2 }, (_, index) => [labels[2 * index]!, labels[2 * index + 1]!])
  const name = pairs.find(([label]) => label === '__name__')![1]!
  const rest = pairs.filter(([label]) => label !== '__name__').map(([label, value]) => `${label}=${value}`)
  return rest.length === 0 ? name : `${name}{${rest.join()}}`
}
