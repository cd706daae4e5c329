import { GoInteger, GoMap, GoSlice, GoString, type Value } from './value.ts'

/** Whether Go takes a value for true: neither zero nor empty nor nil. */
export function isTrue(value: Value): boolean {
  switch (typeof value) {
    case 'boolean':
      return value
    case 'string':
      return value !== ''
    case 'bigint':
      return value !== 0n
    case 'number':
      return value !== 0
  }
  if (value === null) return false
  if (value instanceof GoMap) return value.entries.size > 0
  if (value instanceof GoSlice) return value.items.length > 0
  if (value instanceof GoString) return value.value !== ''
  if (value instanceof GoInteger) return value.value !== 0n
  return true
}
