import { isDeepStrictEqual } from 'node:util'
import type { Answer, ContractCase } from './contract-case.ts'

/** An answer of a server, as it is compared. */
export interface Reply {
  readonly status: number
  readonly body: Answer
}

/** Sums of floating-point numbers depend on the order in which they are added. */
const TOLERANCE = 1e-9
const MAX_SHOWN = 6

/**
 * What in two answers to a case is not the same, as lines for a person; empty if they agree.
 *
 * Not compared are how long it took, shards, scores (the store has none), the date in the names of backing indices, and
 * what follows from where a document lies: the value of `_doc` in `sort`.
 */
export function differencesOf(one: ContractCase, expected: Reply, actual: Reply): string[] {
  const lines: string[] = []
  const [a, b] = [normalize(one, expected), normalize(one, actual)]
  if (a.status !== b.status)
    lines.push(`status: ${a.status} and ${b.status} ${JSON.stringify([errorOf(expected.body), errorOf(actual.body)])}`)
  else collect('', a.body, b.body, one.tolerance ?? TOLERANCE, lines)
  return lines.slice(0, MAX_SHOWN)
}

function normalize(one: ContractCase, { status, body }: Reply): Reply {
  if (status >= 400 && one.parts === undefined) return { status, body: { error: errorOf(body) } }
  if (one.parts !== undefined)
    return { status, body: Object.fromEntries(one.parts.map((path) => [path, clean(partOf(body, path))])) }
  return { status, body: clean(withoutPlaces(one, body)) }
}

/** Of an error what programs look at: the type of the cause. */
function errorOf(body: Answer): unknown {
  const { root_cause: causes, caused_by: cause, type } = body?.error ?? {}
  return causes?.[0]?.type ?? (type === 'search_phase_execution_exception' ? cause?.type : type) ?? body
}

/** Keys of `sort` that no two servers have alike are left out of each hit. */
function withoutPlaces(one: ContractCase, body: Answer): Answer {
  const { sort }: { sort?: unknown } = Array.isArray(one.body) ? one.body[1] : (one.body ?? {})
  const names = (Array.isArray(sort) ? sort : [sort]).flatMap((key: unknown) =>
    typeof key === 'object' && key !== null ? Object.keys(key) : [key],
  )
  const places = names.flatMap((name, place) => (['_doc', '_score'].includes(String(name)) ? [place] : []))
  const searches: Answer[] = body?.responses ?? [body]
  // The tiebreaker of a point in time follows those that were asked for.
  if (!Array.isArray(one.body))
    for (const hit of body?.hits?.hits ?? []) hit.sort = hit.sort?.slice(0, Math.max(1, names.length))
  for (const hit of searches.flatMap((search) => search?.hits?.hits ?? []))
    hit.sort = hit.sort?.filter((_: unknown, place: number) => !places.includes(place))
  return body
}

const IGNORED = [
  '_ignored',
  'ignored_field_values',
  'inference',
  'took',
  '_shards',
  '_score',
  'max_score',
  '_seq_no',
  '_primary_term',
  '_version',
  'pit_id',
  '_scroll_id',
  'doc_count_error_upper_bound',
]

function clean(value: Answer): Answer {
  if (Array.isArray(value)) return value.map(clean)
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? value.replace(/^(\.ds-.+)-\d{4}\.\d\d\.\d\d-000001$/, '$1') : value
  if (value.error !== undefined && typeof value.status === 'number')
    return { status: value.status, error: errorOf(value) }
  const kept = Object.entries(value).filter(([key]) => !IGNORED.includes(key))
  return Object.fromEntries(kept.map(([key, inner]) => [clean(key), clean(inner)]))
}

function partOf(body: Answer, path: string): Answer {
  if (path === '*') return body
  return path.split('.').reduce((here: Answer, key) => {
    return Array.isArray(here) && !/^\d+$/.test(key) ? here.map((item) => item?.[key]) : here?.[key]
  }, body)
}

function collect(path: string, a: Answer, b: Answer, tolerance: number, lines: string[]): void {
  if (isDeepStrictEqual(a, b) || (isNumber(a) && isNumber(b) && areNear(Number(a), Number(b), tolerance))) return
  const bothObjects = typeof a === 'object' && typeof b === 'object' && a !== null && b !== null
  if (!bothObjects || Array.isArray(a) !== Array.isArray(b)) {
    lines.push(`${path}: ${shown(a)} and ${shown(b)}`)
    return
  }
  if (Array.isArray(a) && a.length !== b.length) lines.push(`${path}.length: ${a.length} and ${b.length}`)
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
    collect(`${path}.${key}`, a[key], b[key], tolerance, lines)
}

/** Whole numbers beyond 2^53 are texts here, unless one server shows a double. */
function isNumber(value: Answer): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^-?\d{16,}$/.test(value))
}

function areNear(a: number, b: number, tolerance: number): boolean {
  return Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b))
}

function shown(value: Answer): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}
