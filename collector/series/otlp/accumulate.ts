import type { ExponentialHistogram } from './distribution.ts'

/** As many as OpenTelemetry's SDKs keep; finer ones are made coarser until they fit. */
const MAX_BUCKETS = 160

/** Adds what came since to what was there. What they have no room for together is made coarser. */
export function addExponential(before: ExponentialHistogram, delta: ExponentialHistogram): ExponentialHistogram {
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
        ...{ kind: 'exponential_histogram', scale, positive, negative },
        count: before.count + delta.count,
        sum: before.sum === undefined || delta.sum === undefined ? undefined : before.sum + delta.sum,
        zeroCount: before.zeroCount + delta.zeroCount,
        zeroThreshold: Math.max(before.zeroThreshold, delta.zeroThreshold),
      }
    }
    scale -= 1
  }
}

export type Buckets = ExponentialHistogram['positive']

/** Joins buckets: one of a scale that is smaller by one has two. */
export function coarsen(buckets: Buckets, by: number): Buckets {
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
