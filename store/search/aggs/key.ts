import type { FieldType } from '../../mapping/field-type.ts'
import { floorDivide, formatMillis } from '../../time/format-date.ts'
import type { Value } from '../evaluate/field-values.ts'

/** The key of a bucket, as the answer shows it. */
export function printKey(key: Value, type: FieldType | undefined): Record<string, unknown> {
  if (type?.family === 'date' && typeof key === 'bigint') {
    const ms = floorDivide(key, 1_000_000n)
    return { key: ms, key_as_string: formatMillis(ms) }
  }
  if (type?.family === 'boolean') return { key, key_as_string: key === 1 ? 'true' : 'false' }
  return { key }
}
