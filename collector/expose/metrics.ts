import { counterOf, gaugeOf, type Registry } from '#lib/metrics.ts'
import type { Exposition } from './exposition.ts'

/** What writing pages of series takes, read when scraped. */
export function exportExpositionMetrics(registry: Registry, exposition: Exposition): void {
  const prefix = 'vedette_collector_exposition'
  counterOf(
    registry,
    { name: `${prefix}_pages_total`, help: 'Pages of series, by how they ended.', labelNames: ['outcome'] },
    () => Object.entries(exposition.pages).map(([outcome, value]) => ({ labels: { outcome }, value })),
  )
  const seconds = { name: `${prefix}_seconds_total`, help: 'Time from asking for pages of series to their end.' }
  counterOf(registry, seconds, () => exposition.seconds)
  const cache = { name: `${prefix}_cache_bytes`, help: 'Memory of what is known for compressing pages.' }
  gaugeOf(registry, cache, () => exposition.compressionBytes)
  const bytes = { name: `${prefix}_bytes_total`, help: 'Bytes of pages of series before compression.' }
  counterOf(registry, bytes, () => exposition.bytes)
}
