import { counterOf, gaugeOf, type Registry } from '#lib/metrics.ts'
import type { SeriesTable } from './series-table.ts'

/** The table of series, read when scraped. */
export function exportSeriesMetrics(registry: Registry, table: SeriesTable): void {
  const { store, refused } = table
  const prefix = 'vedette_collector_series'
  gaugeOf(registry, { name: prefix, help: 'Series of metrics whose last sample is kept.' }, () => store.series)
  gaugeOf(registry, { name: `${prefix}_bytes`, help: 'Memory that they take, estimated.' }, () => store.bytes)
  gaugeOf(
    registry,
    { name: 'vedette_collector_sources', help: 'Sources of series that were heard lately.' },
    () => store.sources.size,
  )
  counterOf(
    registry,
    { name: `${prefix}_expired_total`, help: 'Series that were forgotten because nothing came of them any more.' },
    () => table.expired,
  )
  counterOf(
    registry,
    { name: `${prefix}_refused_total`, help: 'Samples of series that were refused.', labelNames: ['reason'] },
    () => Array.from(refused, ([reason, value]) => ({ labels: { reason }, value })),
  )
}
