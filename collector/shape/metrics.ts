import { counterOf, type Registry } from '#lib/metrics.ts'
import type { Shaping } from './shaping.ts'

/** What shaping did, read when scraped. */
export function exportShapeMetrics(registry: Registry, { shaping }: { readonly shaping: Shaping }): void {
  const redactions = {
    name: 'vedette_collector_redactions_total',
    help: 'Secrets in texts that were replaced before they were indexed, by preset or pattern.',
    labelNames: ['pattern'],
  }
  const bodies = {
    name: 'vedette_collector_json_bodies_total',
    help: 'Texts that began and ended as JSON objects do, where shape.json asks for them, by what they were.',
    labelNames: ['outcome'],
  }
  counterOf(registry, bodies, () => [
    { labels: { outcome: 'parsed' }, value: shaping.json.parsed },
    { labels: { outcome: 'invalid' }, value: shaping.json.invalid },
    { labels: { outcome: 'too_large' }, value: shaping.json.tooLarge },
  ])
  const limited = {
    name: 'vedette_collector_json_bodies_limited_total',
    help: 'Of the texts that became fields, those of which something was beyond a limit of shape.json.',
  }
  counterOf(registry, limited, () => shaping.json.limited)
  const attributes = {
    name: 'vedette_collector_attributes_limited_total',
    help: 'Attributes of records that were beyond shape.attribute_limits, by what became of them.',
    labelNames: ['outcome'],
  }
  counterOf(registry, attributes, () => [
    { labels: { outcome: 'dropped' }, value: shaping.attributes.dropped },
    { labels: { outcome: 'cut' }, value: shaping.attributes.cut },
  ])
  const derived = [...shaping.counters, ...shaping.histograms]
  const derivedLimited = {
    name: 'vedette_collector_derived_series_limited_total',
    help: 'Records that were counted as (other) by a metric of shape, because it has shape.max_series already.',
    labelNames: ['metric'],
  }
  counterOf(registry, derivedLimited, () =>
    derived.map(({ spec, rows }) => ({ labels: { metric: spec.name }, value: rows.limited })),
  )
  const invalid = {
    name: 'vedette_collector_derived_values_invalid_total',
    help: 'Records that meet the conditions of a histogram of shape and have no number for it.',
    labelNames: ['metric'],
  }
  counterOf(registry, invalid, () =>
    shaping.histograms.map((series) => ({ labels: { metric: series.spec.name }, value: series.invalid })),
  )
  counterOf(registry, redactions, () =>
    [...shaping.redactions].map(([pattern, value]) => ({ labels: { pattern }, value })),
  )
}
