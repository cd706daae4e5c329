import { LabelSet } from '#lib/labels.ts'
import { parseMatcher } from '#lib/matcher-syntax.ts'
import { compileAnchored, type Matcher, matchesAll } from '#lib/matchers.ts'
import type { MuteStatus } from '../mute/mute.ts'
import { type ApiResponse, refuse } from './response.ts'

/** The query of a URL. A parameter that is repeated has several values. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>

/** Which alerts a request asks for. */
export interface AlertFilter {
  readonly matchers: readonly Matcher[]
  readonly active: boolean
  readonly silenced: boolean
  readonly inhibited: boolean
  readonly receiver: (name: string) => boolean
}

export type FilterResult =
  | { readonly ok: true; readonly filter: AlertFilter }
  | { readonly ok: false; readonly response: ApiResponse }

export function readAlertFilter(query: Query): FilterResult {
  const matchers = readMatchers(query, 'filter')
  if (!matchers.ok) return { ok: false, response: refuse(400, matchers.problem) }
  const receiver = readReceiverFilter(query)
  if (!receiver.ok) return { ok: false, response: refuse(400, receiver.problem) }
  const filter: AlertFilter = {
    matchers: matchers.matchers,
    active: readBoolean(query, 'active'),
    silenced: readBoolean(query, 'silenced'),
    inhibited: readBoolean(query, 'inhibited'),
    receiver: receiver.matches,
  }
  return { ok: true, filter }
}

/** Whether the state of an alert is one that was asked for. */
export function wantsState(filter: AlertFilter, { silencedBy, inhibitedBy }: MuteStatus): boolean {
  const isActive = silencedBy.length === 0 && inhibitedBy.length === 0
  if (isActive) return filter.active
  return (filter.silenced || silencedBy.length === 0) && (filter.inhibited || inhibitedBy.length === 0)
}

type ReceiverFilter =
  | { readonly ok: true; readonly matches: (name: string) => boolean }
  | { readonly ok: false; readonly problem: string }

/** `receiver` is a pattern for the name; `receiver_matchers` are matchers of the labels, of which there is the name. */
export function readReceiverFilter(query: Query): ReceiverFilter {
  const pattern = valuesOf(query, 'receiver').at(-1) ?? ''
  const compiled = compileAnchored(pattern)
  if (!compiled.ok) return { ok: false, problem: `failed to parse receiver param: ${compiled.problem}` }
  const matchers = readMatchers(query, 'receiver_matchers')
  if (!matchers.ok) return { ok: false, problem: `failed to parse receiver_matchers param: ${matchers.problem}` }
  return {
    ok: true,
    matches: (name) =>
      (pattern === '' || compiled.pattern.test(name)) && matchesAll(matchers.matchers, LabelSet.from({ name })),
  }
}

type MatchersResult =
  | { readonly ok: true; readonly matchers: readonly Matcher[] }
  | { readonly ok: false; readonly problem: string }

function readMatchers(query: Query, name: string): MatchersResult {
  const matchers: Matcher[] = []
  for (const text of valuesOf(query, name)) {
    const result = parseMatcher(text)
    if (!result.ok) return result
    matchers.push(...result.matchers)
  }
  return { ok: true, matchers }
}

const TRUE = new Set(['true', '1', 'yes', 'ok', 'y', 'on', 'selected', 'checked', 't', 'enabled'])

/** All flags are on unless switched off; anything that does not mean yes means no. */
function readBoolean(query: Query, name: string): boolean {
  const value = valuesOf(query, name).at(-1) ?? ''
  return value === '' || TRUE.has(value.toLowerCase())
}

function valuesOf(query: Query, name: string): readonly string[] {
  const value = query[name]
  if (value === undefined) return []
  return typeof value === 'string' ? [value] : value
}
