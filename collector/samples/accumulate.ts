import type { AnyDistribution, ExponentialHistogram, Histogram } from './distribution.ts'

/** As many as OpenTelemetry's SDKs keep; finer ones are made coarser until they fit. */
const MAX_BUCKETS = 160

/**
 * Adds what came since to what was there: deltas become a cumulative distribution.
 *
 * @returns undefined if they can't be added, because the buckets of a histogram changed; then it begins again
 */
export function accumulate(before: AnyDistribution, delta: AnyDistribution): AnyDistribution | undefined {
  if (before.kind === 'histogram' && delta.kind === 'histogram') return addHistograms(before, delta)
  if (before.kind === 'exponential_histogram' && delta.kind === 'exponential_histogram') {
    return addExponential(before, delta)
  }
  return undefined
}

function addHistograms(before: Histogram, delta: Histogram): Histogram | undefined {
  const { bounds, bucketCounts } = before
  if (bounds.length !== delta.bounds.length || bucketCounts.length !== delta.bucketCounts.length) return undefined
  if (!bounds.every((bound, index) => bound === delta.bounds[index])) return undefined
  return {
    ...{ kind: 'histogram', bounds, ...totalsOf(before, delta) },
    bucketCounts: bucketCounts.map((count, index) => count + delta.bucketCounts[index]!),
  }
}

function totalsOf(before: Histogram | ExponentialHistogram, delta: Histogram | ExponentialHistogram) {
  const both = (a: number | undefined, b: number | undefined, join: (a: number, b: number) => number) =>
    a === undefined || b === undefined ? undefined : join(a, b)
  return {
    count: before.count + delta.count,
    sum: both(before.sum, delta.sum, (a, b) => a + b),
    min: both(before.min, delta.min, Math.min),
    max: both(before.max, delta.max, Math.max),
  }
}

function addExponential(before: ExponentialHistogram, delta: ExponentialHistogram): ExponentialHistogram {
  let scale = Math.min(before.scale, delta.scale)
  for (;;) {
    const positive = addBuckets(
      coarsen(before.positive, before.scale - scale),
      coarsen(delta.positive, delta.scale - scale),
    )
    const negative = addBuckets(
      coarsen(before.negative, before.scale - scale),
      coarsen(delta.negative, delta.scale - scale),
    )
    if (positive !== undefined && negative !== undefined) {
      return {
        ...{ kind: 'exponential_histogram', scale, positive, negative, ...totalsOf(before, delta) },
        zeroCount: before.zeroCount + delta.zeroCount,
        zeroThreshold: Math.max(before.zeroThreshold, delta.zeroThreshold),
      }
    }
    scale -= 1
  }
}

type Buckets = ExponentialHistogram['positive']

/** Joins buckets: one of a scale that is smaller by one has two. */
function coarsen(buckets: Buckets, by: number): Buckets {
  if (by === 0 || buckets.bucketCounts.length === 0) return buckets
  const divisor = 2 ** by
  const offset = Math.floor(buckets.offset / divisor)
  const bucketCounts: number[] = []
  for (const [index, count] of buckets.bucketCounts.entries()) {
    const place = Math.floor((buckets.offset + index) / divisor) - offset
    bucketCounts[place] = (bucketCounts[place] ?? 0) + count
  }
  return { offset, bucketCounts }
}

/** Undefined if the sum would have too many. */
function addBuckets(a: Buckets, b: Buckets): Buckets | undefined {
  if (a.bucketCounts.length === 0 || b.bucketCounts.length === 0) return a.bucketCounts.length === 0 ? b : a
  const offset = Math.min(a.offset, b.offset)
  const end = Math.max(a.offset + a.bucketCounts.length, b.offset + b.bucketCounts.length)
  if (end - offset > MAX_BUCKETS) return undefined
  const bucketCounts = new Array<number>(end - offset).fill(0)
  for (const buckets of [a, b]) {
    for (const [index, count] of buckets.bucketCounts.entries()) bucketCounts[buckets.offset - offset + index]! += count
  }
  return { offset, bucketCounts }
}
