import { compileWildcard } from '../wildcard.ts'
import { illegalArgument } from './api-error.ts'

/** One part of a path: `**` stands for any number of keys. */
type Segment = '**' | ((key: string) => boolean)
type Path = readonly Segment[]
type Json = unknown

/** Reads `filter_path` (Elasticsearch, common options) into a function that applies it; undefined if there is none. */
export function parseFilterPath(text: string | undefined): ((answer: object) => object) | undefined {
  if (text === undefined || text === '') return undefined
  const parts = text.split(',').map((part) => part.trim())
  if (parts.includes('') || parts.length > MAX_PATHS) throw illegalArgument(`[filter_path] has empty or too many parts`)
  const includes = parts.filter((part) => !part.startsWith('-')).map(parsePath)
  const excludes = parts.filter((part) => part.startsWith('-')).map((part) => parsePath(part.slice(1)))
  return (answer) => {
    const kept = includes.length === 0 ? answer : (keep(answer, open(includes)) ?? {})
    return (excludes.length === 0 ? kept : drop(kept, open(excludes))) as object
  }
}

const MAX_PATHS = 32

function parsePath(path: string): Path {
  return path.split('.').map((segment) => (segment === '**' ? segment : compileWildcard(segment)))
}

/** A leading `**` may also stand for nothing, so what follows it applies at once as well. */
function open(paths: readonly Path[]): Path[] {
  return paths.flatMap((path) => (path[0] === '**' && path.length > 1 ? [path, ...open([path.slice(1)])] : [path]))
}

/** What is left of each path below a key; an empty one has been matched whole. */
function advance(paths: readonly Path[], key: string): Path[] {
  const next: Path[] = []
  for (const path of paths) {
    const [segment, ...rest] = path
    if (segment === '**') next.push(rest.length === 0 ? [] : path)
    else if (segment?.(key)) next.push(rest)
  }
  return open(next)
}

/** What paths lead to, or undefined if that is nothing. */
function keep(value: Json, paths: readonly Path[]): Json {
  if (Array.isArray(value)) {
    const kept = value.map((entry) => keep(entry, paths)).filter((entry) => entry !== undefined)
    return kept.length === 0 ? undefined : kept
  }
  if (typeof value !== 'object' || value === null) return undefined
  const kept: Record<string, Json> = {}
  for (const [key, child] of Object.entries(value)) {
    const next = advance(paths, key)
    const inside = next.some((path) => path.length === 0) ? child : next.length === 0 ? undefined : keep(child, next)
    if (inside !== undefined) kept[key] = inside
  }
  return Object.keys(kept).length === 0 ? undefined : kept
}

function drop(value: Json, paths: readonly Path[]): Json {
  if (Array.isArray(value)) return value.map((entry) => drop(entry, paths))
  if (typeof value !== 'object' || value === null) return value
  const rest: Record<string, Json> = {}
  for (const [key, child] of Object.entries(value)) {
    const next = advance(paths, key)
    if (!next.some((path) => path.length === 0)) rest[key] = next.length === 0 ? child : drop(child, next)
  }
  return rest
}
