import { compareUtf8 } from '#lib/labels.ts'
import type { Attributes } from './attributes.ts'
import { translateLabel } from './translate-name.ts'

/** Labels of all series of a resource and scope; some give way to attributes of the point. */
export interface BaseLabels {
  readonly firm: ReadonlyMap<string, string>
  readonly yielding: ReadonlyMap<string, string>
}

/** The labels of a point, names and values in turn, sorted by name. */
export function labelsOf(attributes: Attributes, { firm, yielding }: BaseLabels, without: string): string[] {
  const labels = new Map<string, string>()
  for (const [key, value] of attributes) {
    const name = translateLabel(key)
    if (name === '' || name === '__name__' || name === without || firm.has(name)) continue
    const other = labels.get(name)
    // What is the same label only in Prometheus is joined, as Prometheus does it.
    labels.set(name, other === undefined ? value : `${other};${value}`)
  }
  for (const [name, value] of yielding) if (!labels.has(name)) labels.set(name, value)
  for (const [name, value] of firm) labels.set(name, value)
  return [...labels].sort(([a], [b]) => compareUtf8(a, b)).flat()
}
