import type { JsonObject } from '../../../mapping/json-object.ts'
import { requireOptions, wholeNumber } from '../options.ts'
import { intervalMs } from '../parse-histogram.ts'
import { bucketNumber, parseGapPolicy, requirePath } from './buckets-path.ts'
import type { Pipeline, ShownBucket } from './pipeline.ts'

const KEYS = ['buckets_path', 'gap_policy']

/** Sets a result of some buckets, from the numbers of all of them in their order. */
export function overNumbers(
  type: string,
  options: JsonObject,
  policy: ReturnType<typeof parseGapPolicy>,
  compute: (
    numbers: readonly (number | undefined)[],
    buckets: readonly ShownBucket[],
  ) => readonly (object | undefined)[],
): (name: string) => Pipeline {
  const path = requirePath(type, options)
  return (name) => ({
    paths: [path],
    needsHistogram: true,
    parent(buckets) {
      const numbers = buckets.map((bucket) => bucketNumber(bucket, path, policy))
      for (const [place, result] of compute(numbers, buckets).entries())
        if (result !== undefined) buckets[place]![name] = result
      return buckets
    },
  })
}

/** The value of a pipeline; without one it is null. */
export function simpleValue(number: number): { value: number | null } {
  return { value: Number.isFinite(number) ? number : null }
}

/** Differences between neighbours. */
export function parseDerivative(body: unknown): (name: string) => Pipeline {
  const options = requireOptions('derivative', body, [...KEYS, 'unit'])
  const unitMs = options.unit === undefined ? undefined : intervalMs('unit', String(options.unit))
  return overNumbers('derivative', options, parseGapPolicy(options.gap_policy), (numbers, buckets) =>
    numbers.map((number, place) => {
      const before = numbers[place - 1]
      if (before === undefined || number === undefined) return undefined
      const value = simpleValue(number - before)
      if (unitMs === undefined) return value
      const units = (Number(buckets[place]!.key) - Number(buckets[place - 1]!.key)) / unitMs
      return { ...value, normalized_value: value.value === null ? null : value.value / units }
    }),
  )
}

export function parseCumulativeSum(body: unknown): (name: string) => Pipeline {
  const options = requireOptions('cumulative_sum', body, ['buckets_path'])
  return overNumbers('cumulative_sum', options, 'insert_zeros', (numbers) => {
    let sum = 0
    return numbers.map((number) => {
      if (number !== undefined && Number.isFinite(number)) sum += number
      return simpleValue(sum)
    })
  })
}

/** Differences to the bucket `lag` places before. */
export function parseSerialDifference(body: unknown): (name: string) => Pipeline {
  const options = requireOptions('serial_diff', body, [...KEYS, 'lag'])
  const lag = wholeNumber('serial_diff', options, 'lag', 1, 1)
  return overNumbers('serial_diff', options, parseGapPolicy(options.gap_policy), (numbers) =>
    numbers.map((number, place) => {
      const difference = (number ?? Number.NaN) - (numbers[place - lag] ?? Number.NaN)
      return Number.isNaN(difference) ? undefined : simpleValue(difference)
    }),
  )
}
