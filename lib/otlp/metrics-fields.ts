/** Field numbers of OTLP's metrics messages (opentelemetry-proto 1.x, `metrics.proto`). */
export const EXPORT_METRICS = { resourceMetrics: 1 } as const
export const RESOURCE_METRICS = { resource: 1, scopeMetrics: 2 } as const
export const SCOPE_METRICS = { scope: 1, metrics: 2 } as const
export const METRIC = {
  name: 1,
  description: 2,
  unit: 3,
  gauge: 5,
  sum: 7,
  histogram: 9,
  exponentialHistogram: 10,
  summary: 11,
  metadata: 12,
} as const
/** Of gauge, sum, histogram, exponential histogram and summary, as far as they have it. */
export const METRIC_DATA = { dataPoints: 1, aggregationTemporality: 2, isMonotonic: 3 } as const
export const TEMPORALITY = { unspecified: 0, delta: 1, cumulative: 2 } as const
/** Of every kind of point. */
export const POINT = { startTimeUnixNano: 2, timeUnixNano: 3 } as const
export const NUMBER_POINT = { asDouble: 4, asInt: 6, attributes: 7, flags: 8 } as const
export const HISTOGRAM_POINT = {
  ...{ count: 4, sum: 5, bucketCounts: 6, explicitBounds: 7, attributes: 9, flags: 10, min: 11, max: 12 },
} as const
export const EXPONENTIAL_POINT = {
  ...{ attributes: 1, count: 4, sum: 5, scale: 6, zeroCount: 7, positive: 8, negative: 9, flags: 10 },
  ...{ min: 12, max: 13, zeroThreshold: 14 },
} as const
export const EXPONENTIAL_BUCKETS = { offset: 1, bucketCounts: 2 } as const
export const SUMMARY_POINT = { count: 4, sum: 5, quantileValues: 6, attributes: 7, flags: 8 } as const
export const QUANTILE = { quantile: 1, value: 2 } as const
/** Bit of a point's flags: the series has ended. */
export const NO_RECORDED_VALUE = 1
