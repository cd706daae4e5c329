import { toValue } from '#lib/otlp/any-value.ts'
import { ANY_VALUE, ARRAY_VALUE, KEY_VALUE, KEY_VALUE_LIST } from '#lib/otlp/fields.ts'
import { ProtoReader } from '#lib/otlp/proto-reader.ts'
import type { Arena } from './arena.ts'
import { writeAscii, writeJsonString } from './json-writer.ts'
import { Source } from './source.ts'

const OPEN_BRACE = 123
const CLOSE_BRACE = 125
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const COMMA = 44
const COLON = 58

/** Above this many keys a map finds duplicates faster than comparing. */
const MANY = 32

/** Keys and values of a KeyValue list as ranges of the request. */
class KeyValues {
  count = 0
  readonly keyStart: number[] = []
  readonly keyEnd: number[] = []
  readonly valueStart: number[] = []
  readonly valueEnd: number[] = []
}

/**
 * Writes OTLP values as JSON. Integers keep all 64 bits; what JSON can't say (NaN, infinities) becomes a text, bytes
 * become base64. The arena must have room for six bytes for every byte of the values, which is the worst that
 * escaping can do.
 */
export class ValueWriter {
  readonly #arena: Arena
  #source = new Source(Buffer.alloc(0))
  readonly #readers: ProtoReader[] = []
  readonly #lists: KeyValues[] = []

  constructor(arena: Arena) {
    this.#arena = arena
  }

  /** Sets the request that all ranges refer to. */
  aim(source: Source): void {
    this.#source = source
    for (const reader of this.#readers) reader.bytes = source.bytes
  }

  /**
   * Reads KeyValues, given as starts and ends in turn, for {@link textOf} and {@link writeObject}.
   */
  readObject(ranges: readonly number[], count: number): void {
    const list = this.#listAt(0)
    list.count = 0
    for (let index = 0; index < count; index++) this.#readKeyValue(list, ranges[2 * index]!, ranges[2 * index + 1]!, 0)
  }

  /** The range of the text that stands under a key of the object that was read, or undefined. */
  textOf(key: Buffer): readonly [number, number] | undefined {
    const list = this.#listAt(0)
    const index = this.#find(list, key)
    if (index < 0) return undefined
    const reader = this.#readerAt(0, list.valueStart[index]!, list.valueEnd[index]!)
    return toValue(reader) === ANY_VALUE.string ? [reader.start, reader.stop] : undefined
  }

  /**
   * Writes the object that was read. If a key occurs twice the last one wins, because Elasticsearch refuses a document
   * with duplicate keys.
   *
   * @param skip a key that is left out
   */
  writeObject(skip?: Buffer): void {
    const list = this.#listAt(0)
    this.#writeList(list, skip === undefined ? -1 : this.#find(list, skip), 0)
  }

  /** Writes an AnyValue; an empty one is null. */
  write(start: number, end: number, depth = 0): void {
    const reader = this.#readerAt(2 * depth, start, end)
    switch (toValue(reader)) {
      case ANY_VALUE.string:
        writeJsonString(this.#arena, this.#source, reader.start, reader.stop)
        return
      case ANY_VALUE.bool:
        this.#ascii(reader.low === 0 && reader.high === 0 ? 'false' : 'true')
        return
      case ANY_VALUE.int:
        this.#ascii(formatInt64(reader.high, reader.low))
        return
      case ANY_VALUE.double:
        this.#ascii(formatDouble(this.#source.bytes.readDoubleLE(reader.at - 8)))
        return
      case ANY_VALUE.bytes:
        this.#ascii(`"${this.#source.bytes.toString('base64', reader.start, reader.stop)}"`)
        return
      case ANY_VALUE.array:
        this.#writeArray(reader.start, reader.stop, depth + 1)
        return
      case ANY_VALUE.kvlist:
        this.#writeMap(reader.start, reader.stop, depth + 1)
        return
      default:
        this.#ascii('null')
    }
  }

  /** Which kind of value an AnyValue holds: one of ANY_VALUE's numbers, or 0. */
  kindOf(start: number, end: number): number {
    return toValue(this.#readerAt(0, start, end))
  }

  #writeArray(start: number, end: number, depth: number): void {
    const reader = this.#readerAt(2 * depth - 1, start, end)
    this.#byte(OPEN_BRACKET)
    let isFirst = true
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field !== ARRAY_VALUE.values) continue
      if (!isFirst) this.#byte(COMMA)
      isFirst = false
      this.write(reader.start, reader.stop, depth)
    }
    this.#byte(CLOSE_BRACKET)
  }

  #writeMap(start: number, end: number, depth: number): void {
    const reader = this.#readerAt(2 * depth - 1, start, end)
    const list = this.#listAt(depth)
    list.count = 0
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field === KEY_VALUE_LIST.values) this.#readKeyValue(list, reader.start, reader.stop, depth)
    }
    this.#writeList(list, -1, depth)
  }

  #writeList(list: KeyValues, skipped: number, depth: number): void {
    const last = list.count > MANY ? this.#lastPlaces(list) : undefined
    this.#byte(OPEN_BRACE)
    let isFirst = true
    for (let index = 0; index < list.count; index++) {
      if (index === skipped) continue
      if (last === undefined ? this.#occursLater(list, index) : last.get(this.#keyAt(list, index)) !== index) continue
      if (!isFirst) this.#byte(COMMA)
      isFirst = false
      const start = list.keyStart[index]!
      writeJsonString(this.#arena, this.#source, start, list.keyEnd[index]!)
      this.#byte(COLON)
      this.write(list.valueStart[index]!, list.valueEnd[index]!, depth)
    }
    this.#byte(CLOSE_BRACE)
  }

  #readKeyValue(list: KeyValues, start: number, end: number, depth: number): void {
    const reader = this.#readerAt(2 * depth, start, end)
    const index = list.count++
    list.keyStart[index] = start
    list.keyEnd[index] = start
    list.valueStart[index] = start
    list.valueEnd[index] = start
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field === KEY_VALUE.key) {
        list.keyStart[index] = reader.start
        list.keyEnd[index] = reader.stop
      } else if (field === KEY_VALUE.value) {
        list.valueStart[index] = reader.start
        list.valueEnd[index] = reader.stop
      }
    }
  }

  #occursLater(list: KeyValues, index: number): boolean {
    const bytes = this.#source.bytes
    const start = list.keyStart[index]!
    const length = list.keyEnd[index]! - start
    for (let later = index + 1; later < list.count; later++) {
      const laterStart = list.keyStart[later]!
      if (list.keyEnd[later]! - laterStart === length && isSame(bytes, start, bytes, laterStart, length)) return true
    }
    return false
  }

  /** For a list so long that comparing each key with each would take for ever. */
  #lastPlaces(list: KeyValues): Map<string, number> {
    const places = new Map<string, number>()
    for (let index = 0; index < list.count; index++) places.set(this.#keyAt(list, index), index)
    return places
  }

  #keyAt(list: KeyValues, index: number): string {
    return this.#source.bytes.toString('latin1', list.keyStart[index]!, list.keyEnd[index]!)
  }

  #find(list: KeyValues, key: Buffer): number {
    for (let index = list.count - 1; index >= 0; index--) {
      const start = list.keyStart[index]!
      const end = list.keyEnd[index]!
      if (end - start === key.length && isSame(this.#source.bytes, start, key, 0, key.length)) return index
    }
    return -1
  }

  #byte(byte: number): void {
    this.#arena.bytes[this.#arena.length++] = byte
  }

  #ascii(text: string): void {
    writeAscii(this.#arena, text)
  }

  #readerAt(level: number, start: number, end: number): ProtoReader {
    const known = this.#readers[level]
    const reader = known ?? new ProtoReader(this.#source.bytes)
    if (known === undefined) this.#readers[level] = reader
    reader.reset(start, end)
    return reader
  }

  #listAt(depth: number): KeyValues {
    const known = this.#lists[depth]
    const list = known ?? new KeyValues()
    if (known === undefined) this.#lists[depth] = list
    return list
  }
}

/** For a few bytes, where a call into the runtime would cost more. */
function isSame(a: Buffer, aStart: number, b: Buffer, bStart: number, length: number): boolean {
  // An index that is a sum takes three times as long where V8 is not told that it is a small integer.
  for (let index = 0; index < length; index++) if (a[(aStart + index) | 0] !== b[(bStart + index) | 0]) return false
  return true
}

function formatInt64(high: number, low: number): string {
  // The usual small numbers need no BigInt.
  if (high === 0) return String(low)
  return String(BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low)))
}

function formatDouble(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0.0' : String(value)
  return Number.isNaN(value) ? '"NaN"' : value > 0 ? '"Infinity"' : '"-Infinity"'
}
