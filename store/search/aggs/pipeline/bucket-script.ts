import { parseNumber } from '../../../mapping/field-type.ts'
import { isObject, type JsonObject } from '../../../mapping/json-object.ts'
import { failure, requireOptions } from '../options.ts'
import { bucketNumber, parseGapPolicy } from './buckets-path.ts'
import { parseExpression } from './expression.ts'
import type { Pipeline, ShownBucket } from './pipeline.ts'
import { simpleValue } from './sequence.ts'

const KEYS = ['buckets_path', 'script', 'gap_policy']

/** A number made of others of its bucket. */
export function parseBucketScript(body: unknown): (name: string) => Pipeline {
  const { paths, evaluate } = parseScripted('bucket_script', body)
  return (name) => ({
    paths,
    parent(buckets) {
      for (const bucket of buckets) {
        const value = evaluate(bucket)
        if (value !== undefined) bucket[name] = simpleValue(Number(value))
      }
      return buckets
    },
  })
}

/** Leaves the buckets of which a script says so. */
export function parseBucketSelector(body: unknown): (name: string) => Pipeline {
  const { paths, evaluate } = parseScripted('bucket_selector', body)
  return () => ({ paths, parent: (buckets) => buckets.filter((bucket) => evaluate(bucket) === true) })
}

function parseScripted(type: string, body: unknown) {
  const options = requireOptions(type, body, KEYS)
  const named = namedPaths(type, options.buckets_path)
  const { source, constants } = readScript(type, options.script)
  const policy = parseGapPolicy(options.gap_policy)
  const run = parseExpression(source)
  return {
    paths: named.map(([, path]) => path),
    /** Undefined for a bucket that has not all values. */
    evaluate(bucket: ShownBucket): number | boolean | undefined {
      const params = new Map(constants)
      for (const [name, path] of named) {
        const number = bucketNumber(bucket, path, policy) ?? Number.NaN
        if (policy === 'skip' && Number.isNaN(number) && type === 'bucket_script') return undefined
        params.set(name, number)
      }
      return run(params)
    },
  }
}

function namedPaths(type: string, said: unknown): [string, string][] {
  const named: [string, unknown][] = Array.isArray(said)
    ? said.map((path: unknown, place): [string, unknown] => [`_value${place}`, path])
    : isObject(said)
      ? Object.entries(said)
      : [['_value', said]]
  return named.map(([name, path]) => {
    if (typeof path !== 'string') throw failure(`Missing required field [buckets_path] for [${type}] aggregation`)
    return [name, path]
  })
}

function readScript(type: string, said: unknown): { source: string; constants: Map<string, number> } {
  const script: JsonObject = isObject(said) ? said : { source: said }
  const source: unknown = script.source ?? script.inline
  if (typeof source !== 'string') throw failure(`[${type}] must have a [script] with a source`)
  const { lang = 'painless' } = script
  if (lang !== 'painless' && lang !== 'expression') throw failure(`script_lang not supported [${String(lang)}]`)
  const constants = Object.entries(isObject(script.params) ? script.params : {}).map(([name, value]) => {
    const number = parseNumber(String(value))
    if (number === undefined) throw failure(`[${type}] [params] must be numbers, but [${name}] is not`)
    return [name, Number(number)] as const
  })
  return { source, constants: new Map(constants) }
}
