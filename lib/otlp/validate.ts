import { ANY_VALUE, ARRAY_VALUE, KEY_VALUE, KEY_VALUE_LIST, RESOURCE, SCOPE } from './fields.ts'
import type { LogRecordCursor } from './log-record.ts'
import { type LogsVisitor, LogsWalker } from './logs-walker.ts'
import { ProtoReader } from './proto-reader.ts'
import { FIXED64, LENGTH_DELIMITED, VARINT } from './wire.ts'

/** Deepest nesting of values in values that is taken. */
export const MAX_VALUE_DEPTH = 32

const WIRE_TYPES: Readonly<Record<number, number>> = {
  [ANY_VALUE.string]: LENGTH_DELIMITED,
  [ANY_VALUE.bool]: VARINT,
  [ANY_VALUE.int]: VARINT,
  [ANY_VALUE.double]: FIXED64,
  [ANY_VALUE.array]: LENGTH_DELIMITED,
  [ANY_VALUE.kvlist]: LENGTH_DELIMITED,
  [ANY_VALUE.bytes]: LENGTH_DELIMITED,
}

/** What a record may be, with its resource and its scope. */
export interface RecordLimits {
  /** In a request; it is not looked at further than the first one beyond. */
  readonly maxRecords: number
  readonly maxBytes: number
  /** Attributes and what is nested in them and in the body. */
  readonly maxValues: number
}

/** Why a record is refused while its neighbours are not. */
export type RefusalReason = 'too_deep' | 'too_many_values' | 'too_large'

export interface LogsSummary {
  /** All records, refused ones too; or one more than their limit. */
  readonly records: number
  /** Bytes of the records, each with its resource and scope: a few bytes of a request can stand for very many. */
  readonly expandedBytes: number
  /** Records beyond the limits, by their place in the request. */
  readonly refused: ReadonlyMap<number, RefusalReason>
}

/** Is told of the records of a request that are within the limits, as they are walked over. */
export interface RecordCounting {
  /** The resource of the records that follow, as a range of the request. */
  resource(start: number, end: number): void
  /** @param bodyBytes of its text; of a body that is no text, as it is encoded */
  record(severityNumber: number, bodyBytes: number): void
}

const NO_LIMITS: RecordLimits = {
  maxRecords: Number.POSITIVE_INFINITY,
  maxBytes: Number.POSITIVE_INFINITY,
  maxValues: Number.POSITIVE_INFINITY,
}

/** Checks all parts of an ExportLogsServiceRequest; undefined if any is malformed. */
export function inspectLogs(
  bytes: Buffer,
  limits: RecordLimits = NO_LIMITS,
  counting?: RecordCounting,
): LogsSummary | undefined {
  const validator = new Validator(bytes, limits, counting)
  const isWhole = new LogsWalker().walk(bytes, validator) && !validator.failed
  return isWhole || validator.records > limits.maxRecords ? validator : undefined
}

class Validator implements LogsVisitor, LogsSummary {
  records = 0
  expandedBytes = 0
  failed = false
  readonly refused = new Map<number, RefusalReason>()
  readonly #limits: RecordLimits
  readonly #counting: RecordCounting | undefined
  #resourceBytes = 0
  #scopeBytes = 0
  /** Of what is being looked at, and of the resource and the scope that records share. */
  #values = 0
  #isTooDeep = false
  #resourceValues = 0
  #isResourceTooDeep = false
  #scopeValues = 0
  #isScopeTooDeep = false
  readonly #bytes: Buffer
  /** One reader per depth, because a parent is still being read. */
  readonly #readers: ProtoReader[] = []

  constructor(bytes: Buffer, limits: RecordLimits, counting: RecordCounting | undefined) {
    this.#bytes = bytes
    this.#counting = counting
    this.#limits = limits
  }

  resource(start: number, end: number): void {
    this.#counting?.resource(start, end)
    this.#resourceBytes = end - start
    this.#begin()
    this.failed ||= !this.#isList(start, end, RESOURCE.attributes, 0)
    this.#resourceValues = this.#values
    this.#isResourceTooDeep = this.#isTooDeep
  }

  scope(start: number, end: number): void {
    this.#scopeBytes = end - start
    this.#begin()
    this.failed ||= !this.#isList(start, end, SCOPE.attributes, 0)
    this.#scopeValues = this.#values
    this.#isScopeTooDeep = this.#isTooDeep
  }

  record(record: LogRecordCursor): boolean {
    this.#begin()
    const { body, attributes, attributeCount } = record
    if (!body.isEmpty && !this.#isValue(body.start, body.end, 0)) return false
    for (let index = 0; index < attributeCount; index++) {
      if (!this.#isKeyValue(attributes[2 * index]!, attributes[2 * index + 1]!, 0)) return false
    }
    const bytes = record.lengthBytes + this.#resourceBytes + this.#scopeBytes
    const reason = this.#refusalOf(bytes)
    if (reason === undefined) {
      this.expandedBytes += bytes
      if (this.#counting !== undefined) this.#counting.record(record.severityNumber, textBytes(body.end - body.start))
    } else this.refused.set(this.records, reason)
    this.records += 1
    return !this.failed && this.records <= this.#limits.maxRecords
  }

  #begin(): void {
    this.#values = 0
    this.#isTooDeep = false
  }

  #refusalOf(bytes: number): RefusalReason | undefined {
    if (bytes > this.#limits.maxBytes) return 'too_large'
    if (this.#isTooDeep || this.#isResourceTooDeep || this.#isScopeTooDeep) return 'too_deep'
    const values = this.#values + this.#resourceValues + this.#scopeValues
    return values > this.#limits.maxValues ? 'too_many_values' : undefined
  }

  /** A message whose field of a number is a list of KeyValues. */
  #isList(start: number, end: number, wanted: number, depth: number): boolean {
    const reader = this.#readerAt(depth, start, end)
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field !== wanted) continue
      if (reader.wireType !== LENGTH_DELIMITED || !this.#isKeyValue(reader.start, reader.stop, depth + 1)) return false
    }
    return !reader.failed
  }

  #isKeyValue(start: number, end: number, depth: number): boolean {
    const reader = this.#readerAt(depth, start, end)
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field !== KEY_VALUE.key && field !== KEY_VALUE.value) continue
      if (reader.wireType !== LENGTH_DELIMITED) return false
      if (field === KEY_VALUE.value && !this.#isValue(reader.start, reader.stop, depth + 1)) return false
    }
    return !reader.failed
  }

  /** What is nested too deep is not looked at: its record is refused. */
  #isValue(start: number, end: number, depth: number): boolean {
    this.#values += 1
    if (depth > 3 * MAX_VALUE_DEPTH) {
      this.#isTooDeep = true
      return true
    }
    const reader = this.#readerAt(depth, start, end)
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      const wireType = WIRE_TYPES[field]
      if (wireType === undefined) continue
      if (wireType !== reader.wireType) return false
      if (field === ANY_VALUE.kvlist) {
        if (!this.#isList(reader.start, reader.stop, KEY_VALUE_LIST.values, depth + 1)) return false
      } else if (field === ANY_VALUE.array) {
        if (!this.#isArray(reader.start, reader.stop, depth + 1)) return false
      }
    }
    return !reader.failed
  }

  #isArray(start: number, end: number, depth: number): boolean {
    const reader = this.#readerAt(depth, start, end)
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field !== ARRAY_VALUE.values) continue
      if (reader.wireType !== LENGTH_DELIMITED || !this.#isValue(reader.start, reader.stop, depth + 1)) return false
    }
    return !reader.failed
  }

  #readerAt(depth: number, start: number, end: number): ProtoReader {
    const known = this.#readers[depth]
    const reader = known ?? new ProtoReader(this.#bytes)
    if (known === undefined) this.#readers[depth] = reader
    reader.reset(start, end)
    return reader
  }
}

/** Bytes of a text whose AnyValue has so many: less its tag and its length. */
function textBytes(valueBytes: number): number {
  if (valueBytes < 2) return 0
  if (valueBytes < 130) return valueBytes - 2
  return valueBytes - (valueBytes < 16_387 ? 3 : valueBytes < 2_097_156 ? 4 : 5)
}
