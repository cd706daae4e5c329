import { encodeAttribute } from '#lib/otlp/attributes.ts'
import { ANY_VALUE, ARRAY_VALUE, KEY_VALUE, RESOURCE } from '#lib/otlp/fields.ts'
import { lengthDelimited, tag, VARINT, varintBytes, writeVarint } from '#lib/otlp/wire.ts'
import type { ContainerAttributes } from './attributes.ts'

/** Attributes as fields of an OTLP Resource, to be put behind those that the path of the log file gives. */
export function encodeContainerAttributes({ attributes, droppedCount }: ContainerAttributes): Buffer {
  const fields = attributes.map(([key, value]) =>
    typeof value === 'string' ? encodeAttribute(RESOURCE.attributes, key, value) : encodeTexts(key, value),
  )
  if (droppedCount > 0) fields.push(encodeDroppedCount(droppedCount))
  return Buffer.concat(fields)
}

function encodeTexts(key: string, values: readonly string[]): Buffer {
  const elements = values.map((value) => lengthDelimited(ARRAY_VALUE.values, lengthDelimited(ANY_VALUE.string, value)))
  const array = lengthDelimited(ANY_VALUE.array, ...elements)
  return lengthDelimited(
    RESOURCE.attributes,
    lengthDelimited(KEY_VALUE.key, key),
    lengthDelimited(KEY_VALUE.value, array),
  )
}

function encodeDroppedCount(count: number): Buffer {
  const field = Buffer.alloc(1 + varintBytes(count))
  field[0] = tag(RESOURCE.droppedAttributesCount, VARINT)
  writeVarint(field, 1, count)
  return field
}
