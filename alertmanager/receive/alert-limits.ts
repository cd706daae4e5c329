import type { LabelSet } from '#lib/labels.ts'
import type { Alert } from '../alert.ts'

/** Most alerts of one request; Prometheus sends 64. */
export const MAX_ALERTS = 100_000
/** Most characters of the names and values of an alert's labels. */
const MAX_LABELS_LENGTH = 65_536
/** Most characters of its annotations, and of the URL of its source. */
const MAX_ANNOTATIONS_LENGTH = 1_048_576

/** What is too large in an alert; undefined if nothing is. Whatever has to do with it takes time in proportion. */
export function sizeProblem({ labels, annotations, generatorUrl }: Alert): string | undefined {
  const tooLong = (what: string, length: number, most: number) =>
    length > most ? `invalid ${what}: ${length} characters, more than ${most}` : undefined
  return (
    tooLong('label set', lengthOf(labels), MAX_LABELS_LENGTH) ??
    tooLong('annotations', lengthOf(annotations), MAX_ANNOTATIONS_LENGTH) ??
    tooLong('generatorURL', generatorUrl.length, MAX_ANNOTATIONS_LENGTH)
  )
}

function lengthOf(labels: LabelSet): number {
  let length = 0
  for (const [name, value] of labels) length += name.length + value.length
  return length
}
