import type { ContainerRule } from '#lib/select/container-rule.ts'
import { resourceTexts } from './attributes.ts'

/** What rules ask of a resource. */
export interface ResourceView extends ContainerRule {
  readonly texts: ReadonlyMap<string, string>
}

export function viewResource(bytes: Buffer, start: number, end: number): ResourceView {
  const texts = resourceTexts(bytes, start, end)
  return {
    texts,
    namespace: texts.get('k8s.namespace.name') ?? '',
    pod: texts.get('k8s.pod.name') ?? '',
    container: texts.get('k8s.container.name') ?? '',
  }
}
