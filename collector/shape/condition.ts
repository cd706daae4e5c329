import type { Chunk } from '#lib/match/chunk.ts'
import { LiteralCursor } from '#lib/match/literal-cursor.ts'
import { matchesPattern } from '#lib/match/name-pattern.ts'
import { BodyPattern } from '#lib/match/pattern.ts'
import { lowestNumber, NUMBERS_A_SEVERITY } from '#lib/parse/severity-names.ts'
import { isAbout } from '#lib/select/container-rule.ts'
import type { ConditionSpec } from './condition-config.ts'
import type { RecordView } from './record-view.ts'
import type { ResourceView } from './resource-view.ts'

interface Wanted {
  readonly key: Buffer
  readonly pattern: string
}

const STREAM_KEY = 'log.iostream'

/** A condition of the configuration: the part about resources is asked once for each, the other for each record. */
export class Condition {
  readonly #spec: ConditionSpec
  readonly #lowest: number
  readonly #highest: number
  readonly #attributes: readonly Wanted[]
  readonly #literal: LiteralCursor | undefined
  readonly #pattern: BodyPattern | undefined

  /** @param chunk the request that records are taken from */
  constructor(spec: ConditionSpec, chunk: Chunk) {
    this.#spec = spec
    const { min_severity: min, max_severity: max, attributes, stream, contains, matches } = spec
    this.#lowest = min !== undefined ? lowestNumber(min) : max !== undefined ? 1 : 0
    this.#highest = max === undefined ? Number.POSITIVE_INFINITY : lowestNumber(max) + NUMBERS_A_SEVERITY - 1
    const wanted = Object.entries(attributes)
    if (stream !== undefined) wanted.push([STREAM_KEY, stream])
    this.#attributes = wanted.map(([key, pattern]) => ({ key: Buffer.from(key), pattern }))
    this.#literal = contains === undefined ? undefined : new LiteralCursor(contains, chunk)
    this.#pattern = matches === undefined ? undefined : new BodyPattern(matches, chunk)
  }

  isAbout(resource: ResourceView): boolean {
    const { containers, resource: wanted } = this.#spec
    if (containers.length > 0 && !containers.some((rule) => isAbout(rule, resource))) return false
    return Object.entries(wanted).every(([key, pattern]) => {
      const value = resource.texts.get(key)
      return value !== undefined && matchesPattern(value, pattern)
    })
  }

  /** Whether a record, of a resource that this is about, has the rest of it; what costs least is asked first. */
  isMet(record: RecordView): boolean {
    const { severityNumber, bytes, bodyStart, bodyEnd } = record
    if (severityNumber < this.#lowest || severityNumber > this.#highest) return false
    if (this.#literal !== undefined && this.#literal.find(bytes, bodyStart, bodyEnd) < 0) return false
    for (let index = 0; index < this.#attributes.length; index++) {
      const { key, pattern } = this.#attributes[index]!
      const value = record.attributes.textOf(key)
      if (value === undefined || !matchesPattern(value, pattern)) return false
    }
    const pattern = this.#pattern
    return pattern === undefined || (pattern.mayMatch(bytes, bodyStart, bodyEnd) && pattern.regexp.test(record.text))
  }
}
