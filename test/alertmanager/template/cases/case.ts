import type { Tagged } from '../values.ts'

export interface Case {
  readonly source: string
  readonly data?: Tagged
}
