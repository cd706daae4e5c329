import { writeStale, writeValue } from '../value-bits.ts'
import { unzigzag, writeLongVarint, zigzag } from '../varint.ts'
import { PayloadCursor } from './definitions.ts'

/** Set in the number of a series if what follows is the end of it instead of a value. */
export const STALE_FLAG = 0x8000_0000
const SERIES_MASK = 0x7fff_ffff

/** How a value is written: in eight bytes, or as a varint, or not at all. */
const AS_FLOAT = 0
const AS_INTEGER = 1
const AS_STALE = 2
const KINDS = 4
/** The most that one record takes. */
const MAX_RECORD_BYTES = 24

/** Samples in the order of their coming, as columns of equal length. */
export interface SampleColumns {
  /** Numbers of series, with {@link STALE_FLAG}. */
  readonly series: Uint32Array
  readonly values: Float64Array
  /** Epoch milliseconds. */
  readonly times: Float64Array
}

export function maxSampleBytes(samples: number): number {
  return samples * MAX_RECORD_BYTES
}

/**
 * Writes samples: differences of series and time to the one before, which mostly are small, and whole numbers short.
 *
 * @param target with room for {@link maxSampleBytes}
 * @returns bytes written
 */
export function writeSamples({ series, values, times }: SampleColumns, count: number, target: Buffer): number {
  const view = new DataView(target.buffer, target.byteOffset, target.length)
  let to = 0
  let lastSeries = 0
  let lastMs = 0
  for (let index = 0; index < count; index++) {
    const marked = series[index]!
    const number = marked & SERIES_MASK
    const value = values[index]!
    const timeMs = times[index]!
    const kind = marked > SERIES_MASK ? AS_STALE : isShort(value) ? AS_INTEGER : AS_FLOAT
    to = writeLongVarint(target, to, zigzag(number - lastSeries) * KINDS + kind)
    to = writeLongVarint(target, to, zigzag(timeMs - lastMs))
    if (kind === AS_INTEGER) {
      to = writeLongVarint(target, to, value)
    } else if (kind === AS_FLOAT) {
      writeValue(view, to, value)
      to = (to + 8) | 0
    }
    lastSeries = number
    lastMs = timeMs
  }
  return to
}

function isShort(value: number): boolean {
  // Not -0: it would come back as 0.
  return (value | 0) === value && (value > 0 || Object.is(value, 0))
}

/** Reads samples into columns that have room for them; false if the payload is not what {@link writeSamples} wrote. */
export function readSamples(payload: Buffer, count: number, { series, values, times }: SampleColumns): boolean {
  const input = new PayloadCursor(payload)
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length)
  let number = 0
  let timeMs = 0
  for (let index = 0; index < count; index++) {
    const head = input.varint()
    const kind = head % KINDS
    number += unzigzag((head - kind) / KINDS)
    timeMs += unzigzag(input.varint())
    series[index] = kind === AS_STALE ? number + STALE_FLAG : number
    times[index] = timeMs
    if (kind === AS_INTEGER) {
      values[index] = input.varint()
    } else if (kind === AS_FLOAT) {
      const { at } = input
      if (!input.skip(8)) return false
      values[index] = view.getFloat64(at, true)
    }
    if (input.failed) return false
  }
  return input.at === payload.length
}

/** Writes the eight bytes of a sample's value as they are sent. */
export function writeSampleValue(target: DataView, at: number, marked: number, value: number): void {
  if (marked > SERIES_MASK) writeStale(target, at)
  else writeValue(target, at, value)
}

export function seriesOf(marked: number): number {
  return marked & SERIES_MASK
}
