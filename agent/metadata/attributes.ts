import { parseImage } from './image-reference.ts'
import { createKeyFilter } from './key-patterns.ts'
import { type ContainerMetadata, containerIdOf, findContainer, type PodMetadata } from './pod-metadata.ts'
import { workloadAttribute, workloadsOf } from './workload.ts'

export type Attribute = readonly [key: string, value: string | readonly string[]]

export interface ContainerAttributes {
  /** No key twice. The same for the same metadata, in the same order, so that their encoding can be compared. */
  readonly attributes: readonly Attribute[]
  /** Labels and annotations that were allowed but left out, for OTLP's dropped_attributes_count. */
  readonly droppedCount: number
}

export interface AttributeRules {
  /** Keys of labels, or beginnings with a `*` behind. */
  readonly labels: readonly string[]
  readonly annotations: readonly string[]
}

const MAX_PAIRS = 64
/** Of keys and values together: they are in every document of the container. */
const MAX_PAIR_BYTES = 16 * 1024
/** What Elasticsearch's keywords hold; beyond 32 KiB it would refuse the document. */
const MAX_VALUE_CHARS = 1024

/**
 * What pod metadata adds to the resource of a container's run, in OpenTelemetry's semantic conventions for Kubernetes.
 * What the path of the log file says already (namespace, pod, UID, container, restart count) is not among it.
 * `k8s.pod.ip` is left out: it comes late, changes with the sandbox, and is the node's on the host's network.
 */
export function createAttributeMapper(rules: AttributeRules) {
  const keepLabel = createKeyFilter(rules.labels)
  const keepAnnotation = createKeyFilter(rules.annotations)
  return (pod: PodMetadata, container: string, restartCount: number): ContainerAttributes => {
    const attributes: Attribute[] = []
    if (pod.nodeName !== '') attributes.push(['k8s.node.name', pod.nodeName])
    if (pod.startTime !== undefined) attributes.push(['k8s.pod.start_time', pod.startTime])
    for (const { kind, name } of workloadsOf(pod)) attributes.push([workloadAttribute(kind), name])
    const found = findContainer(pod, container)
    if (found !== undefined) attributes.push(...containerAttributes(found, restartCount))
    const budget = { pairs: MAX_PAIRS, bytes: MAX_PAIR_BYTES }
    const dropped =
      addPairs(attributes, 'k8s.pod.label.', pod.labels, keepLabel, budget) +
      addPairs(attributes, 'k8s.pod.annotation.', pod.annotations, keepAnnotation, budget)
    return { attributes, droppedCount: dropped }
  }
}

function containerAttributes(container: ContainerMetadata, restartCount: number): readonly Attribute[] {
  const attributes: Attribute[] = []
  const id = containerIdOf(container, restartCount)
  if (id !== undefined) attributes.push(['container.id', id])
  const image = parseImage(container.image)
  if (image !== undefined) attributes.push(['container.image.name', image.name])
  if (image?.tag !== undefined) attributes.push(['container.image.tags', [image.tag]])
  // The runtime's word is what really runs; a digest in the spec is what was asked for.
  const pulled = parseImage(container.imageId)
  const digested = pulled?.digest === undefined ? image : pulled
  if (digested?.digest !== undefined) {
    attributes.push(['container.image.repo_digests', [`${digested.name}@${digested.digest}`]])
  } else if (container.imageId !== '') {
    attributes.push(['container.image.id', container.imageId])
  }
  return attributes
}

/** Returns how many were left out. */
function addPairs(
  attributes: Attribute[],
  prefix: string,
  pairs: ReadonlyMap<string, string>,
  keep: (key: string) => boolean,
  budget: { pairs: number; bytes: number },
): number {
  let dropped = 0
  for (const [key, whole] of pairs) {
    if (!keep(key)) continue
    const value = whole.length > MAX_VALUE_CHARS ? whole.slice(0, MAX_VALUE_CHARS).toWellFormed() : whole
    const bytes = Buffer.byteLength(prefix) + Buffer.byteLength(key) + Buffer.byteLength(value)
    if (budget.pairs === 0 || bytes > budget.bytes || !isPath(key)) {
      dropped += 1
      continue
    }
    budget.pairs -= 1
    budget.bytes -= bytes
    attributes.push([prefix + key, value])
  }
  return dropped
}

/** Elasticsearch takes dots for steps of a path, and refuses a document with an empty step: `a..b` is a valid label. */
function isPath(key: string): boolean {
  return key.split('.').every((step) => step.trim() !== '')
}
