import { parseBucketScript, parseBucketSelector } from './bucket-script.ts'
import { parseBucketSort } from './bucket-sort.ts'
import { parseMovingFunction } from './moving-function.ts'
import type { Pipeline } from './pipeline.ts'
import { parseCumulativeSum, parseDerivative, parseSerialDifference } from './sequence.ts'
import { SIBLINGS } from './siblings.ts'

/** Aggregations over the results of others, by their types. */
export const PIPELINES: Readonly<Record<string, (body: unknown) => (name: string) => Pipeline>> = {
  ...SIBLINGS,
  derivative: parseDerivative,
  cumulative_sum: parseCumulativeSum,
  serial_diff: parseSerialDifference,
  moving_fn: parseMovingFunction,
  bucket_script: parseBucketScript,
  bucket_selector: parseBucketSelector,
  bucket_sort: parseBucketSort,
}
