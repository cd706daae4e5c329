import { assembleRequest, recordsOf } from './placed-record.ts'

/** A part of a request that a collector did not take as a whole. */
export interface RequestPart {
  readonly body: Buffer
  readonly records: number
}

/** Splits a request of our own making into two of half the records each; one record can't be split. */
export function splitRequest(body: Buffer): readonly RequestPart[] {
  const placed = [...recordsOf(body)]
  const middle = Math.ceil(placed.length / 2)
  return [placed.slice(0, middle), placed.slice(middle)]
    .filter((half) => half.length > 0)
    .map((half) => ({ body: assembleRequest(half), records: half.length }))
}
