/** Go's `strings.ToUpper`: rune by rune, so that `ß` stays what it is. */
export function toUpper(text: string): string {
  return mapRunes(text, (rune) => rune.toUpperCase())
}

/** Go's `strings.ToLower`. */
export function toLower(text: string): string {
  return mapRunes(text, (rune) => (rune === '\u0130' ? 'i' : rune.toLowerCase()))
}

function mapRunes(text: string, map: (rune: string) => string): string {
  if (!/[^ -~]/.test(text)) return map(text)
  let mapped = ''
  for (const rune of text) {
    const other = map(rune)
    mapped += other.length <= (other.codePointAt(0)! > 0xffff ? 2 : 1) ? other : rune
  }
  return mapped
}

/** Letters and digits, and single points, colons and apostrophes between them. */
const WORD = /[\p{L}\p{M}\p{N}_]+(?:[.:'\u00b7\u2018\u2019\u2024\u2027][\p{L}\p{M}\p{N}_]+)*/gu

/** Capital letters where words begin, small ones elsewhere. */
export function toTitle(text: string): string {
  return text.replace(WORD, capitalize)
}

function capitalize(word: string): string {
  const first = /[\p{Lu}\p{Ll}\p{Lt}]/u.exec(word)
  if (first === null) return word
  const end = first.index + first[0].length
  return word.slice(0, first.index) + first[0].toUpperCase() + word.slice(end).toLowerCase()
}
