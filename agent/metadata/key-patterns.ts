/** What may stand in an allow-list: a key, or the beginning of keys and a `*`. */
export const KEY_PATTERN = '^[^*\\s]*\\*?$'

/** Whether a key of a label or annotation is on an allow-list. A pattern that ends in `*` allows all keys that begin so. */
export function createKeyFilter(patterns: readonly string[]): (key: string) => boolean {
  const exact = new Set(patterns.filter((pattern) => !pattern.endsWith('*')))
  const prefixes = patterns.filter((pattern) => pattern.endsWith('*')).map((pattern) => pattern.slice(0, -1))
  return (key) => exact.has(key) || prefixes.some((prefix) => key.startsWith(prefix))
}
