import type { FieldType } from '../../mapping/field-type.ts'
import { floorDivide, formatMillis } from '../../time/format-date.ts'
import type { Value } from '../evaluate/field-values.ts'
import { printDouble } from './java-double.ts'
import type { ShownBucket } from './pipeline/pipeline.ts'

/** The key of a bucket, as the answer shows it. */
export function printKey(key: Value, type: FieldType | undefined): Record<string, unknown> {
  if (type?.family === 'date' && typeof key === 'bigint') {
    const ms = floorDivide(key, 1_000_000n)
    return { key: ms, key_as_string: formatMillis(ms) }
  }
  if (type?.family === 'boolean') return { key, key_as_string: key === 1 ? 'true' : 'false' }
  return { key }
}

/** Buckets as the answer has them: in a list, or by their keys. */
export function printBuckets(buckets: readonly ShownBucket[], isKeyed: boolean, isDate: boolean): { buckets: unknown } {
  if (!isKeyed) return { buckets }
  const nameOf = ({ key, key_as_string: text }: ShownBucket) => (isDate ? String(text) : printDouble(Number(key)))
  return { buckets: Object.fromEntries(buckets.map((bucket) => [nameOf(bucket), bucket])) }
}
