import { ANY_VALUE } from './fields.ts'
import type { ProtoReader } from './proto-reader.ts'

const LAST_KIND = ANY_VALUE.bytes

/**
 * Moves a reader of an AnyValue to its value and returns which kind it is, or 0 if it is empty. The last of several wins,
 * and what this version does not know counts for nothing.
 */
export function toValue(reader: ProtoReader): number {
  const { at } = reader
  const field = reader.next()
  if (reader.at === reader.end && field <= LAST_KIND) return field
  let lastAt = field > 0 && field <= LAST_KIND ? at : -1
  for (let next = reader.at; ; next = reader.at) {
    const later = reader.next()
    if (later === 0) break
    if (later <= LAST_KIND) lastAt = next
  }
  if (lastAt < 0) return 0
  reader.reset(lastAt, reader.end)
  return reader.next()
}
