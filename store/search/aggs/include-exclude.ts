import type { Value } from '../evaluate/field-values.ts'
import { patternTest } from '../evaluate/pattern-test.ts'
import { checkPattern, checkTermCount } from '../query/limits.ts'
import { failure } from './options.ts'

/**
 * Reads `include` and `exclude` of `terms`: a regular expression (RE2) for whole values, or a list of values.
 *
 * @returns whether a value makes a bucket; undefined if all do
 */
export function parseIncludeExclude(include: unknown, exclude: unknown): ((value: Value) => boolean) | undefined {
  const included = include === undefined ? undefined : parseChoice('include', include)
  const excluded = exclude === undefined ? undefined : parseChoice('exclude', exclude)
  if (included === undefined && excluded === undefined) return undefined
  return (value) => included?.(String(value)) !== false && excluded?.(String(value)) !== true
}

function parseChoice(name: string, said: unknown): (text: string) => boolean {
  if (typeof said === 'string') {
    checkPattern('regex', said)
    return patternTest({ kind: 'regexp', pattern: said, caseInsensitive: false, normalized: false })
  }
  if (!Array.isArray(said))
    throw failure(`[terms] [${name}] must be a pattern or a list of values; partitions are not supported by this store`)
  checkTermCount(said.length)
  const values = new Set(said.map(String))
  return (text) => values.has(text)
}
