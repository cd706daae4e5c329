import type { Matcher, RE2JS } from 're2js'
import { messageOf } from '#lib/errors.ts'
import { quoteGo } from '#lib/go-quote.ts'
import { compileRe2 } from '#lib/re2.ts'
import type { Run } from '../exec/run.ts'
import { CallError, type TemplateFunction } from '../exec/template-function.ts'
import { STRING } from '../value/value.ts'

/** Patterns are compiled once; they may come from data, so that there are limits, in instructions of their programs. */
const MAX_PATTERN_SIZE = 10_000
const MAX_PATTERNS_SIZE = 200_000
/** Most instructions for characters that one search may take: some tenths of a second, if it is as slow as can be. */
const MAX_SEARCH = 5_000_000

/** `match` and `reReplaceAll`, in RE2's syntax. */
export function createPatternFunctions(): readonly (readonly [string, TemplateFunction])[] {
  const patterns = new Map<string, RE2JS>()
  let size = 0

  const compile = (pattern: string, describe: (problem: string) => string): RE2JS => {
    const known = patterns.get(pattern)
    if (known !== undefined) return known
    try {
      const compiled = compileRe2(pattern, MAX_PATTERN_SIZE)
      // Each takes a few KiB besides.
      size += compiled.programSize() + 100
      if (size > MAX_PATTERNS_SIZE) {
        patterns.clear()
        size = compiled.programSize()
      }
      patterns.set(pattern, compiled)
      return compiled
    } catch (error) {
      throw new CallError(describe(messageOf(error)))
    }
  }

  return [
    [
      'match',
      {
        parameters: [STRING, STRING],
        call: ([pattern, text], run) => {
          run.charge(String(text).length)
          run.checkTime()
          const compiled = compile(String(pattern), (problem) => problem)
          return searcher(compiled, String(text)).find()
        },
      },
    ],
    [
      'reReplaceAll',
      {
        parameters: [STRING, STRING, STRING],
        call: ([pattern, replacement, text], run) => {
          const source = String(pattern)
          const compiled = compile(source, (problem) => `regexp: Compile(${quotePattern(source)}): ${problem}`)
          return replaceAll(compiled, String(replacement), String(text), run)
        },
      },
    ],
  ]
}

/** @throws CallError where a search could take minutes */
function searcher(pattern: RE2JS, text: string): Matcher {
  if (pattern.programSize() * text.length > MAX_SEARCH) throw new CallError('pattern and text are too large')
  return pattern.matcher(text)
}

function quotePattern(pattern: string): string {
  return /[^\P{Cc}\t]|`/u.test(pattern) ? quoteGo(pattern) : `\`${pattern}\``
}

/** Replaces as Go does: no empty match right behind another match. */
function replaceAll(pattern: RE2JS, replacement: string, text: string, run: Run): string {
  const charge = run.account()
  const matcher = searcher(pattern, text)
  const pieces = parseReplacement(replacement)
  const names = pattern.namedGroups()
  const chunks: string[] = []
  let copied = 0
  let searchAt = 0
  while (searchAt <= text.length) {
    // A pattern may look through the whole text for each match.
    run.checkTime()
    if (!matcher.find(searchAt)) break
    const start = matcher.start()
    const end = matcher.end()
    if (end > copied || start === 0) {
      const group = (number: number) => (number <= matcher.groupCount() ? (matcher.group(number) ?? '') : '')
      const expanded = pieces
        .map((piece) => (typeof piece === 'string' ? piece : group(numberOf(piece, names))))
        .join('')
      charge(start - copied + expanded.length)
      chunks.push(text.slice(copied, start), expanded)
      copied = end
    }
    searchAt = end > searchAt ? end : searchAt + (text.codePointAt(searchAt)! > 0xffff ? 2 : 1)
  }
  charge(text.length - copied)
  return chunks.join('') + text.slice(copied)
}

interface Reference {
  readonly name: string
}

function numberOf({ name }: Reference, names: Readonly<Record<string, number>>): number {
  return /^\d+$/.test(name) ? Number(name) : (names[name] ?? Number.POSITIVE_INFINITY)
}

/** Cuts `a$1b${name}$$` into texts and references. A dollar that refers to nothing stands for itself. */
function parseReplacement(replacement: string): (string | Reference)[] {
  const pieces: (string | Reference)[] = []
  const form = /\$(?:\$|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu
  let end = 0
  for (const match of replacement.matchAll(form)) {
    const name = match[1] ?? match[2]
    pieces.push(replacement.slice(end, match.index), name === undefined ? '$' : { name })
    end = match.index + match[0].length
  }
  pieces.push(replacement.slice(end))
  return pieces
}
