import type { AnnotationContext, Wishes } from './wishes.ts'

const ANNOTATION = 'vector.dev/exclude-containers'
const LABEL = 'vector.dev/exclude'

/** Vector's annotation with the names of containers, separated by commas, and its label for a whole pod. */
export function readVectorAnnotations({ pod, container, allows }: AnnotationContext, { exclude }: Wishes): void {
  const names = (pod.annotations.get(ANNOTATION) ?? '').split(',').map((name) => name.trim())
  if (!allows('exclude') || (pod.labels.get(LABEL) !== 'true' && !names.includes(container))) return
  for (const stream of [0, 1] as const) exclude[stream] ??= true
}
