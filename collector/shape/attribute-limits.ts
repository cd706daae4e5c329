import { toValue } from '#lib/otlp/any-value.ts'
import { ANY_VALUE, ARRAY_VALUE, KEY_VALUE, KEY_VALUE_LIST } from '#lib/otlp/fields.ts'
import type { LogRecordCursor } from '#lib/otlp/log-record.ts'
import { ProtoReader } from '#lib/otlp/proto-reader.ts'
import { lengthDelimited } from '#lib/otlp/wire.ts'

/** How large the attributes of a record may be. */
export interface AttributeLimitsSpec {
  /** Of a record; those behind are left out. */
  readonly max_attributes?: number
  /** Lists and objects in each other; a deeper one becomes a text that says so. */
  readonly max_depth?: number
  readonly max_key_bytes?: number
  /** Of a text or of a list or object; the text is cut, the others become one that says so. */
  readonly max_value_bytes?: number
}

/** Counters, read when scraped: attributes that were left out, cut or replaced. */
export interface AttributeStats {
  dropped: number
  cut: number
}

const NONE = Number.POSITIVE_INFINITY
const CUT_MARK = '…[cut]'
const TOO_DEEP = '[too deep]'
const TOO_LARGE = '[too large]'
/** What ids are made of is never left out. */
const UID_KEY = 'log.record.uid'

/** Holds the attributes of records to limits; records within them cost a look at each attribute. */
export class AttributeLimits {
  readonly isNeeded: boolean
  readonly #maxAttributes: number
  readonly #maxDepth: number
  readonly #maxKeyBytes: number
  readonly #maxValueBytes: number
  readonly #stats: AttributeStats
  readonly #readers: ProtoReader[] = []
  #request: Buffer = Buffer.alloc(0)

  constructor(spec: AttributeLimitsSpec, stats: AttributeStats) {
    this.#maxAttributes = spec.max_attributes ?? NONE
    this.#maxDepth = spec.max_depth ?? NONE
    this.#maxKeyBytes = spec.max_key_bytes ?? NONE
    this.#maxValueBytes = spec.max_value_bytes ?? NONE
    this.isNeeded = Object.values(spec).some((limit) => limit !== undefined)
    this.#stats = stats
  }

  /** The attributes that are left, each as the content of a KeyValue; undefined if all are as they may be. */
  limit(request: Buffer, { attributes, attributeCount }: LogRecordCursor): readonly Buffer[] | undefined {
    this.#request = request
    let isChanged = false
    let others = 0
    const left: Buffer[] = []
    for (let index = 0; index < attributeCount; index++) {
      const start = attributes[2 * index]!
      const end = attributes[2 * index + 1]!
      const entry = this.#readEntry(start, end)
      if (entry.key !== UID_KEY && ++others > this.#maxAttributes) {
        this.#stats.dropped += 1
        isChanged = true
        continue
      }
      const replaced = entry.key === UID_KEY ? undefined : this.#replaced(entry)
      if (replaced !== undefined) {
        this.#stats.cut += 1
        isChanged = true
      }
      left.push(replaced ?? request.subarray(start, end))
    }
    return isChanged ? left : undefined
  }

  #readEntry(start: number, end: number): Entry {
    const reader = this.#readerAt(0, start, end)
    let [keyStart, keyEnd, valueStart, valueEnd] = [start, start, start, start]
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field === KEY_VALUE.key) [keyStart, keyEnd] = [reader.start, reader.stop]
      else if (field === KEY_VALUE.value) [valueStart, valueEnd] = [reader.start, reader.stop]
    }
    const key = this.#request.toString('utf8', keyStart, keyEnd)
    return { key, keyStart, keyEnd, valueStart, valueEnd }
  }

  /** The attribute within limits; undefined if it is. */
  #replaced(entry: Entry): Buffer | undefined {
    const { keyStart, keyEnd, valueStart, valueEnd } = entry
    const isLongKey = keyEnd - keyStart > this.#maxKeyBytes
    const text = this.#textInstead(valueStart, valueEnd)
    if (!isLongKey && text === undefined) return undefined
    const key = isLongKey ? cut(this.#request, keyStart, this.#maxKeyBytes) : this.#request.subarray(keyStart, keyEnd)
    const value =
      text === undefined ? this.#request.subarray(valueStart, valueEnd) : lengthDelimited(ANY_VALUE.string, text)
    return Buffer.concat([lengthDelimited(KEY_VALUE.key, key), lengthDelimited(KEY_VALUE.value, value)])
  }

  #textInstead(start: number, end: number): string | undefined {
    const reader = this.#readerAt(1, start, end)
    const kind = toValue(reader)
    const { start: from, stop: to } = reader
    switch (kind) {
      case ANY_VALUE.string:
        return to - from > this.#maxValueBytes ? cut(this.#request, from, this.#maxValueBytes) : undefined
      case ANY_VALUE.bytes:
        return to - from > this.#maxValueBytes ? TOO_LARGE : undefined
      case ANY_VALUE.array:
      case ANY_VALUE.kvlist:
        if (to - from > this.#maxValueBytes) return TOO_LARGE
        return this.#maxDepth !== NONE && this.#isDeeper(start, end, 1) ? TOO_DEEP : undefined
      default:
        return undefined
    }
  }

  /** Whether the value at this depth has lists or objects in it beyond the limit. */
  #isDeeper(start: number, end: number, depth: number): boolean {
    const value = this.#readerAt(3 * depth, start, end)
    const kind = toValue(value)
    if (kind !== ANY_VALUE.array && kind !== ANY_VALUE.kvlist) return false
    if (depth > this.#maxDepth) return true
    const wanted = kind === ANY_VALUE.array ? ARRAY_VALUE.values : KEY_VALUE_LIST.values
    const items = this.#readerAt(3 * depth + 1, value.start, value.stop)
    for (let field = items.next(); field !== 0; field = items.next()) {
      if (field !== wanted) continue
      if (kind === ANY_VALUE.array) {
        if (this.#isDeeper(items.start, items.stop, depth + 1)) return true
        continue
      }
      const entry = this.#readerAt(3 * depth + 2, items.start, items.stop)
      for (let part = entry.next(); part !== 0; part = entry.next()) {
        if (part === KEY_VALUE.value && this.#isDeeper(entry.start, entry.stop, depth + 1)) return true
      }
    }
    return false
  }

  #readerAt(level: number, start: number, end: number): ProtoReader {
    const known = this.#readers[level]
    const reader = known ?? new ProtoReader(this.#request)
    if (known === undefined) this.#readers[level] = reader
    reader.bytes = this.#request
    reader.reset(start, end)
    return reader
  }
}

interface Entry {
  readonly key: string
  readonly keyStart: number
  readonly keyEnd: number
  readonly valueStart: number
  readonly valueEnd: number
}

/** The begin of a text, whole characters, and a mark. */
function cut(bytes: Buffer, start: number, maxBytes: number): string {
  let end = start + maxBytes
  while (end > start && (bytes[end]! & 0xc0) === 0x80) end -= 1
  return bytes.toString('utf8', start, end) + CUT_MARK
}
