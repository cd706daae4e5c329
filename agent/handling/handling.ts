import type { LineDecoder } from '../decode/line.ts'
import type { MultilineRule } from '../multiline/rule.ts'
import type { ContentParser } from '../parse/fields.ts'

/**
 * How the lines of a container instance are handled. There is one object for all instances that are handled alike, and
 * it never changes: an instance for which something changes is given another one, which takes effect with its next line.
 */
export interface Handling {
  /** Reads the format of the runtime. */
  readonly decoder: LineDecoder
  readonly multiline: MultilineRule
  /** Finds severity and trace ids in bodies; undefined if nobody wants them. */
  readonly parser: ContentParser | undefined
}
