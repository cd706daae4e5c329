import type { Definitions } from './definitions.ts'
import { type SampleColumns, seriesOf } from './sample-records.ts'

/** A payload of the queue that was read: it is done with once all of its samples are. */
export interface Taken {
  /** Of its samples, those that are neither sent nor given up. */
  open: number
}

/** Samples of one payload that go through one shard, in order. */
export interface Slice extends SampleColumns {
  readonly definitions: Definitions
  readonly taken: Taken
  /** It was written before this process began: it may have been sent by the one before. */
  readonly isRecovered: boolean
}

/** Some consecutive samples of a slice. */
export interface SliceRange {
  readonly slice: Slice
  readonly from: number
  readonly to: number
}

/** Samples that are sent in one request. */
export interface Batch {
  readonly ranges: readonly SliceRange[]
  readonly samples: number
  readonly isRecovered: boolean
}

/** Two halves of a batch of at least two samples. */
export function halve({ ranges, samples, isRecovered }: Batch): readonly [Batch, Batch] {
  const first: SliceRange[] = []
  const second: SliceRange[] = []
  let left = samples >> 1
  const half = left
  for (const range of ranges) {
    const taken = Math.min(left, range.to - range.from)
    const middle = range.from + taken
    if (taken > 0) first.push({ ...range, to: middle })
    if (middle < range.to) second.push({ ...range, from: middle })
    left -= taken
  }
  return [
    { ranges: first, samples: half, isRecovered },
    { ranges: second, samples: samples - half, isRecovered },
  ]
}

/** The newest time of a batch, epoch milliseconds. */
export function newestMs({ ranges }: Batch): number {
  let newest = Number.NEGATIVE_INFINITY
  for (const { slice, from, to } of ranges) {
    for (let index = from; index < to; index++) newest = Math.max(newest, slice.times[index]!)
  }
  return newest
}

/** About how many bytes a sample of a slice takes in a request. */
export function sampleBytes({ definitions, series }: Slice, index: number): number {
  return definitions.labelBytes[seriesOf(series[index]!)]! + SAMPLE_BYTES
}

/** Of a sample and the series around it, without labels. */
const SAMPLE_BYTES = 40
