import { messageOf } from '#lib/errors.ts'
import { quoteGo } from '#lib/go-quote.ts'
import type { LabelSet } from '#lib/labels.ts'
import { Matcher, type MatchOperator } from '#lib/matchers.ts'
import { patternSize } from '#lib/pattern-size.ts'
import { compileRe2, TOO_LARGE } from '#lib/re2.ts'
import { type Silence, silenceState } from './silence.ts'

/** A matcher as it was sent. */
export interface PostedMatcher {
  readonly name: string
  readonly operator: MatchOperator
  readonly value: string
}

/** A silence as somebody wants it. Without an id, a new one. */
export interface PostedSilence {
  readonly id: string | undefined
  readonly matchers: readonly PostedMatcher[]
  /** Undefined for now. */
  readonly startsAtMs: number | undefined
  readonly endsAtMs: number
  readonly createdBy: string
  readonly comment: string
  readonly annotations: LabelSet
}

type MatchersResult =
  | { readonly ok: true; readonly matchers: readonly Matcher[] }
  | { readonly ok: false; readonly problem: string }

/** Largest that the patterns of one silence may be together, by {@link patternSize}: whoever may post must not stop the router. */
const MAX_PATTERNS_SIZE = 20_000

/** Compiles the matchers of a silence. What is wrong with them is said in upstream's words. */
export function compileMatchers(
  posted: readonly PostedMatcher[],
  isLabelName: (name: string) => boolean,
): MatchersResult {
  if (posted.length === 0) return { ok: false, problem: 'at least one matcher required' }
  const matchers: Matcher[] = []
  let size = 0
  for (const [index, { name, operator, value }] of posted.entries()) {
    const refuse = (problem: string): MatchersResult => {
      return { ok: false, problem: `invalid label matcher ${index} in set 0: ${problem}` }
    }
    if (!isLabelName(name)) return refuse(`invalid label name ${quoteGo(name)}`)
    const isPattern = operator === '=~' || operator === '!~'
    if (isPattern) size += patternSize(value)
    if (size > MAX_PATTERNS_SIZE) return refuse(`invalid regular expression: ${TOO_LARGE}`)
    const problem = isPattern ? patternProblem(value) : undefined
    if (problem !== undefined) return refuse(`invalid regular expression ${quoteGo(value)}: ${problem}`)
    const result = Matcher.create(name, operator, value)
    if (!result.ok) return refuse(`invalid regular expression ${quoteGo(value)}: ${result.problem}`)
    matchers.push(result.matcher)
  }
  if (matchers.every(matchesEmpty)) {
    return { ok: false, problem: 'at least one matcher must not match the empty string' }
  }
  return { ok: true, matchers }
}

/** A pattern must be one by itself: `a)(b` is none, though it would be with the anchors around it. */
function patternProblem(value: string): string | undefined {
  try {
    compileRe2(value)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}

/** As upstream has it, negative matchers never count as matching the empty text. */
function matchesEmpty(matcher: Matcher): boolean {
  return (matcher.operator === '=' || matcher.operator === '=~') && matcher.matchesValue('')
}

/** Whether a silence may become the other one in place, without changing what it did until now. */
export function canUpdate(
  known: Silence,
  wanted: Pick<Silence, 'matchers' | 'startsAtMs' | 'endsAtMs'>,
  nowMs: number,
): boolean {
  if (!sameMatchers(known.matchers, wanted.matchers)) return false
  switch (silenceState(known, nowMs)) {
    case 'active':
      return toSecond(wanted.startsAtMs) === toSecond(known.startsAtMs) && wanted.endsAtMs >= nowMs
    case 'pending':
      return wanted.startsAtMs >= nowMs
    case 'expired':
      return false
  }
}

/** The same matchers in the same order. */
function sameMatchers(a: readonly Matcher[], b: readonly Matcher[]): boolean {
  return a.length === b.length && a.every((matcher, index) => Matcher.compare(matcher, b[index]!) === 0)
}

function toSecond(epochMs: number): number {
  return Math.floor(epochMs / 1_000)
}
