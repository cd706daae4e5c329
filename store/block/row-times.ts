import type { ByteReader } from './byte-reader.ts'
import type { ByteWriter } from './byte-writer.ts'
import { readIntegers, skipIntegers, writeIntegers } from './integers.ts'

const UNITS = [1e6, 1e3, 1] as const

/** Writes the times of a block's rows, nanoseconds within the day, as differences in the largest unit that fits all. */
export function writeRowTimes(writer: ByteWriter, ns: Float64Array, count: number): void {
  let unit = 1e6
  for (let row = 0; row < count && unit > 1; row++) while (ns[row]! % unit !== 0) unit /= 1e3
  writer.byte(UNITS.indexOf(unit as (typeof UNITS)[number]))
  const deltas = new Float64Array(count)
  let before = 0
  for (let row = 0; row < count; row++) {
    const value = ns[row]! / unit
    deltas[row] = value - before
    before = value
  }
  writeIntegers(writer, deltas, count)
}

export function readRowTimes(reader: ByteReader, count: number): Float64Array {
  const unit = UNITS[reader.byte()] ?? 1
  const values = readIntegers(reader, count)
  let sum = 0
  for (let row = 0; row < count; row++) {
    sum += values[row]!
    values[row] = sum * unit
  }
  return values
}

/** Passes over what {@link readRowTimes} reads. */
export function skipRowTimes(reader: ByteReader, count: number): void {
  reader.skip(1)
  skipIntegers(reader, count)
}
