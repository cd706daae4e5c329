import type { ContentParser } from '#lib/parse/fields.ts'
import type { LineDecoder } from '../decode/line.ts'
import type { ContainerLimit } from '../filter/rate-limits.ts'
import type { RecordFilter } from '../filter/record-filter.ts'
import type { MultilineRule } from '../multiline/rule.ts'

/**
 * How the lines of a container instance are handled. There is one object for all instances that are handled alike, and
 * it never changes: an instance for which something changes is given another one, which takes effect with its next line.
 */
export interface Handling {
  /** Reads the format of the runtime. */
  readonly decoder: LineDecoder
  readonly multiline: MultilineRule
  /** Find severity and trace ids in bodies, by stream; the last one is for lines of neither. */
  readonly parsers: readonly [ContentParser, ContentParser, ContentParser]
  /** Whether the parsers look for the time that bodies state. */
  readonly time: boolean
  /** Bit 0 for stdout, bit 1 for stderr: lines of these streams are left out. */
  readonly excludedStreams: number
  /** Decides by the rules of the configuration which records are dropped; undefined if no rule is about the container. */
  readonly filter: RecordFilter | undefined
  /** How much may be shipped; undefined if there is no limit. */
  readonly limit: ContainerLimit | undefined
}

const BOTH_STREAMS = 3

/** Whether nothing of a log is wanted, so that it is not read at all. */
export function isExcluded({ excludedStreams }: Handling): boolean {
  return excludedStreams === BOTH_STREAMS
}
