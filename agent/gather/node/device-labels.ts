import { type EncodedLabels, encodeLabels } from '../labels.ts'
import { Kept } from './kept.ts'

/** Labels of series that have one label, by its value. */
export function keptLabels(name: string): Kept<EncodedLabels> {
  return new Kept((value) => encodeLabels([[name, value]]))
}

/**
 * Labels of series that have several, by their values with NULs between: no value of the kernel has one.
 */
export function keptLabelSets(names: readonly string[]): Kept<EncodedLabels> {
  return new Kept((key) => {
    const values = key.split('\0')
    return encodeLabels(names.map((name, index) => [name, values[index] ?? ''] as const))
  })
}
