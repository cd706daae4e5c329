import { wordsOf } from '../../json/words.ts'
import type { Condition, PatternCondition } from '../query/query.ts'
import { patternTest } from './pattern-test.ts'
import type { ValueTest } from './value-test.ts'

/** What a condition asks of the words of a text field; undefined if no text has them. */
export function wordTest(condition: Condition): ValueTest | undefined {
  switch (condition.kind) {
    case 'term':
      return condition.caseInsensitive ? anyWord([condition.value.toLowerCase()]) : anyWord([condition.value])
    case 'terms':
      return anyWord([...condition.values])
    case 'match':
      return matchTest(condition.text, condition.required)
    case 'phrase':
      return phraseTest(condition.text, condition.isPrefix)
    case 'range': {
      const { from, to } = condition
      return someWord(
        (word) =>
          (from === undefined || word > from.value || (from.inclusive && word === from.value)) &&
          (to === undefined || word < to.value || (to.inclusive && word === to.value)),
      )
    }
    case 'exists':
      return someWord(() => true)
    case 'wildcard':
      return wildcardTest(condition.normalized ? { ...condition, pattern: condition.pattern.toLowerCase() } : condition)
    case 'prefix':
      return withLiteral(someWord(patternTest(condition)), condition.value, condition.caseInsensitive)
    default:
      return withLiteral(someWord(patternTest(condition)), regexpLiteral(condition.pattern), condition.caseInsensitive)
  }
}

/** The longest literal of a simple regular expression: one of literals and dots, in which nothing is optional. */
export function regexpLiteral(pattern: string): string {
  if (!/^(?:[0-9a-zA-Z_ ]|\.[*+]?)+$/.test(pattern)) return ''
  return pattern.split(/\.[*+]?/).reduce((best, literal) => (literal.length > best.length ? literal : best), '')
}

function wildcardTest(condition: PatternCondition): ValueTest {
  const test = someWord(patternTest(condition))
  if (condition.pattern.includes('\\')) return test
  const literals = condition.pattern.split(/[*?]/)
  const longest = literals.reduce((best, literal) => (literal.length > best.length ? literal : best), '')
  return withLiteral(test, longest, condition.caseInsensitive)
}

/** Words are lower-cased, so a literal with capitals is in none of them; that is for the test itself to find out. */
function withLiteral(test: ValueTest, text: string, caseInsensitive: boolean): ValueTest {
  const literal = caseInsensitive ? text.toLowerCase() : text
  return /^[0-9a-z_]+$/.test(literal) ? { ...test, literal } : test
}

function someWord(test: (word: string) => boolean): ValueTest {
  return { matches: (text) => wordsOf(text).some(test) }
}

/** What is not one lower-cased word is never a word of a text. */
function isWord(value: string): boolean {
  const words = wordsOf(value)
  return words.length === 1 && words[0] === value
}

function anyWord(values: readonly string[]): ValueTest | undefined {
  const list = values.filter(isWord)
  if (list.length === 0) return undefined
  return {
    matches: (text) => wordsOf(text).some((word) => list.includes(word)),
    words: { list, mode: 'any', isExact: true },
  }
}

function matchTest(text: string, required: (words: number) => number): ValueTest | undefined {
  const words = wordsOf(text)
  const list = [...new Set(words)]
  const needed = required(words.length)
  if (list.length === 0 || needed > words.length) return undefined
  const mode = needed === words.length ? 'all' : 'any'
  const matches = (value: string) => {
    const present = new Set(wordsOf(value))
    return words.filter((word) => present.has(word)).length >= needed
  }
  return { matches, words: { list, mode, isExact: mode === 'all' || needed === 1 }, joinsValues: needed > 1 }
}

function phraseTest(text: string, isPrefix: boolean): ValueTest | undefined {
  const words = wordsOf(text)
  if (words.length === 0) return undefined
  const last = words.at(-1)!
  const list = [...new Set(isPrefix ? words.slice(0, -1) : words)]
  const matches = (value: string) => indexOfPhrase(wordsOf(value), words, isPrefix ? last : undefined) >= 0
  if (list.length === 0) return { matches }
  return { matches, words: { list, mode: 'all', isExact: words.length === 1 } }
}

/** Where words follow each other in a text; the last one may be the beginning of a word. */
export function indexOfPhrase(
  text: readonly string[],
  phrase: readonly string[],
  prefix: string | undefined,
  from = 0,
): number {
  const whole = prefix === undefined ? phrase.length : phrase.length - 1
  for (let at = from; at + phrase.length <= text.length; at++) {
    let place = 0
    while (place < whole && text[at + place] === phrase[place]) place += 1
    if (place === whole && (prefix === undefined || text[at + whole]!.startsWith(prefix))) return at
  }
  return -1
}
