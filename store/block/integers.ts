import type { ByteReader } from './byte-reader.ts'
import { CorruptBlockError } from './byte-reader.ts'
import type { ByteWriter } from './byte-writer.ts'

const MAX_PLANES = 7

/**
 * Writes whole numbers as byte planes: the lowest bytes of all, then the next ones. zstd then sees the noise of the low
 * bytes and the regularity of the high ones apart. Negative numbers are folded in between (zigzag).
 *
 * @param values are used up: the numbers are taken apart where they are
 */
export function writeIntegers(writer: ByteWriter, values: Float64Array, count: number): void {
  let largest = 0
  for (let index = 0; index < count; index++) {
    const value = values[index]!
    const fold = value >= 0 ? value * 2 : -value * 2 - 1
    values[index] = fold
    if (fold > largest) largest = fold
  }
  let planes = 0
  while (2 ** (8 * planes) <= largest) planes += 1
  writer.byte(planes)
  for (let plane = 0; plane < planes; plane++) {
    const buffer = writer.reserve(count)
    const at = writer.length
    for (let index = 0; index < count; index++) {
      const value = values[index]!
      const rest = Math.floor(value / 256)
      buffer[(at + index) | 0] = value - rest * 256
      values[index] = rest
    }
    writer.length += count
  }
}

export function readIntegers(reader: ByteReader, count: number): Float64Array {
  const values = new Float64Array(count)
  const planes = readPlanes(reader)
  let factor = 1
  for (let plane = 0; plane < planes; plane++) {
    const bytes = reader.raw(count)
    for (let index = 0; index < count; index++) values[index] = values[index]! + bytes[index]! * factor
    factor *= 256
  }
  for (let index = 0; index < count; index++) {
    const fold = values[index]!
    const half = Math.floor(fold / 2)
    values[index] = fold - half * 2 === 1 ? -half - 1 : half
  }
  return values
}

/** Passes over what {@link readIntegers} reads. */
export function skipIntegers(reader: ByteReader, count: number): void {
  reader.skip(readPlanes(reader) * count)
}

function readPlanes(reader: ByteReader): number {
  const planes = reader.byte()
  if (planes > MAX_PLANES) throw new CorruptBlockError(`${planes} byte planes`)
  return planes
}
