import type { Block } from '../../block/block.ts'
import { DAY_NS } from '../../time/day.ts'
import type { BlockFacts, BlockQuery, Verdict } from './block-query.ts'
import { boundsWithin } from './column-scan.ts'

/** A range of `@timestamp` in a data stream, where it is the time of the row. */
export class TimeBlockQuery implements BlockQuery {
  readonly cost = 1
  readonly #from: bigint
  readonly #to: bigint
  /** A `date` counts whole milliseconds. */
  readonly #unitNs: number

  constructor([from, to]: readonly [bigint, bigint], isMillis: boolean) {
    this.#from = from
    this.#to = to
    this.#unitNs = isMillis ? 1e6 : 1
  }

  verdict({ day, meta: { minNs, maxNs } }: BlockFacts): Verdict {
    const [first, last] = boundsWithin(day, this.#from, this.#to)
    const [min, max] = [this.#floor(minNs), this.#floor(maxNs)]
    if (min >= first && max <= last) return 'all'
    return max < first || min > last ? 'none' : 'some'
  }

  narrow(block: Block, rows: Uint8Array): void {
    const [first, last] = boundsWithin(block.day, this.#from, this.#to)
    const { ns } = block
    for (let row = 0; row < rows.length; row++) {
      const time = this.#floor(ns[row]!)
      if (!(time >= first && time <= last)) rows[row] = 0
    }
  }

  #floor(ns: number): number {
    return this.#unitNs === 1 ? ns : ns - (ns % this.#unitNs)
  }
}

/** Facts about a whole day, before its file is opened. */
export function factsOfDay(day: number): BlockFacts {
  return {
    day,
    meta: { minNs: 0, maxNs: DAY_NS - 1, firstSequence: 0, lastSequence: Number.MAX_SAFE_INTEGER },
    mayContain: () => true,
  }
}
