import { ANY_VALUE, KEY_VALUE } from './fields.ts'
import { lengthDelimited, tag, VARINT } from './wire.ts'

export type AttributeValue = string | number | boolean

/** A KeyValue as one field of its parent message. For setup code; integers must be safe. */
export function encodeAttribute(field: number, key: string, value: AttributeValue): Buffer {
  return lengthDelimited(field, lengthDelimited(KEY_VALUE.key, key), lengthDelimited(KEY_VALUE.value, anyValue(value)))
}

function anyValue(value: AttributeValue): Buffer {
  if (typeof value === 'string') return lengthDelimited(ANY_VALUE.string, value)
  if (typeof value === 'boolean') return Buffer.from([tag(ANY_VALUE.bool, VARINT), value ? 1 : 0])
  const bytes = [tag(ANY_VALUE.int, VARINT)]
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  bytes.push(Number(rest))
  return Buffer.from(bytes)
}
