import { failure, requireOptions } from '../options.ts'
import { printStats, Stats } from '../stats.ts'
import { bucketNumber, bucketsBeside, parseGapPolicy, requirePath } from './buckets-path.ts'
import type { Pipeline, Results } from './pipeline.ts'
import { simpleValue } from './sequence.ts'

interface Numbered {
  readonly number: number
  readonly key: unknown
}

const DEFAULT_PERCENTS = [1, 5, 25, 50, 75, 95, 99]

/** Pipelines over the buckets of an aggregation beside them, by their names. */
export const SIBLINGS: Readonly<Record<string, (body: unknown) => () => Pipeline>> = {
  avg_bucket: sibling('avg_bucket', [], () => (list) => simpleValue(statsOf(list).sum / list.length)),
  sum_bucket: sibling('sum_bucket', [], () => (list) => simpleValue(statsOf(list).sum)),
  max_bucket: sibling('max_bucket', [], () => (list) => extreme(list, statsOf(list).max)),
  min_bucket: sibling('min_bucket', [], () => (list) => extreme(list, statsOf(list).min)),
  stats_bucket: sibling('stats_bucket', [], () => (list) => {
    const { count, min, max, avg, sum } = printStats(statsOf(list), 2)
    return { count, min, max, avg, sum }
  }),
  extended_stats_bucket: sibling('extended_stats_bucket', ['sigma'], ({ sigma = 2 }) => {
    const width = Number(sigma)
    if (!(width >= 0)) throw failure('[sigma] must be a number of zero or more')
    return (list) => printStats(statsOf(list), width)
  }),
  percentiles_bucket: sibling('percentiles_bucket', ['percents', 'keyed'], ({ percents = DEFAULT_PERCENTS, keyed }) => {
    if (!Array.isArray(percents) || percents.length === 0 || percents.length > 100)
      throw failure('[percents] must have 1 to 100 numbers')
    const wanted = percents.map(Number)
    if (!wanted.every((percent) => percent >= 0 && percent <= 100)) throw failure('percents must be in [0,100]')
    return (list) => {
      const sorted = list.map(({ number }) => number).sort((a, b) => a - b)
      const at = (percent: number) => sorted[Math.round((percent / 100) * (sorted.length - 1))] ?? null
      if (keyed === false) return { values: wanted.map((key) => ({ key, value: at(key) })) }
      const name = (percent: number) => (Number.isInteger(percent) ? `${percent}.0` : String(percent))
      return { values: Object.fromEntries(wanted.map((percent) => [name(percent), at(percent)])) }
    }
  }),
}

function sibling(
  type: string,
  keys: readonly string[],
  parse: (options: Readonly<Record<string, unknown>>) => (list: readonly Numbered[]) => Results,
): (body: unknown) => () => Pipeline {
  return (body) => {
    const options = requireOptions(type, body, ['buckets_path', 'gap_policy', ...keys])
    const path = requirePath(type, options)
    const policy = parseGapPolicy(options.gap_policy)
    const compute = parse(options)
    return () => ({
      paths: [path],
      sibling(results) {
        const { buckets, inner } = bucketsBeside(results, path)
        const numbered = buckets.map((bucket) => ({
          number: bucketNumber(bucket, inner, policy) ?? Number.NaN,
          key: bucket.key_as_string ?? bucket.key,
        }))
        return compute(numbered.filter(({ number }) => !Number.isNaN(number)))
      },
    })
  }
}

function statsOf(list: readonly Numbered[]): Stats {
  const stats = new Stats()
  for (const { number } of list) stats.add(number)
  return stats
}

function extreme(list: readonly Numbered[], value: number): Results {
  return { ...simpleValue(value), keys: list.filter(({ number }) => number === value).map(({ key }) => String(key)) }
}
