import { mayBeInTime } from '../../json/time-leaves.ts'
import { hashWord, wordsOf } from '../../json/words.ts'
import { type FieldType, parseNumber } from '../../mapping/field-type.ts'
import { parseDate } from '../../time/parse-date.ts'
import type { Condition } from '../query/query.ts'

/** Hashes of words: a block must have all words of one alternative, or no value in it fulfils the condition. */
export type WordAlternatives = readonly (readonly number[])[]

const MAX_ALTERNATIVES = 64

/**
 * What a condition asks of the word filter of a block; undefined if it asks nothing.
 *
 * @param mayBeTime whether the field may be one whose times have no words in the filter
 */
export function wordAlternatives(
  condition: Condition,
  type: FieldType | undefined,
  mayBeTime: boolean,
): WordAlternatives | undefined {
  const isText = type?.family === 'text' || type?.family === 'keyword'
  if (type !== undefined && !isText) return undefined
  // A number or date may be written in another way in a document than in the query.
  const isPlain = (value: string) => isText || !(parseNumber(value) !== undefined || isDate(value) || isBoolean(value))
  const hashesOf = (words: readonly string[]) =>
    (mayBeTime ? words.filter((word) => !mayBeInTime(word)) : words).map(hashWord)
  const hashes = (text: string) => hashesOf(distinctWords(text))
  switch (condition.kind) {
    case 'term':
      // Outside of ASCII the lower case of a letter depends on those beside it.
      if (condition.caseInsensitive && /[^\0-\x7f]/.test(condition.value)) return undefined
      return isPlain(condition.value) ? [hashes(condition.value)] : undefined
    case 'terms': {
      const values = [...condition.values]
      return values.length <= MAX_ALTERNATIVES && values.every(isPlain) ? values.map(hashes) : undefined
    }
    case 'match': {
      if (!isPlain(condition.text)) return undefined
      const words = distinctWords(condition.text)
      const needed = condition.required(wordsOf(condition.text).length)
      if (words.length === 0) return undefined
      return needed >= words.length || type?.family === 'keyword'
        ? [hashesOf(words)]
        : words.map((word) => hashesOf([word]))
    }
    case 'phrase': {
      const whole = condition.isPrefix ? condition.text.slice(0, lastWordAt(condition.text)) : condition.text
      return isPlain(condition.text) ? [hashes(whole)] : undefined
    }
    default:
      return undefined
  }
}

function distinctWords(text: string): string[] {
  return [...new Set(wordsOf(text))]
}

function isDate(value: string): boolean {
  return parseDate(value, { formats: ['iso'] }) !== undefined || value.startsWith('now') || value.includes('||')
}

function isBoolean(value: string): boolean {
  return value === 'true' || value === 'false' || value === ''
}

/** Where the last word of a text begins, which for a prefix is not whole. */
function lastWordAt(text: string): number {
  const match = /[\p{L}\p{M}\p{N}_]*[^\p{L}\p{M}\p{N}_]*$/u.exec(text)
  return match?.index ?? 0
}
