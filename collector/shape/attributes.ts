import { toValue } from '#lib/otlp/any-value.ts'
import { ANY_VALUE, KEY_VALUE, RESOURCE } from '#lib/otlp/fields.ts'
import type { LogRecordCursor } from '#lib/otlp/log-record.ts'
import { ProtoReader } from '#lib/otlp/proto-reader.ts'

const EMPTY = Buffer.alloc(0)

/** Attributes of a record, found by their keys without reading those beside them into objects. The last of a key counts. */
export class Attributes {
  readonly #entry = new ProtoReader(EMPTY)
  readonly #value = new ProtoReader(EMPTY)
  #record: LogRecordCursor | undefined

  /** Looks at these from now on. */
  aim(bytes: Buffer, record: LogRecordCursor): void {
    this.#entry.bytes = bytes
    this.#value.bytes = bytes
    this.#record = record
  }

  /** The value under a key as a text, or undefined if there is none or it is a list or object. */
  textOf(key: Buffer): string | undefined {
    const value = this.#find(key)
    return value === undefined ? undefined : scalarOf(value)
  }

  /** Whether there is a text under a key; then it is `bytes[start, stop)` of what is returned. */
  rangeOf(key: Buffer): { readonly start: number; readonly stop: number } | undefined {
    const value = this.#find(key)
    return value !== undefined && toValue(value) === ANY_VALUE.string ? value : undefined
  }

  #find(key: Buffer): ProtoReader | undefined {
    const record = this.#record
    if (record === undefined) return undefined
    const entry = this.#entry
    for (let index = record.attributeCount - 1; index >= 0; index--) {
      let isKey = false
      let from = -1
      let to = 0
      entry.reset(record.attributes[2 * index]!, record.attributes[2 * index + 1]!)
      for (let field = entry.next(); field !== 0; field = entry.next()) {
        if (field === KEY_VALUE.key) isKey = isSame(entry.bytes, entry.start, entry.stop, key)
        else if (field === KEY_VALUE.value) {
          from = entry.start
          to = entry.stop
        }
      }
      if (!isKey || from < 0) continue
      this.#value.reset(from, to)
      return this.#value
    }
    return undefined
  }
}

/** Attributes of a resource that are no lists or objects, as texts. For once per resource, not per record. */
export function resourceTexts(bytes: Buffer, start: number, end: number): ReadonlyMap<string, string> {
  const texts = new Map<string, string>()
  const resource = new ProtoReader(bytes, start, end)
  const entry = new ProtoReader(bytes)
  const value = new ProtoReader(bytes)
  for (let field = resource.next(); field !== 0; field = resource.next()) {
    if (field !== RESOURCE.attributes) continue
    let key = ''
    let text: string | undefined
    entry.reset(resource.start, resource.stop)
    for (let part = entry.next(); part !== 0; part = entry.next()) {
      if (part === KEY_VALUE.key) key = entry.text()
      else if (part === KEY_VALUE.value) {
        value.reset(entry.start, entry.stop)
        text = scalarOf(value)
      }
    }
    if (text !== undefined) texts.set(key, text)
  }
  return texts
}

function scalarOf(value: ProtoReader): string | undefined {
  switch (toValue(value)) {
    case ANY_VALUE.string:
      return value.text()
    case ANY_VALUE.bool:
      return String(value.low !== 0 || value.high !== 0)
    case ANY_VALUE.int:
      return String(BigInt.asIntN(64, (BigInt(value.high) << 32n) | BigInt(value.low)))
    case ANY_VALUE.double:
      return String(value.bytes.readDoubleLE(value.at - 8))
    default:
      return undefined
  }
}

function isSame(bytes: Buffer, start: number, end: number, key: Buffer): boolean {
  if (end - start !== key.length) return false
  for (let index = 0; index < key.length; index++) if (bytes[(start + index) | 0] !== key[index]) return false
  return true
}
