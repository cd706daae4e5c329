import { ANY_VALUE, ARRAY_VALUE, KEY_VALUE, KEY_VALUE_LIST } from '#lib/otlp/fields.ts'
import { ProtoReader } from '#lib/otlp/proto-reader.ts'
import { LENGTH_DELIMITED } from '#lib/otlp/wire.ts'

/** Attributes by key, in the order of their keys; their values as texts, as labels have them. */
export type Attributes = ReadonlyMap<string, string>

const MAX_DEPTH = 8
const MAX_ATTRIBUTES = 128
const BAD = Symbol('malformed')

/**
 * Decodes KeyValues. If a key occurs twice, the last one counts.
 *
 * @param ranges starts and ends of the KeyValues, in turn
 * @returns undefined if one is malformed, or there are too many, or they are too deep
 */
export function decodeAttributes(bytes: Buffer, ranges: readonly number[], count: number): Attributes | undefined {
  if (count > MAX_ATTRIBUTES) return undefined
  const entries: [string, string][] = []
  for (let index = 0; index < count; index++) {
    const entry = decodeKeyValue(bytes, ranges[2 * index]!, ranges[2 * index + 1]!, 0)
    if (entry === undefined) return undefined
    const [key, value] = entry
    entries.push([key, typeof value === 'string' ? value : JSON.stringify(value ?? '')])
  }
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
}

type Value = string | null | readonly Value[] | { readonly [key: string]: Value }

function decodeKeyValue(
  bytes: Buffer,
  start: number,
  end: number,
  depth: number,
): readonly [string, Value] | undefined {
  const reader = new ProtoReader(bytes, start, end)
  let key = ''
  let value: Value | typeof BAD = ''
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field !== KEY_VALUE.key && field !== KEY_VALUE.value) continue
    if (reader.wireType !== LENGTH_DELIMITED) return undefined
    if (field === KEY_VALUE.key) key = reader.text()
    else value = decodeValue(bytes, reader.start, reader.stop, depth)
  }
  return reader.failed || value === BAD ? undefined : [key, value]
}

/** Everything but lists and maps as a text. */
function decodeValue(bytes: Buffer, start: number, end: number, depth: number): Value | typeof BAD {
  if (depth > MAX_DEPTH) return BAD
  const reader = new ProtoReader(bytes, start, end)
  let value: Value | typeof BAD = ''
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === ANY_VALUE.string) value = reader.text()
    else if (field === ANY_VALUE.bool) value = String(reader.low !== 0)
    else if (field === ANY_VALUE.int)
      value = String(BigInt.asIntN(64, (BigInt(reader.high) << 32n) | BigInt(reader.low)))
    else if (field === ANY_VALUE.double) value = String(reader.wireType === 1 ? bytes.readDoubleLE(reader.at - 8) : 0)
    else if (field === ANY_VALUE.bytes) value = reader.view().toString('base64')
    else if (field === ANY_VALUE.array) value = decodeList(bytes, reader.start, reader.stop, depth + 1)
    else if (field === ANY_VALUE.kvlist) value = decodeMap(bytes, reader.start, reader.stop, depth + 1)
  }
  return reader.failed ? BAD : value
}

function decodeList(bytes: Buffer, start: number, end: number, depth: number): Value | typeof BAD {
  const reader = new ProtoReader(bytes, start, end)
  const values: Value[] = []
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field !== ARRAY_VALUE.values) continue
    const value = decodeValue(bytes, reader.start, reader.stop, depth)
    if (value === BAD) return BAD
    values.push(value)
  }
  return reader.failed ? BAD : values
}

function decodeMap(bytes: Buffer, start: number, end: number, depth: number): Value | typeof BAD {
  const reader = new ProtoReader(bytes, start, end)
  const entries: (readonly [string, Value])[] = []
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field !== KEY_VALUE_LIST.values) continue
    const entry = decodeKeyValue(bytes, reader.start, reader.stop, depth)
    if (entry === undefined) return BAD
    entries.push(entry)
  }
  return reader.failed ? BAD : Object.fromEntries(entries)
}
