import type { Path } from '#lib/config/diagnostic.ts'
import { LabelSet } from '#lib/labels.ts'
import { isLabelName } from './label-names.ts'
import type { RouteContext } from './route.ts'

/** Checks the names of labels or annotations of our own alerts; some labels say what an alert is about and are not for choice. */
export function checkNames(
  names: readonly (readonly [name: string, path: Path])[],
  reserved: readonly string[],
  { report, mode }: Pick<RouteContext, 'report' | 'mode'>,
  at: 'key' | 'value' = 'key',
): void {
  for (const [name, path] of names) {
    if (!isLabelName(name, mode)) report(path, `invalid label name "${name}"`, at)
    else if (reserved.includes(name)) report(path, `the label "${name}" is set by the router`, at)
  }
}

/** Each name of a mapping with its place. */
export function namesIn(mapping: Readonly<Record<string, string>>, path: Path): (readonly [string, Path])[] {
  return Object.keys(mapping).map((name) => [name, [...path, name]])
}

/** Labels as alerts have them: an empty value takes away a label that would be there otherwise. */
export function labelsOf(record: Readonly<Record<string, string>>): LabelSet {
  return LabelSet.from(record).filter((_name, value) => value !== '')
}
