import { encodeAttribute } from '#lib/otlp/attributes.ts'
import { HISTOGRAM_POINT, NUMBER_POINT } from '#lib/otlp/metrics-fields.ts'

/**
 * The labels of a series as attributes of its points. Kept from round to round: by the buffer itself a series is known
 * again, and one whose buffer does not come any more has ended.
 */
export type EncodedLabels = Buffer & { readonly [KIND]: 'number' | 'histogram' }

declare const KIND: unique symbol

/**
 * Encodes labels for the points of counters, gauges and summaries, or for those of histograms, which OTLP numbers
 * differently. Labels without a value are no labels in Prometheus, but stay: cAdvisor's series have them all.
 */
export function encodeLabels(
  labels: Iterable<readonly [name: string, value: string]>,
  kind: 'number' | 'histogram' = 'number',
): EncodedLabels {
  const field = kind === 'number' ? NUMBER_POINT.attributes : HISTOGRAM_POINT.attributes
  const parts: Buffer[] = []
  for (const [name, value] of labels) parts.push(encodeAttribute(field, name, value))
  return Buffer.concat(parts) as EncodedLabels
}
