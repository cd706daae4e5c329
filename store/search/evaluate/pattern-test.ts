import { RE2JS } from 're2js'
import { messageOf } from '#lib/errors.ts'
import { queryError } from '../../elasticsearch-error.ts'
import type { Condition } from '../query/query.ts'

type Pattern = Extract<Condition, { kind: 'prefix' | 'wildcard' | 'regexp' }>

/** Whether whole texts are what a prefix, wildcard pattern or regular expression asks for; in linear time. */
export function patternTest(condition: Pattern): (text: string) => boolean {
  if (condition.kind === 'regexp') return regexpTest(condition.pattern, condition.caseInsensitive)
  if (condition.kind === 'prefix') {
    if (!condition.caseInsensitive) return (text) => text.startsWith(condition.value)
    const lower = condition.value.toLowerCase()
    return (text) => text.toLowerCase().startsWith(lower)
  }
  if (!condition.caseInsensitive) return wildcardTest(condition.pattern)
  const test = wildcardTest(condition.pattern.toLowerCase())
  return (text) => test(text.toLowerCase())
}

function regexpTest(pattern: string, caseInsensitive: boolean): (text: string) => boolean {
  try {
    const compiled = RE2JS.compile(pattern, RE2JS.DOTALL | (caseInsensitive ? RE2JS.CASE_INSENSITIVE : 0))
    return (text) => compiled.matches(text)
  } catch (error) {
    throw queryError(`the regular expression [${pattern}] is not one of RE2: ${messageOf(error)}`)
  }
}

const ANY = 0
const ONE = 1

/** `*` stands for any characters, `?` for one; a backslash takes their meaning away. */
function wildcardTest(pattern: string): (text: string) => boolean {
  const parts: (string | typeof ANY | typeof ONE)[] = []
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!
    if (character === '*') {
      if (parts.at(-1) !== ANY) parts.push(ANY)
    } else if (character === '?') parts.push(ONE)
    else parts.push(character === '\\' && at + 1 < pattern.length ? pattern[++at]! : character)
  }
  return literalTest(parts) ?? ((text) => matchesParts(parts, text))
}

/** The common forms `a*`, `*a` and `*a*`, which the engine searches for itself. */
function literalTest(parts: readonly (string | number)[]): ((text: string) => boolean) | undefined {
  const inner = parts.slice(parts[0] === ANY ? 1 : 0, parts.at(-1) === ANY ? -1 : undefined)
  if (parts.length < 2 || inner.some((part) => typeof part === 'number')) return undefined
  const literal = inner.join('')
  const [open, close] = [parts[0] === ANY, parts.at(-1) === ANY]
  if (open && close) return (text) => text.includes(literal)
  if (open) return (text) => text.endsWith(literal)
  return close ? (text) => text.startsWith(literal) : (text) => text === literal
}

/** Goes back to the last star only, so it takes at most pattern times text. */
function matchesParts(parts: readonly (string | number)[], text: string): boolean {
  let at = 0
  let part = 0
  let starPart = -1
  let starAt = 0
  while (at < text.length) {
    const expected = parts[part]
    if (expected === ANY) {
      starPart = part++
      starAt = at
    } else if (expected === ONE || expected === text[at]) {
      // A character outside the BMP is one character though it has two units.
      at += expected === ONE && text.codePointAt(at)! > 0xffff ? 2 : 1
      part += 1
    } else if (starPart >= 0) {
      part = starPart + 1
      at = ++starAt
    } else {
      return false
    }
  }
  while (parts[part] === ANY) part += 1
  return part === parts.length
}
