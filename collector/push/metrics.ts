import { counterOf, gaugeOf, type Registry } from '#lib/metrics.ts'
import type { Push } from './create-push.ts'

/** Pushed metrics, read when scraped. */
export function exportPushMetrics(registry: Registry, { store }: Pick<Push, 'store'>): void {
  if (store === undefined) return
  const prefix = 'vedette_collector_push'
  gaugeOf(registry, { name: `${prefix}_groups`, help: 'Groups of pushed metrics.' }, () => store.size)
  gaugeOf(registry, { name: `${prefix}_series`, help: 'Series of pushed metrics.' }, () => store.seriesCount)
  gaugeOf(registry, { name: `${prefix}_bytes`, help: 'Bytes of the files of pushed metrics.' }, () => store.sizeBytes)
  const changes = {
    name: `${prefix}es_total`,
    help: 'Pushes and deletions of groups that were done; they are on disk.',
    labelNames: ['method'],
  }
  counterOf(registry, changes, () =>
    Object.entries(store.changes).map(([method, value]) => ({ labels: { method }, value })),
  )
}
