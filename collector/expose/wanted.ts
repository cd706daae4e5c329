import { parseMatchers } from '#lib/matcher-syntax.ts'
import { Matcher } from '#lib/matchers.ts'
import type { Wanted } from './selection.ts'

export type WantedResult =
  | { readonly ok: true; readonly wanted: Wanted }
  | { readonly ok: false; readonly problem: string }

const MAX_SELECTORS = 100
const MAX_SHARDS = 1_000
const SELECTOR = /^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)?\s*(\{[\s\S]*\})?\s*$/

/** Reads `node`, `shard` and `shards`, `name[]` and `match[]`. */
export function parseWanted(query: URLSearchParams): WantedResult {
  const known = ['node', 'shard', 'shards', 'name[]', 'match[]']
  for (const name of query.keys()) {
    if (!known.includes(name)) return failed(`parameter ${name} is not known here; there are ${known.join(', ')}`)
  }
  const shard = parseShard(query)
  if (typeof shard === 'string') return failed(shard)
  const texts = query.getAll('match[]')
  if (texts.length > MAX_SELECTORS) return failed(`more than ${MAX_SELECTORS} of match[]`)
  const selectors: (readonly Matcher[])[] = []
  for (const text of texts) {
    const selector = parseSelector(text)
    if (typeof selector === 'string') return failed(`match[] ${text}: ${selector}`)
    selectors.push(selector)
  }
  const names = new Set(query.getAll('name[]'))
  return { ok: true, wanted: { nodes: query.getAll('node'), shard, names, selectors } }
}

function failed(problem: string): WantedResult {
  return { ok: false, problem }
}

function parseShard(query: URLSearchParams): Wanted['shard'] | string {
  const [index, count] = [query.get('shard'), query.get('shards')]
  if (index === null && count === null) return undefined
  if (!/^\d{1,4}$/.test(count ?? '') || Number(count) < 1 || Number(count) > MAX_SHARDS) {
    return `shards must be a number from 1 to ${MAX_SHARDS}`
  }
  if (!/^\d{1,4}$/.test(index ?? '') || Number(index) >= Number(count))
    return 'shard must be a number from 0 to shards - 1'
  return { index: Number(index), count: Number(count) }
}

/** Reads a selector of PromQL, `name{label="value"}`; a text says what is wrong with it. */
function parseSelector(text: string): readonly Matcher[] | string {
  const [whole, name, braces] = SELECTOR.exec(text) ?? []
  if (whole === undefined) return 'is no selector; write name{label="value"}'
  const matchers: Matcher[] = []
  if (name !== undefined) {
    const built = Matcher.create('__name__', '=', name)
    if (built.ok) matchers.push(built.matcher)
  }
  if (braces !== undefined && braces.slice(1, -1).trim() !== '') {
    const parsed = parseMatchers(braces, 'utf8')
    if (!parsed.ok) return parsed.problem
    matchers.push(...parsed.matchers)
  }
  if (matchers.every((matcher) => matcher.matchesValue('')))
    return 'must have a matcher that does not match the empty text'
  return matchers
}
