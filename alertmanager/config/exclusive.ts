import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'

/**
 * Reports when more than one of the keys is set, in upstream's words.
 *
 * @param section what upstream names in front of the keys, with a space behind it
 */
export function atMostOne<T extends object>(
  value: T,
  keys: readonly (keyof T & string)[],
  path: Path,
  report: Report,
  section = '',
): void {
  const present = keys.filter((key) => isSet(value[key]))
  if (present.length < 2) return
  report([...path, present[1]!], `at most one of ${section}${keys.join(' & ')} must be configured`, 'key')
}

/** To upstream an empty text is the same as none. */
export function isSet<T>(value: T | undefined): value is T {
  return value !== undefined && value !== ''
}
