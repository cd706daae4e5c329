import type { RE2JS } from 're2js'
import { messageOf } from '../errors.ts'
import { compileRe2 } from '../re2.ts'
import type { Chunk } from './chunk.ts'
import { LiteralCursor } from './literal-cursor.ts'
import { requiredLiteral } from './required-literal.ts'

/** Steps of a compiled pattern. A text costs at the worst this many steps for each of its characters. */
const MOST_STEPS = 1_000
const LONGEST_PATTERN = 4_096

type CompileResult = { readonly ok: true; readonly pattern: RE2JS } | { readonly ok: false; readonly problem: string }

/** Compiles a user's pattern: RE2, so that it takes time in proportion to the text, and not too large. */
export function compilePattern(pattern: string): CompileResult {
  if (pattern.length > LONGEST_PATTERN) {
    return { ok: false, problem: `the pattern is longer than ${LONGEST_PATTERN} characters` }
  }
  try {
    const compiled = compileRe2(pattern)
    if (compiled.programSize() > MOST_STEPS) {
      const problem = `the pattern has ${compiled.programSize()} steps, at most ${MOST_STEPS} are taken; repeat less in it`
      return { ok: false, problem }
    }
    return { ok: true, pattern: compiled }
  } catch (error) {
    return { ok: false, problem: messageOf(error) }
  }
}

/**
 * A user's pattern over bodies. Where the pattern shows a text that everything it matches must have, bodies without that
 * text cost next to nothing; any other pattern costs a string and a microsecond or more for every body.
 */
export class BodyPattern {
  readonly regexp: RE2JS
  readonly #literal: LiteralCursor | undefined

  constructor(pattern: string, chunk: Chunk) {
    this.regexp = compileRe2(pattern)
    const literal = requiredLiteral(pattern)
    this.#literal = literal === undefined ? undefined : new LiteralCursor(literal, chunk)
  }

  /** Whether `bytes[start, end)` may have a match; nearly free. */
  mayMatch(bytes: Buffer, start: number, end: number): boolean {
    return this.#literal === undefined || this.#literal.find(bytes, start, end) >= 0
  }
}
