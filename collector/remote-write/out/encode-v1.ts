import { FIXED64, LENGTH_DELIMITED, tag, VARINT, varintBytes, writeVarint } from '#lib/otlp/wire.ts'
import type { SeriesFamily } from '../../series/series-sink.ts'
import { SERIES_TYPES } from '../series-types.ts'
import { int64Bytes, MAX_VARINT_BYTES, writeInt64 } from '../varint.ts'
import { type Definitions, fieldBytes } from './definitions.ts'
import { seriesOf, writeSampleValue } from './sample-records.ts'
import type { Batch } from './slice.ts'

/** Tag and length of a series and of a sample, value, time. */
const MAX_SAMPLE_BYTES = 6 + 2 + 9 + 1 + MAX_VARINT_BYTES
const FIELD_1 = tag(1, LENGTH_DELIMITED)
const FIELD_2 = tag(2, LENGTH_DELIMITED)

/** Bytes that a batch takes at the most. */
export function maxBytesV1({ ranges }: Batch): number {
  let bytes = 0
  for (const { slice, from, to } of ranges) {
    const { definitions, series } = slice
    for (let index = from; index < to; index++) {
      bytes += definitions.labelBytes[seriesOf(series[index]!)]! + MAX_SAMPLE_BYTES
    }
  }
  return bytes
}

/**
 * Writes a prometheus.WriteRequest (remote write 1.0): a TimeSeries for each sample, in order.
 *
 * @param target with room for {@link maxBytesV1}
 * @returns bytes written
 */
export function encodeV1({ ranges }: Batch, target: Buffer): number {
  const view = new DataView(target.buffer, target.byteOffset, target.length)
  let to = 0
  for (const { slice, from, to: end } of ranges) {
    const { definitions, series, values, times } = slice
    for (let index = from; index < end; index++) {
      const marked = series[index]!
      const number = seriesOf(marked)
      const timeMs = times[index]!
      const sample = 9 + 1 + int64Bytes(timeMs)
      target[to++] = FIELD_1
      to = writeVarint(target, to, definitions.labelBytes[number]! + 2 + sample)
      to = writeLabels(definitions, number, target, to)
      target[to++] = FIELD_2
      target[to++] = sample
      target[to++] = tag(1, FIXED64)
      writeSampleValue(view, to, marked, values[index]!)
      to = (to + 8) | 0
      target[to++] = tag(2, VARINT)
      to = writeInt64(target, to, timeMs)
    }
  }
  return to
}

function writeLabels(definitions: Definitions, number: number, target: Buffer, at: number): number {
  const { refs, text, textStarts } = definitions
  const end = definitions.labelsTo(number)
  let to = at
  for (let place = definitions.labelsFrom(number); place < end; place += 2) {
    const name = refs[place]!
    const value = refs[place + 1]!
    const nameStart = textStarts[name]!
    const nameEnd = textStarts[name + 1]!
    const valueStart = textStarts[value]!
    const valueEnd = textStarts[value + 1]!
    const nameBytes = nameEnd - nameStart
    const valueBytes = valueEnd - valueStart
    target[to++] = FIELD_1
    to = writeVarint(target, to, 2 + varintBytes(nameBytes) + nameBytes + varintBytes(valueBytes) + valueBytes)
    target[to++] = FIELD_1
    to = writeVarint(target, to, nameBytes)
    for (let from = nameStart; from < nameEnd; from++) target[to++] = text[from]!
    target[to++] = FIELD_2
    to = writeVarint(target, to, valueBytes)
    for (let from = valueStart; from < valueEnd; from++) target[to++] = text[from]!
  }
  return to
}

/** A prometheus.WriteRequest with nothing but what metrics are: remote write 1.0 sends that apart from samples. */
export function encodeMetadataV1(families: readonly SeriesFamily[]): Buffer {
  const parts: Buffer[] = []
  for (const { name, type, help, unit } of families) {
    const texts = [field(2, name), ...(help === '' ? [] : [field(4, help)]), ...(unit === '' ? [] : [field(5, unit)])]
    const head = Buffer.from([tag(1, VARINT), SERIES_TYPES.indexOf(type)])
    parts.push(field(3, Buffer.concat([head, ...texts])))
  }
  return Buffer.concat(parts)
}

function field(number: number, content: Buffer | string): Buffer {
  const bytes = Buffer.from(content)
  const target = Buffer.alloc(fieldBytes(bytes.length))
  target[0] = tag(number, LENGTH_DELIMITED)
  bytes.copy(target, writeVarint(target, 1, bytes.length))
  return target
}
