/** Prometheus' text format 0.0.4 (and 1.0.0, which quotes names that have other characters), and OpenMetrics 1.0. */
export type ExpositionFormat = 'text' | 'openmetrics'

/** What a scraper asks for: OpenMetrics before text, and anything before nothing. */
export const ACCEPT_EXPOSITION =
  'application/openmetrics-text;version=1.0.0;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.1'

/**
 * The format that a Content-Type names.
 *
 * @param fallback where it names none, or one that is no exposition; `none` to take no such page
 * @returns undefined if it cannot be read here; so is protobuf, which is never asked for
 */
export function expositionFormatOf(
  contentType: string | undefined,
  fallback: ExpositionFormat | 'none' = 'text',
): ExpositionFormat | undefined {
  const mediaType = (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase()
  if (mediaType === 'application/openmetrics-text') return 'openmetrics'
  if (mediaType === 'text/plain') return 'text'
  if (mediaType === 'application/vnd.google.protobuf') return undefined
  return fallback === 'none' ? undefined : fallback
}
