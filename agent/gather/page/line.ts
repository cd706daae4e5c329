import type { EncodedLabels } from '../labels.ts'
import type { Assembly } from './assembly.ts'
import type { RoundFamily } from './round-family.ts'

/** A series as a page writes it. */
export interface Line {
  /** The page in which it came last. */
  round: number
  /** Whether a whole page had it. */
  isCommitted: boolean
  value: number
  timestampMs: number | undefined
  /** Hash of its name and labels; {@link LEFT_OUT} if nobody wants it. */
  readonly identity: number
  /** As it is sent. */
  readonly name: string
  /** Where it goes as a number; undefined for what is left out, and for lines of a whole. */
  family: RoundFamily | undefined
  labels: EncodedLabels | undefined
  /** The histogram or summary that it is a line of. */
  readonly assembly: Assembly | undefined
  /** Its place in it. */
  readonly slot: number
  /** Its `le` or `quantile`. */
  readonly edge: readonly [name: string, value: string] | undefined
}

export const LEFT_OUT = -1

export function createLine(identity: number, name: string, as: Partial<Line> = {}): Line {
  return {
    ...{ round: -1, isCommitted: false, value: 0, timestampMs: undefined, identity, name },
    ...{ family: as.family, labels: as.labels, assembly: as.assembly, slot: as.slot ?? LEFT_OUT, edge: as.edge },
  }
}
