import { illegalArgument } from '../elasticsearch-error.ts'
import { type Pruner, pruneJson, type Verdict } from '../json/prune.ts'
import { simplePattern } from '../mapping/json-object.ts'

/** One part of a path: `**` stands for any number of keys. */
type Segment = '**' | ((key: string) => boolean)
type Pattern = readonly Segment[]

/** Which parts of an answer are wanted. */
export interface FilterPath {
  readonly includes: readonly Pattern[]
  readonly excludes: readonly Pattern[]
}

/** Reads `took,hits.hits._id,-hits.hits._source`; undefined if there is nothing to filter. */
export function parseFilterPath(text: string | undefined): FilterPath | undefined {
  if (text === undefined || text === '') return undefined
  const parts = text.split(',').map((part) => part.trim())
  if (parts.includes('')) throw illegalArgument(`[filter_path] has an empty part in [${text}]`)
  return {
    includes: parts.filter((part) => !part.startsWith('-')).map(parsePattern),
    excludes: parts.filter((part) => part.startsWith('-')).map((part) => parsePattern(part.slice(1))),
  }
}

function parsePattern(path: string): Pattern {
  return path.split('.').map((segment) => (segment === '**' ? segment : simplePattern(segment)))
}

/** Applies a filter to an answer. */
export function filterAnswer(text: string, filter: FilterPath): string {
  const { includes, excludes } = filter
  let filtered = text
  if (includes.length > 0) filtered = pruneJson(filtered, open(includes), INCLUDE)
  if (excludes.length > 0) filtered = pruneJson(filtered, open(excludes), EXCLUDE)
  return filtered
}

/** Whether a value at this path is in the answer; arrays count for nothing. */
export function keepsPath({ includes, excludes }: FilterPath, path: readonly string[]): boolean {
  const reached = (patterns: readonly Pattern[], pruner: Pruner<readonly Pattern[]>): Verdict<readonly Pattern[]> => {
    let verdict: Verdict<readonly Pattern[]> = { into: open(patterns) }
    for (const key of path) if (typeof verdict === 'object') verdict = pruner.child(verdict.into, key)
    return verdict
  }
  return (
    (includes.length === 0 || reached(includes, INCLUDE) === 'keep') &&
    (excludes.length === 0 || reached(excludes, EXCLUDE) !== 'drop')
  )
}

/** A leading `**` may also stand for nothing, so what follows it applies at once as well. */
function open(patterns: readonly Pattern[]): Pattern[] {
  return patterns.flatMap((pattern) =>
    pattern[0] === '**' && pattern.length > 1 ? [pattern, ...open([pattern.slice(1)])] : [pattern],
  )
}

/** What is left of each pattern below a key; an empty one has been matched whole. */
function advance(patterns: readonly Pattern[], key: string): Pattern[] {
  const next: Pattern[] = []
  for (const pattern of patterns) {
    const [segment, ...rest] = pattern
    if (segment === '**') next.push(rest.length === 0 ? [] : pattern)
    else if (segment?.(key)) next.push(rest)
  }
  return open(next)
}

const INCLUDE: Pruner<readonly Pattern[]> = {
  child: (patterns, key) => {
    const next = advance(patterns, key)
    if (next.some((pattern) => pattern.length === 0)) return 'keep'
    return next.length === 0 ? 'drop' : { into: next }
  },
  keepsEmpty: () => false,
  keepsLeaf: () => false,
}

const EXCLUDE: Pruner<readonly Pattern[]> = {
  child: (patterns, key) => {
    const next = advance(patterns, key)
    if (next.some((pattern) => pattern.length === 0)) return 'drop'
    return next.length === 0 ? 'keep' : { into: next }
  },
  keepsEmpty: () => false,
  keepsLeaf: () => true,
}
