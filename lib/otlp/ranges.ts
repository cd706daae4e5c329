import { ProtoReader } from './proto-reader.ts'

/** Starts and ends, in turn, of the occurrences of a length-delimited field. */
export function rangesOf(bytes: Buffer, start: number, end: number, wanted: number): number[] {
  const reader = new ProtoReader(bytes, start, end)
  const ranges: number[] = []
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === wanted) ranges.push(reader.start, reader.stop)
  }
  return ranges
}
