import { ElasticsearchError, validationError } from '../../../elasticsearch-error.ts'
import { isObject, type JsonObject } from '../../../mapping/json-object.ts'
import { failure } from '../options.ts'
import type { Results, ShownBucket } from './pipeline.ts'

/** What a bucket without a value counts as. */
export type GapPolicy = 'skip' | 'insert_zeros' | 'keep_values'

export function parseGapPolicy(value: unknown): GapPolicy {
  const policy = String(value ?? 'skip').toLowerCase()
  if (policy === 'skip' || policy === 'insert_zeros' || policy === 'keep_values') return policy
  throw failure(`Invalid gap policy: [${policy}], accepted values: [insert_zeros, skip, keep_values]`)
}

/** Reads `buckets_path` of an aggregation that has one path. */
export function requirePath(type: string, { buckets_path: said }: JsonObject): string {
  const path: unknown = Array.isArray(said) && said.length === 1 ? said[0] : said
  if (typeof path !== 'string' || path === '')
    throw failure(`Missing required field [buckets_path] for [${type}] aggregation, which must be one path`)
  return path
}

/**
 * The number at the end of a path in a bucket; NaN if it is null there, and the policy does not say another. Undefined
 * if the bucket has no such result, as the first one has no difference.
 */
export function bucketNumber(bucket: ShownBucket, path: string, policy: GapPolicy): number | undefined {
  const value = numberAt(bucket, path)
  if (value === undefined) return undefined
  const isGap = Number.isNaN(value) || (bucket.doc_count === 0 && path !== '_count' && policy !== 'keep_values')
  if (!isGap) return value
  return policy === 'insert_zeros' ? 0 : Number.NaN
}

/** @throws ElasticsearchError for a path that ends at something else than a number */
function numberAt(results: Results, path: string): number | undefined {
  const end = path.split('>').reduce<unknown>((here, step) => follow(here, step), results)
  if (end === undefined) return undefined
  const value = isObject(end) && 'value' in end ? end.value : end
  if (value === null) return Number.NaN
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value)
  throw new ElasticsearchError(
    400,
    'aggregation_execution_exception',
    `buckets_path must reference either a number value or a single value numeric metric aggregation, but [${path}] does not`,
  )
}

/** Goes one step: to an aggregation, a bucket of it by key, or a number of it by name. */
function follow(here: unknown, step: string): unknown {
  if (!isObject(here)) return undefined
  if (step === '_count') return here.doc_count
  if (step === '_key') return here.key
  const bracket = /^([^[]+)\[['"]?([^\]'"]*)['"]?\](.*)$/.exec(step)
  if (bracket !== null) {
    const [, name, key, rest] = bracket
    const found = property(here[name!], key!)
    return rest === '' ? found : follow(found, rest!.slice(1))
  }
  const dot = step.lastIndexOf('.')
  if (Object.hasOwn(here, step) || dot < 0) return Object.hasOwn(here, step) ? here[step] : undefined
  return property(here[step.slice(0, dot)], step.slice(dot + 1))
}

/** A part of what an aggregation answers. */
function property(result: unknown, key: string): unknown {
  if (!isObject(result)) return undefined
  if (key === '_count') return result.doc_count
  if (key === '_bucket_count') return Array.isArray(result.buckets) ? result.buckets.length : undefined
  if (Array.isArray(result.buckets))
    return result.buckets.find((bucket: JsonObject) => String(bucket.key_as_string ?? bucket.key) === key) ?? null
  if (isObject(result.buckets)) return result.buckets[key]
  if (isObject(result.values)) return result.values[key] ?? result.values[`${key}.0`]
  if (Array.isArray(result.top)) {
    const [first]: unknown[] = result.top
    return isObject(first) && isObject(first.metrics) ? first.metrics[key] : null
  }
  return result[key]
}

/** The buckets that the first part of a sibling's path names, and the path inside of them. */
export function bucketsBeside(results: Results, path: string): { buckets: readonly ShownBucket[]; inner: string } {
  // `h._count` is the same as `h>_count`.
  const steps = path.replace(/\.(_count|_bucket_count)$/, '>$1').split('>')
  let here: unknown = results
  for (const [place, step] of steps.entries()) {
    here = follow(here, step)
    if (!isObject(here)) break
    const { buckets } = here
    if (buckets === undefined) continue
    const list = Array.isArray(buckets) ? buckets : Object.values(isObject(buckets) ? buckets : {})
    return { buckets: list as ShownBucket[], inner: steps.slice(place + 1).join('>') || '_count' }
  }
  throw validationError(
    `The first aggregation in buckets_path must be a multi-bucket aggregation, but [${path}] has none`,
  )
}
