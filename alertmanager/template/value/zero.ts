import type { GoType, Value } from './value.ts'

/** What a map gives for a key that it lacks. Types whose zero value no map here holds have none. */
export function zeroOf(type: GoType | undefined): Value {
  switch (type?.kind) {
    case 'bool':
      return false
    case 'string':
      return ''
    case 'float':
      return 0
    case 'int':
      return 0n
    default:
      return null
  }
}
