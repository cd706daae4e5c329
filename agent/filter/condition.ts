import { LiteralCursor } from '#lib/match/literal-cursor.ts'
import { BodyPattern } from '#lib/match/pattern.ts'
import { lowestNumber, NUMBERS_A_SEVERITY, type SeverityName } from '#lib/parse/severity-names.ts'
import { type Line, STREAM_NAMES } from '../decode/line.ts'
import type { RecordBody } from './record-body.ts'

/** What a record must have; it must have all that is named. */
export interface ConditionSpec {
  readonly min_severity?: SeverityName
  readonly max_severity?: SeverityName
  readonly stream?: (typeof STREAM_NAMES)[number]
  readonly contains?: string
  /** RE2, compiled before. */
  readonly matches?: string
}

/** A condition of a rule, as it is asked for every record: what costs least first. */
export class Condition {
  readonly #body: RecordBody
  /** Of SeverityNumber; a record without a severity has 0, which is in no range that somebody asks for. */
  readonly #lowest: number
  readonly #highest: number
  /** Undefined for any. */
  readonly #stream: number | undefined
  readonly #literal: LiteralCursor | undefined
  readonly #pattern: BodyPattern | undefined

  constructor(spec: ConditionSpec, body: RecordBody) {
    const { min_severity: min, max_severity: max, stream, contains, matches } = spec
    this.#body = body
    this.#lowest = lowestNumber(min ?? 'TRACE')
    this.#highest = max === undefined ? Number.POSITIVE_INFINITY : lowestNumber(max) + NUMBERS_A_SEVERITY - 1
    if (min === undefined && max === undefined) this.#lowest = 0
    this.#stream = stream === undefined ? undefined : STREAM_NAMES.indexOf(stream)
    this.#literal = contains === undefined ? undefined : new LiteralCursor(contains, body.chunk)
    this.#pattern = matches === undefined ? undefined : new BodyPattern(matches, body.chunk)
  }

  /** Whether a record, whose body is set, has all of it. */
  isMet({ stream, fields }: Line): boolean {
    const { severityNumber } = fields
    if (severityNumber < this.#lowest || severityNumber > this.#highest) return false
    if (this.#stream !== undefined && this.#stream !== stream) return false
    const { bytes, start, end } = this.#body
    if (this.#literal !== undefined && this.#literal.find(bytes, start, end) < 0) return false
    const pattern = this.#pattern
    return pattern === undefined || (pattern.mayMatch(bytes, start, end) && pattern.regexp.test(this.#body.text))
  }
}
