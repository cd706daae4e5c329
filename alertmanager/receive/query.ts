import { parseMatcher } from '#lib/matcher-syntax.ts'
import { compileAnchored, type Matcher, matchesAll, type PatternResult } from '#lib/matchers.ts'
import { patternSize } from '#lib/pattern-size.ts'
import { TOO_LARGE } from '#lib/re2.ts'
import type { AlertmanagerConfig } from '../config/alertmanager-yml.ts'
import type { MuteStatus } from '../mute/mute.ts'
import type { SilenceState } from '../silence/silence.ts'
import { type ApiResponse, refuse } from './response.ts'

/** Largest that the patterns of a request may be together, by {@link patternSize}. */
const MAX_PATTERNS_SIZE = 20_000

/** The query of a URL. A parameter that is repeated has several values. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>

/** Which alerts a request asks for. */
export interface AlertFilter {
  readonly matchers: readonly Matcher[]
  readonly active: boolean
  readonly silenced: boolean
  readonly inhibited: boolean
  /** Groups whose route tells nothing at the time. */
  readonly muted: boolean
  readonly receiver: (name: string) => boolean
}

export type FilterResult =
  | { readonly ok: true; readonly filter: AlertFilter }
  | { readonly ok: false; readonly response: ApiResponse }

/** What a configuration has to do with filters. */
type FilterConfig = Pick<AlertmanagerConfig, 'receivers' | 'matcherMode'>

export function readAlertFilter(query: Query, config: FilterConfig): FilterResult {
  const matchers = readMatchers(query, 'filter', config)
  if (!matchers.ok) return { ok: false, response: refuse(400, matchers.problem) }
  const receiver = readReceiverFilter(query, config)
  if (!receiver.ok) return { ok: false, response: refuse(400, receiver.problem) }
  const filter: AlertFilter = {
    matchers: matchers.matchers,
    active: readBoolean(query, 'active'),
    silenced: readBoolean(query, 'silenced'),
    inhibited: readBoolean(query, 'inhibited'),
    muted: readBoolean(query, 'muted'),
    receiver: receiver.matches,
  }
  return { ok: true, filter }
}

/** Whether the state of an alert is one that was asked for. */
export function wantsState(
  filter: AlertFilter,
  { silencedBy, inhibitedBy }: Pick<MuteStatus, 'silencedBy' | 'inhibitedBy'>,
): boolean {
  const isActive = silencedBy.length === 0 && inhibitedBy.length === 0
  if (isActive) return filter.active
  return (filter.silenced || silencedBy.length === 0) && (filter.inhibited || inhibitedBy.length === 0)
}

type SilenceFilterResult =
  | {
      readonly ok: true
      readonly matchers: readonly Matcher[]
      readonly states: Readonly<Record<SilenceState, boolean>>
    }
  | { readonly ok: false; readonly problem: string }

export function readSilenceFilter(query: Query, config: Pick<FilterConfig, 'matcherMode'>): SilenceFilterResult {
  const read = readMatchers(query, 'filter', config)
  if (!read.ok) return read
  const wants = (state: SilenceState) => readBoolean(query, state)
  return { ...read, states: { active: wants('active'), pending: wants('pending'), expired: wants('expired') } }
}

type ReceiverFilter =
  | { readonly ok: true; readonly matches: (name: string) => boolean }
  | { readonly ok: false; readonly problem: string }

/** `receiver` is a pattern for the name; `receiver_matchers` are matchers of the labels, of which there is the name. */
export function readReceiverFilter(query: Query, config: FilterConfig): ReceiverFilter {
  const pattern = valuesOf(query, 'receiver').at(-1) ?? ''
  const compiled: PatternResult = areTooLarge([pattern]) ? { ok: false, problem: TOO_LARGE } : compileAnchored(pattern)
  if (!compiled.ok) return { ok: false, problem: `failed to parse receiver param: ${compiled.problem}` }
  const matchers = readMatchers(query, 'receiver_matchers', config)
  if (!matchers.ok) return { ok: false, problem: `failed to parse receiver_matchers param: ${matchers.problem}` }
  const matching = new Set<string>()
  for (const { name, labels } of config.receivers) if (matchesAll(matchers.matchers, labels)) matching.add(name)
  return { ok: true, matches: (name) => matching.has(name) && (pattern === '' || compiled.pattern.test(name)) }
}

type MatchersResult =
  | { readonly ok: true; readonly matchers: readonly Matcher[] }
  | { readonly ok: false; readonly problem: string }

/** The matchers of a parameter; its values are one or several each, and all must hold. */
export function readMatchers(
  query: Query,
  name: string,
  { matcherMode }: Pick<FilterConfig, 'matcherMode'>,
): MatchersResult {
  const matchers: Matcher[] = []
  const texts = valuesOf(query, name)
  if (areTooLarge(texts)) return { ok: false, problem: TOO_LARGE }
  for (const text of texts) {
    const result = parseMatcher(text, matcherMode)
    if (!result.ok) return result
    matchers.push(...result.matchers)
  }
  return { ok: true, matchers }
}

/** Whether patterns in these would take the router too long to compile. */
function areTooLarge(texts: readonly string[]): boolean {
  return texts.reduce((size, text) => size + patternSize(text), 0) > MAX_PATTERNS_SIZE
}

const TRUE = new Set(['true', '1', 'yes', 'ok', 'y', 'on', 'selected', 'checked', 't', 'enabled'])

/** All flags are on unless switched off; anything that does not mean yes means no. */
export function readBoolean(query: Query, name: string): boolean {
  const value = valuesOf(query, name).at(-1) ?? ''
  return value === '' || TRUE.has(value.toLowerCase())
}

/** All values of a parameter. */
export function valuesOf(query: Query, name: string): readonly string[] {
  const value = query[name]
  if (value === undefined) return []
  return typeof value === 'string' ? [value] : value
}
