const STAR = '*'
const ANY_ONE = '?'

/**
 * Whether a name matches a pattern in which `*` stands for any text and `?` for any one character. Takes time in
 * proportion to pattern times name at the worst, which a regular expression made of the pattern would not.
 */
export function matchesPattern(name: string, pattern: string): boolean {
  let at = 0
  let want = 0
  /** Where matching goes on if it fails: behind the last star, with one more character left to it. */
  let retryWant = -1
  let retryAt = 0
  while (at < name.length) {
    if (want < pattern.length && pattern[want] === STAR) {
      retryWant = ++want
      retryAt = at
    } else if (want < pattern.length && (pattern[want] === ANY_ONE || pattern[want] === name[at])) {
      want += 1
      at += 1
    } else if (retryWant >= 0) {
      want = retryWant
      at = ++retryAt
    } else {
      return false
    }
  }
  while (pattern[want] === STAR) want += 1
  return want === pattern.length
}
