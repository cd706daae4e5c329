import type { RE2JS } from 're2js'
import { messageOf } from '#lib/errors.ts'
import { compileRe2 } from '#lib/re2.ts'
import type { Line } from '../decode/line.ts'
import type { PartialRecord } from '../join/partial.ts'
import { HOLDS_ALL, type LineGroup, type MultilineRule } from './rule.ts'
import { textEnd } from './text.ts'

/** Patterns are RE2; at least one of the three. */
export interface PatternSpec {
  /** A line that matches begins a record. Alone: all others go on with it. */
  readonly start?: string | undefined
  /** A line that matches goes on with the record before it; none that does not. */
  readonly continue?: string | undefined
  /** A line that matches is the last of its record. */
  readonly end?: string | undefined
  /** With one pattern only: a line matches if the pattern does not. */
  readonly negate?: boolean | undefined
  readonly maxLines: number
  readonly flushAfterMs: number
}

export type PatternRuleResult =
  | { readonly ok: true; readonly rule: MultilineRule }
  | { readonly ok: false; readonly problem: string; readonly key: 'start' | 'continue' | 'end' | undefined }

interface PatternLimits {
  readonly maxChars: number
  /** Instructions of the compiled program, to which its time for each byte is in proportion. */
  readonly maxProgram: number
}

/** Of every pattern. */
const PATTERN_LIMITS: PatternLimits = { maxChars: 1_000, maxProgram: 1_000 }

/** What of a line the patterns are shown: a beginning shows early, and time must be bounded. */
const HEAD_BYTES = 4096

/** The rule of a user's patterns. */
export function createPatternRule(spec: PatternSpec, limits = PATTERN_LIMITS): PatternRuleResult {
  const compiled: Partial<Record<'start' | 'continue' | 'end', RE2JS>> = {}
  for (const key of ['start', 'continue', 'end'] as const) {
    const pattern = spec[key]
    if (pattern === undefined) continue
    const result = compile(pattern, limits)
    if (typeof result === 'string') return { ok: false, problem: result, key }
    compiled[key] = result
  }
  const count = Object.keys(compiled).length
  if (count === 0) return { ok: false, problem: 'one of start, continue and end is needed', key: undefined }
  if (spec.negate && count > 1) return { ok: false, problem: 'negate is for one pattern only', key: undefined }
  const { maxLines, flushAfterMs, negate = false } = spec
  const group = new PatternGroup(compiled, negate)
  const { start, continue: goOn, end } = spec
  const id = JSON.stringify({ start, continue: goOn, end, negate, maxLines, flushAfterMs })
  return { ok: true, rule: { id, holds: HOLDS_ALL, maxLines, flushAfterMs, createGroup: () => group } }
}

/** The rule that has an id which {@link createPatternRule} gave, by this version of the agent or another. */
export function patternRuleOf(id: string): MultilineRule | undefined {
  try {
    const spec = JSON.parse(id) as PatternSpec
    const result = createPatternRule(spec)
    const isLimited = Number.isInteger(spec.maxLines) && Number.isFinite(spec.flushAfterMs)
    return result.ok && isLimited && result.rule.id === id ? result.rule : undefined
  } catch {
    return undefined
  }
}

function compile(pattern: string, { maxChars, maxProgram }: PatternLimits): RE2JS | string {
  if (pattern.length > maxChars) return `has more than ${maxChars} characters`
  try {
    const compiled = compileRe2(pattern)
    return compiled.programSize() <= maxProgram ? compiled : 'is too large once its repetitions are written out'
  } catch (error) {
    return messageOf(error)
  }
}

/**
 * Whether lines go on depends on the line itself and the one before it, so nothing is remembered, and one object does for
 * all streams.
 */
class PatternGroup implements LineGroup {
  readonly #start: RE2JS | undefined
  readonly #continue: RE2JS | undefined
  readonly #end: RE2JS | undefined
  readonly #negate: boolean

  constructor(patterns: Partial<Record<'start' | 'continue' | 'end', RE2JS>>, negate: boolean) {
    this.#start = patterns.start
    this.#continue = patterns.continue
    this.#end = patterns.end
    this.#negate = negate
  }

  /** A line that no start was seen of waits too, unless it is said what else belongs to a record. */
  begins(line: Line): boolean {
    const mustStart = this.#start !== undefined && (this.#continue !== undefined || this.#end !== undefined)
    return !mustStart || this.#matches(this.#start, line)
  }

  continues(_open: PartialRecord, line: Line): boolean {
    if (this.#continue !== undefined) return this.#matches(this.#continue, line)
    return this.#start === undefined || !this.#matches(this.#start, line)
  }

  ends(line: Line): boolean {
    return this.#end !== undefined && this.#matches(this.#end, line)
  }

  close(): void {}

  #matches(pattern: RE2JS | undefined, { bytes, bodyStart, bodyEnd }: Line): boolean {
    const end = textEnd(bytes, bodyStart, bodyEnd)
    const text = bytes.toString('utf8', bodyStart, Math.min(end, bodyStart + HEAD_BYTES))
    return pattern!.test(text) !== this.#negate
  }
}
