import { parsingError } from '../../elasticsearch-error.ts'
import { type Pruner, pruneJson, type Verdict } from '../../json/prune.ts'
import { describe, isObject, readBoolean, simplePattern } from '../../mapping/json-object.ts'
import { patternsOverlap } from '../../mapping/overlap.ts'

/** Which parts of a document are wanted; undefined stands for all of it, false for none. */
export type SourceFilter = undefined | false | SourcePaths

export interface SourcePaths {
  readonly includes: readonly string[]
  readonly excludes: readonly string[]
}

/** Reads `_source`. */
export function parseSource(value: unknown): SourceFilter {
  if (value === undefined) return undefined
  const flag = readBoolean(value)
  if (flag !== undefined) return flag ? undefined : false
  if (!isObject(value)) return sourcePaths(texts(value), [])
  for (const key of Object.keys(value)) {
    if (!['includes', 'include', 'excludes', 'exclude'].includes(key))
      throw parsingError(`Unknown key for a START_ARRAY in [_source]: [${key}]`)
  }
  return sourcePaths(texts(value.includes ?? value.include ?? []), texts(value.excludes ?? value.exclude ?? []))
}

/** Reads `_source`, `_source_includes` and `_source_excludes` of a URL. */
export function parseUrlSource(parameters: ReadonlyMap<string, string>): SourceFilter {
  const list = (name: string) => parameters.get(name)?.split(',') ?? []
  const plain = parameters.get('_source')
  if (plain === 'false') return false
  const isFlag = plain === undefined || plain === 'true' || plain === ''
  return sourcePaths([...(isFlag ? [] : plain.split(',')), ...list('_source_includes')], list('_source_excludes'))
}

function sourcePaths(includes: readonly string[], excludes: readonly string[]): SourceFilter {
  return includes.length + excludes.length === 0 ? undefined : { includes, excludes }
}

function texts(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value]
  return list.map((item) => {
    if (typeof item !== 'string')
      throw parsingError(`[_source] must be a boolean, a text or a list of texts, not ${describe(item)}`)
    return item
  })
}

/** Takes from documents what is wanted. Remembers what it found out about paths, so use one for all hits. */
export class SourcePruner {
  readonly #passes: readonly Pruner<string>[]

  constructor({ includes, excludes }: SourcePaths) {
    this.#passes = [
      ...(includes.length === 0 ? [] : [pruner(includes, 'keep', 'drop')]),
      ...(excludes.length === 0 ? [] : [pruner(excludes, 'drop', 'keep')]),
    ]
  }

  prune(document: string): string {
    return this.#passes.reduce((text, pass) => pruneJson(text, '', pass), document)
  }
}

function pruner(patterns: readonly string[], matching: 'keep' | 'drop', other: 'keep' | 'drop'): Pruner<string> {
  const tests = patterns.map(simplePattern)
  const verdicts = new Map<string, Verdict<string>>()
  const decide = (path: string): Verdict<string> => {
    if (tests.some((test) => test(path))) return matching
    return patterns.some((pattern) => patternsOverlap(pattern, `${path}.*`)) ? { into: path } : other
  }
  return {
    child(parent, key) {
      const path = parent === '' ? key : `${parent}.${key}`
      let verdict = verdicts.get(path)
      if (verdict === undefined) {
        verdict = decide(path)
        if (verdicts.size < MAX_REMEMBERED) verdicts.set(path, verdict)
      }
      return verdict
    },
    keepsEmpty: (path) => other === 'keep' || path === '',
    keepsLeaf: () => other === 'keep',
  }
}

const MAX_REMEMBERED = 10_000
