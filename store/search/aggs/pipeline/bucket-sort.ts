import { parseSort } from '../../sort/parse-sort.ts'
import { requireOptions, wholeNumber } from '../options.ts'
import { bucketNumber, parseGapPolicy } from './buckets-path.ts'
import type { Pipeline, ShownBucket } from './pipeline.ts'

/** Orders the buckets around it by their results, and leaves a page of them. */
export function parseBucketSort(body: unknown): () => Pipeline {
  const options = requireOptions('bucket_sort', body, ['sort', 'from', 'size', 'gap_policy'])
  const sort = parseSort(options.sort)
  const from = wholeNumber('bucket_sort', options, 'from', 0)
  const size = wholeNumber('bucket_sort', options, 'size', Number.MAX_SAFE_INTEGER, 1)
  const policy = parseGapPolicy(options.gap_policy)
  const paths = sort.map(({ field }) => field)
  const keyOf = (bucket: ShownBucket, field: string) =>
    field === '_key' ? (bucket.key as string | number) : (bucketNumber(bucket, field, policy) ?? Number.NaN)
  return () => ({
    paths,
    parent(buckets) {
      const keyed = buckets.map((bucket) => ({ bucket, keys: sort.map(({ field }) => keyOf(bucket, field)) }))
      const complete = policy === 'skip' ? keyed.filter(({ keys }) => !keys.every(Number.isNaN) || !sort.length) : keyed
      complete.sort((a, b) => {
        for (const [place, { descending }] of sort.entries()) {
          const order = compareKeys(a.keys[place]!, b.keys[place]!, descending)
          if (order !== 0) return order
        }
        return 0
      })
      return complete.slice(from, from + size).map(({ bucket }) => bucket)
    },
  })
}

/** Buckets without a value come last. */
function compareKeys(a: string | number, b: string | number, descending: boolean): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
  const order = a < b ? -1 : a > b ? 1 : 0
  return descending ? -order : order
}
