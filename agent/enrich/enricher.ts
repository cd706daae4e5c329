import type { ContainerInstance } from '../discover/paths.ts'
import type { AttributeRules } from '../metadata/attributes.ts'
import { createAttributeMapper } from '../metadata/attributes.ts'
import { encodeContainerAttributes } from '../metadata/encode-attributes.ts'
import type { KnownPods } from '../metadata/known-pods.ts'
import { type Enriched, LazilyEnriched } from './enriched.ts'
import { encodeResource } from './resource.ts'

export interface EnricherOptions {
  /** The name of the node, where the pod's metadata do not say it. */
  readonly nodeName: string
  /** Undefined if nobody is asked: then all there is to know is in the path. */
  readonly pods: Pick<KnownPods, 'lookupInstance' | 'subscribe'> | undefined
  readonly rules: AttributeRules
}

/** Says whose records a container instance's are: what its path tells, and what is known of its pod. */
export class Enricher {
  readonly #options: EnricherOptions
  #attributesOf: ReturnType<typeof createAttributeMapper>

  constructor(options: EnricherOptions) {
    this.#options = options
    this.#attributesOf = createAttributeMapper(options.rules)
  }

  /** Other labels are wanted from now on. */
  configure(rules: AttributeRules): void {
    this.#attributesOf = createAttributeMapper(rules)
  }

  /** Never waits: what is not known yet is asked for, and {@link onChange} tells when it has come. */
  enrich(instance: ContainerInstance): Enriched {
    const { pods, nodeName } = this.#options
    const pod = pods?.lookupInstance(instance)
    if (pod === undefined) return new LazilyEnriched(pods === undefined, () => encodeResource(instance, { nodeName }))
    const attributesOf = this.#attributesOf
    return new LazilyEnriched(true, () => {
      const found = attributesOf(pod, instance.container, instance.restartCount)
      const own = pod.nodeName === '' ? { nodeName } : {}
      // The API server calls a static pod by another UID than its path does.
      const uid = pod.apiUid ?? instance.uid
      return encodeResource({ ...instance, uid }, { ...own, attributes: encodeContainerAttributes(found) })
    })
  }

  /** Calls back with the UIDs, as they stand in paths, of a pod that became known or changed. */
  onChange(listener: (uids: readonly string[]) => void): void {
    this.#options.pods?.subscribe((pod) => listener([pod.uid, ...pod.otherUids]))
  }
}
