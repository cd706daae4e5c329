import { ElasticsearchError } from '../elasticsearch-error.ts'
import type { DocumentTable } from '../json/document-table.ts'
import type { Leaf, Shape } from '../json/shape.ts'
import { decodeString } from '../json/words.ts'
import { checkValue, type DateType, DEFAULT_TIMESTAMP, dateValue, ignoresMalformed } from '../mapping/field-type.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { dayTimeOf, MAX_DAY } from '../time/day.ts'
import { TimestampReader } from '../time/timestamp-reader.ts'

/** `2026-11-21T00:00:00Z` */
const MIN_ISO_BYTES = 20

/** What is to be looked at in documents of one shape. */
interface ShapePlan {
  /** Why no document of this shape is taken. */
  readonly problem: ElasticsearchError | undefined
  /** The leaf of the only `@timestamp`, or -1. */
  readonly timestampLeaf: number
  /** Leaves whose values may not fit, and where each was last found to fit. */
  readonly checkedLeaves: readonly number[]
  readonly lastFitting: Int32Array
  /** By checked leaf: whether it is a date, and which days it can be; most are of a form that is read without making a text of it. */
  readonly latestDays: Float64Array
  /** The table that these places are in, as it was then. */
  table: DocumentTable | undefined
  generation: number
}

/** Checks the documents of one index against its mapping and finds their times. */
export class DocumentCheck {
  /** Of the last document that {@link check} took: its time, if it has a timestamp. */
  hasTime = false
  day = 0
  ns = 0
  /** Digits after the second in its timestamp, or -1 if it has another form than ISO 8601 in UTC. */
  digits = -1
  readonly #mapping: Mapping
  readonly #isDataStream: boolean
  readonly #timestampType: DateType
  readonly #reader = new TimestampReader()
  readonly #plans = new WeakMap<Shape, ShapePlan>()
  #table: DocumentTable | undefined
  #generation = 0
  #lastTimestampAt = -1
  /** Of the last leaf that {@link #readIso} read. */
  #isoDay = 0
  #isoNs = 0
  #isoDigits = 0

  constructor(mapping: Mapping, isDataStream: boolean) {
    this.#mapping = mapping
    this.#isDataStream = isDataStream
    const type = mapping.timestamp
    this.#timestampType = type.family === 'date' ? type : DEFAULT_TIMESTAMP
  }

  /**
   * Checks one row. The fields say its time afterwards.
   *
   * @param id as it is named in errors
   * @param withSource whether errors may show values of the document
   */
  check(table: DocumentTable, row: number, id: () => string, withSource: boolean): ElasticsearchError | undefined {
    if (table !== this.#table || table.generation !== this.#generation) {
      this.#table = table
      this.#generation = table.generation
      this.#lastTimestampAt = -1
    }
    const shape = table.shapes[row]!
    let plan = this.#plans.get(shape)
    if (plan === undefined) {
      plan = this.#planFor(shape)
      this.#plans.set(shape, plan)
    }
    if (plan.problem !== undefined) return plan.problem
    if (plan.table !== table || plan.generation !== table.generation) {
      plan.table = table
      plan.generation = table.generation
      plan.lastFitting.fill(-1)
    }
    const from = table.leafFrom[row]!
    for (let index = 0; index < plan.checkedLeaves.length; index++) {
      const leaf = plan.checkedLeaves[index]!
      const start = table.leafStarts[from + leaf]!
      if (start === plan.lastFitting[index]) continue
      if (!this.#readIso(table, start, table.leafEnds[from + leaf]!) || !(this.#isoDay <= plan.latestDays[index]!)) {
        const problem = this.#checkLeaf(table, shape, from, leaf, id, withSource)
        if (problem !== undefined) return problem
      }
      plan.lastFitting[index] = start
    }
    this.hasTime =
      plan.timestampLeaf >= 0 && this.#readTime(table, shape, from + plan.timestampLeaf, plan.timestampLeaf)
    if (this.hasTime || !this.#isDataStream) return undefined
    return parsingProblem(
      id(),
      `failed to parse date field [${leafText(table, shape, from, plan.timestampLeaf)}] of [@timestamp]: it is no date from 1970 to 2262`,
    )
  }

  #planFor(shape: Shape): ShapePlan {
    const checkedLeaves: number[] = []
    const timestampLeaves: number[] = []
    let problem: ElasticsearchError | undefined
    for (const path of shape.objects) {
      const refusal = this.#mapping.objectProblem(path)
      if (refusal !== undefined) problem ??= new ElasticsearchError(400, refusal.type, refusal.reason)
    }
    for (const [leaf, described] of shape.leaves.entries()) {
      if (described.path === '@timestamp') timestampLeaves.push(leaf)
      else if (this.#mapping.needsCheck(described)) checkedLeaves.push(leaf)
    }
    if (this.#isDataStream && timestampLeaves.length === 0) {
      problem ??= new ElasticsearchError(
        400,
        'document_parsing_exception',
        'data stream timestamp field [@timestamp] is missing',
      )
    } else if (this.#isDataStream && timestampLeaves.length > 1) {
      problem ??= new ElasticsearchError(
        400,
        'document_parsing_exception',
        'data stream timestamp field [@timestamp] encountered multiple values',
      )
    }
    return {
      problem,
      timestampLeaf: timestampLeaves.length === 1 ? timestampLeaves[0]! : -1,
      checkedLeaves,
      lastFitting: new Int32Array(checkedLeaves.length),
      latestDays: Float64Array.from(checkedLeaves, (leaf) => this.#latestDayOf(shape.leaves[leaf]!)),
      table: undefined,
      generation: 0,
    }
  }

  /** The latest day that a leaf can be in ISO 8601, or NaN if it is no date. */
  #latestDayOf(leaf: Leaf): number {
    const rule = leaf.kind === 'string' ? this.#mapping.ruleOf(leaf, '') : undefined
    if (rule?.kind !== 'typed' || rule.type.family !== 'date' || !rule.type.formats.includes('iso')) return Number.NaN
    return rule.type.name === 'date' ? Number.POSITIVE_INFINITY : MAX_DAY
  }

  #checkLeaf(
    table: DocumentTable,
    shape: Shape,
    from: number,
    leaf: number,
    id: () => string,
    withSource: boolean,
  ): ElasticsearchError | undefined {
    const described = shape.leaves[leaf]!
    const text = leafText(table, shape, from, leaf)
    const rule = this.#mapping.ruleOf(described, text)
    if (rule.kind === 'ignored') return undefined
    if (rule.kind === 'refused') return new ElasticsearchError(400, rule.type, rule.reason)
    if (ignoresMalformed(rule.type) || (described.kind === 'bare' && text === 'null')) return undefined
    const { type } = rule
    const problem = checkValue(type, text)
    if (problem === undefined) return undefined
    const preview = withSource ? ` Preview of field's value: '${text.slice(0, 100)}'` : ''
    return new ElasticsearchError(
      400,
      'document_parsing_exception',
      `failed to parse field [${described.path}] of type [${type.name}] in document with id '${id()}'.${preview}`,
      withSource ? { causedBy: { type: 'illegal_argument_exception', reason: problem } } : {},
    )
  }

  #readTime(table: DocumentTable, shape: Shape, at: number, leaf: number): boolean {
    const start = table.leafStarts[at]!
    if (start === this.#lastTimestampAt) return true
    const end = table.leafEnds[at]!
    const quoted = shape.leaves[leaf]!.kind === 'string'
    if (quoted && this.#timestampType.formats.includes('iso') && this.#readIso(table, start, end)) {
      this.day = this.#isoDay
      this.ns = this.#isoNs
      this.digits = this.#isoDigits
    } else {
      const ns = dateValue({ ...this.#timestampType, name: 'date_nanos' }, decodeString(table.bytes, start, end))
      if (ns === undefined || ns < 0n) return false
      const time = dayTimeOf(ns)
      this.day = time.day
      this.ns = time.ns
      this.digits = -1
    }
    if (this.day > MAX_DAY) return false
    this.#lastTimestampAt = start
    return true
  }

  /** Takes a time of the usual form from where it was read already, or reads it. */
  #readIso({ bytes, view, times }: DocumentTable, start: number, end: number): boolean {
    if (end - start < MIN_ISO_BYTES) return false
    const known = times.find(start)
    if (known >= 0) {
      this.#isoDay = times.days[known]!
      this.#isoNs = times.ns[known]!
      this.#isoDigits = times.digits[known]!
      return true
    }
    const reader = this.#reader
    if (!reader.read(bytes, view, start, end)) return false
    this.#isoDay = reader.day
    this.#isoNs = reader.ns
    this.#isoDigits = reader.digits
    return true
  }
}

function leafText(table: DocumentTable, shape: Shape, from: number, leaf: number): string {
  const [start, end] = [table.leafStarts[from + leaf]!, table.leafEnds[from + leaf]!]
  return shape.leaves[leaf]!.kind === 'string'
    ? decodeString(table.bytes, start, end)
    : table.bytes.toString('latin1', start, end)
}

function parsingProblem(id: string, reason: string): ElasticsearchError {
  return new ElasticsearchError(
    400,
    'document_parsing_exception',
    `failed to parse: ${reason} (document with id '${id}')`,
  )
}
