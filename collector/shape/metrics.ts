import { counterOf, type Registry } from '#lib/metrics.ts'
import type { Shaping } from './shaping.ts'

/** What shaping did, read when scraped. */
export function exportShapeMetrics(registry: Registry, { shaping }: { readonly shaping: Shaping }): void {
  const redactions = {
    name: 'vedette_collector_redactions_total',
    help: 'Secrets in texts that were replaced before they were indexed, by preset or pattern.',
    labelNames: ['pattern'],
  }
  counterOf(registry, redactions, () =>
    [...shaping.redactions].map(([pattern, value]) => ({ labels: { pattern }, value })),
  )
}
