import { illegalArgument } from '../../elasticsearch-error.ts'
import { isObject } from '../../mapping/json-object.ts'
import { compareValues, type Value } from '../evaluate/field-values.ts'
import { failure } from './options.ts'
import type { SubAggregations } from './sub-aggregations.ts'

/** One key of the order of buckets: `_count`, `_key`, or the path of a metric inside of them. */
export interface BucketOrder {
  readonly path: string
  readonly descending: boolean
}

/** Reads `order`: an object, or a list of objects of one key. */
export function parseOrder(value: unknown, otherwise: readonly BucketOrder[]): readonly BucketOrder[] {
  if (value === undefined) return otherwise
  const list: unknown[] = Array.isArray(value) ? value : [value]
  return list.flatMap((item) => {
    const entries = isObject(item) ? Object.entries(item) : []
    if (entries.length !== 1) throw failure('Must specify one order for each [order] object')
    return entries.map(([path, direction]) => {
      const text = String(direction).toLowerCase()
      if (text !== 'asc' && text !== 'desc') throw failure(`Unknown order direction [${String(direction)}]`)
      return { path: path === '_term' || path === '_time' ? '_key' : path, descending: text === 'desc' }
    })
  })
}

export interface OrderedBucket {
  readonly key: Value
  /** The number of the bucket, by which its sub-aggregations know it. */
  readonly ordinal: number
  readonly count: number
}

/** Compares buckets; those that are equal in everything asked come in the order of their keys. */
export function bucketComparator(
  order: readonly BucketOrder[],
  children: SubAggregations,
): (a: OrderedBucket, b: OrderedBucket) => number {
  const comparators = order.map(({ path, descending }) => {
    const compare = comparatorOf(path, children)
    return descending ? (a: OrderedBucket, b: OrderedBucket) => compare(b, a) : compare
  })
  return (a, b) => {
    for (const compare of comparators) {
      const result = compare(a, b)
      if (result !== 0) return result
    }
    return compareValues(a.key, b.key)
  }
}

function comparatorOf(path: string, children: SubAggregations): (a: OrderedBucket, b: OrderedBucket) => number {
  if (path === '_count') return (a, b) => a.count - b.count
  if (path === '_key') return (a, b) => compareValues(a.key, b.key)
  const metric = children.metricOf(path)
  if (metric === undefined)
    throw illegalArgument(
      `Invalid aggregation order path [${path}]. The sub-aggregation it names is not there or has no number.`,
    )
  return (a, b) => {
    const [left, right] = [metric(a.ordinal), metric(b.ordinal)]
    if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right))
    return left - right
  }
}
