import type { Report } from '#lib/config/check.ts'
import { type Path, suggest } from '#lib/config/diagnostic.ts'

/** A name that must stand for something written elsewhere in the file. */
export interface Reference {
  /** Of what it is the name, such as `receiver`. */
  readonly what: string
  readonly name: string
  /** All names that there are. */
  readonly known: ReadonlySet<string>
  /** Who uses it, such as `route`. */
  readonly usedIn: string
}

/** Reports a name that stands for nothing, in upstream's words, and the one that is probably meant. */
export function checkReference(
  { what, name, known, usedIn }: Reference,
  path: Path,
  report: Report,
  at: 'key' | 'value' = 'value',
): void {
  if (known.has(name)) return
  const meant = suggest(name, [...known])
  const hint = meant === undefined ? '' : `; did you mean "${meant}"?`
  report(path, `undefined ${what} "${name}" used in ${usedIn}${hint}`, at)
}
