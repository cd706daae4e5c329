import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'

/** Reports when more than one of the keys is set, in upstream's words. */
export function atMostOne<T extends object>(value: T, keys: readonly (keyof T & string)[], path: Path, report: Report) {
  const present = keys.filter((key) => value[key] !== undefined)
  if (present.length > 1) report([...path, present[1]!], `at most one of ${keys.join(' & ')} must be configured`, 'key')
}

/** Upstream renders this text as a template. Without templates it may hold none. */
export function refuseTemplate(text: string | undefined, path: Path, report: Report): void {
  if (text?.includes('{{')) report(path, 'templates are not supported yet: write the text without {{ }}')
}
