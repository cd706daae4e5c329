import type { Line } from '../decode/line.ts'
import type { Extent } from '../ship/extent.ts'
import type { Condition } from './condition.ts'
import type { Drops } from './drops.ts'
import type { RecordBody } from './record-body.ts'
import { isSampled } from './sampling.ts'

/** A rule of the configuration, ready for use. */
export interface FilterRule {
  readonly condition: Condition
  /** Of so many records that meet the condition one is kept; 1 keeps all, infinity none. */
  readonly oneIn: number
  /** Of its sampling. */
  readonly seed: number
  /** Under which its drops are counted. */
  readonly reason: number
}

interface RecordFilterOptions {
  readonly id: string
  /** In the order of the configuration. */
  readonly rules: readonly FilterRule[]
  readonly body: RecordBody
  readonly drops: Drops
}

/** The rules that are about a container. The first one that a record meets decides; one that meets none is kept. */
export class RecordFilter {
  /** The same for the same rules. */
  readonly id: string
  readonly #rules: readonly FilterRule[]
  readonly #body: RecordBody
  readonly #drops: Drops

  constructor({ id, rules, body, drops }: RecordFilterOptions) {
    this.id = id
    this.#rules = rules
    this.#body = body
    this.#drops = drops
  }

  /** Lines are taken from `bytes[start, end)` now, in order. */
  begin(bytes: Buffer, start: number, end: number): void {
    this.#body.chunk.begin(bytes, start, end)
  }

  /** Whether a record that was parsed is dropped; then it was counted. */
  drops(line: Line, extent: Extent): boolean {
    this.#body.set(line)
    for (const { condition, oneIn, seed, reason } of this.#rules) {
      if (!condition.isMet(line)) continue
      const isKept = oneIn === 1 || (oneIn !== Number.POSITIVE_INFINITY && isSampled(extent, oneIn, seed))
      if (!isKept) this.#drops.add(reason)
      return !isKept
    }
    return false
  }
}
