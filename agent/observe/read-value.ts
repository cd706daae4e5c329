import { ANY_VALUE, ARRAY_VALUE, KEY_VALUE, KEY_VALUE_LIST } from '#lib/otlp/fields.ts'
import { ProtoReader } from '#lib/otlp/proto-reader.ts'

/** A value as JSON has it. Integers beyond 2^53 are decimal texts, bytes are base64. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value }

/** Values in values; the agent makes none so deep. */
const MAX_DEPTH = 32

/** Reads an AnyValue. For looking at a few records: it makes objects. */
export function readValue(bytes: Buffer, start: number, end: number, depth = 0): Value {
  const reader = new ProtoReader(bytes, start, end)
  let value: Value = null
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    switch (field) {
      case ANY_VALUE.string:
        value = reader.text()
        break
      case ANY_VALUE.bool:
        value = reader.value !== 0
        break
      case ANY_VALUE.int:
        value = integerOf(reader)
        break
      case ANY_VALUE.double:
        value = doubleOf(reader)
        break
      case ANY_VALUE.array:
        value = depth < MAX_DEPTH ? readArray(bytes, reader.start, reader.stop, depth + 1) : null
        break
      case ANY_VALUE.kvlist:
        value =
          depth < MAX_DEPTH ? readKeyValues(bytes, reader.start, reader.stop, KEY_VALUE_LIST.values, depth + 1) : null
        break
      case ANY_VALUE.bytes:
        value = reader.view().toString('base64')
        break
    }
  }
  return value
}

/** Reads the KeyValues that are fields of a number of a message. */
export function readKeyValues(
  bytes: Buffer,
  start: number,
  end: number,
  field: number,
  depth = 0,
): { readonly [key: string]: Value } {
  const reader = new ProtoReader(bytes, start, end)
  const entries: [string, Value][] = []
  for (let found = reader.next(); found !== 0; found = reader.next()) {
    if (found === field) entries.push(readKeyValue(bytes, reader.start, reader.stop, depth))
  }
  return Object.fromEntries(entries)
}

export function readKeyValue(bytes: Buffer, start: number, end: number, depth = 0): [key: string, value: Value] {
  const reader = new ProtoReader(bytes, start, end)
  let key = ''
  let value: Value = null
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === KEY_VALUE.key) key = reader.text()
    else if (field === KEY_VALUE.value) value = readValue(bytes, reader.start, reader.stop, depth)
  }
  return [key, value]
}

function readArray(bytes: Buffer, start: number, end: number, depth: number): readonly Value[] {
  const reader = new ProtoReader(bytes, start, end)
  const values: Value[] = []
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === ARRAY_VALUE.values) values.push(readValue(bytes, reader.start, reader.stop, depth))
  }
  return values
}

function integerOf({ high, low }: ProtoReader): number | string {
  const value = BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low))
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value.toString()
}

function doubleOf({ high, low }: ProtoReader): number | string {
  const view = new DataView(new ArrayBuffer(8))
  view.setUint32(0, high)
  view.setUint32(4, low)
  const value = view.getFloat64(0)
  return Number.isFinite(value) ? value : String(value)
}
