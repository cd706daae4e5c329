import { quoteGo } from '#lib/go-quote.ts'
import { type MatcherMode, parseMatcher } from '#lib/matcher-syntax.ts'
import type { Matcher } from '#lib/matchers.ts'
import { parseFeatures } from '../../alertmanager/process/features.ts'
import type { Labels } from './api/shapes.ts'
import { CommandError, type Values } from './command-line/grammar.ts'

/** The grammars that `--enable-feature` leaves. */
export function matcherModeOf(values: Values): MatcherMode {
  const result = parseFeatures(values.text('enable-feature') ?? '')
  if (!result.ok) throw new CommandError(`error parsing the feature flag list: ${result.problem}`)
  if (result.features.includes('classic-mode')) return 'classic'
  return result.features.includes('utf8-strict-mode') ? 'utf8' : 'fallback'
}

/** The words as they are, but for a first one that is no matcher: it is the name of an alert. */
export function withAlertname(words: readonly string[], mode: MatcherMode): readonly string[] {
  const [first, ...rest] = words
  if (first === undefined || parseMatcher(first, mode).ok) return words
  return [`alertname=${quoteGo(first)}`, ...rest]
}

/** Reads matchers. What only the old grammar takes is said on standard error: the next release may refuse it. */
export function readMatchers(words: readonly string[], mode: MatcherMode): readonly Matcher[] {
  return words.flatMap((word) => {
    const result = parseMatcher(word, mode)
    if (!result.ok) throw new CommandError(result.problem)
    if (result.warning !== undefined) process.stderr.write(`Warning: ${result.warning}\n`)
    return result.matchers
  })
}

/** Reads `name=value` words; `refusal` is said of other operators. */
export function readPairs(words: readonly string[], mode: MatcherMode, refusal: string): Labels {
  const matchers = readMatchers(words, mode)
  if (matchers.some(({ operator }) => operator !== '=')) throw new CommandError(refusal)
  return Object.fromEntries(matchers.map(({ name, value }) => [name, value]))
}
