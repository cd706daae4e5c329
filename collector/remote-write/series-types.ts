import type { SeriesType } from '../series/series-sink.ts'

/** Types of series by their numbers in both protocols (MetricMetadata.MetricType, Metadata.MetricType). */
export const SERIES_TYPES: readonly SeriesType[] = [
  'untyped',
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
]
