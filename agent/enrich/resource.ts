import { encodeAttribute } from '#lib/otlp/attributes.ts'
import { RESOURCE, RESOURCE_LOGS } from '#lib/otlp/fields.ts'
import { lengthDelimited } from '#lib/otlp/wire.ts'
import type { ContainerInstance } from '../discover/paths.ts'

/** What a path does not say. */
export interface ResourceExtras {
  readonly nodeName?: string
  /** Encoded attributes of the pod's metadata. */
  readonly attributes?: Buffer
}

/** The encoded Resource of a container instance, in OpenTelemetry's semantic conventions for Kubernetes. */
export function encodeResource(instance: ContainerInstance, { nodeName, attributes }: ResourceExtras): Buffer {
  const attribute = (key: string, value: string | number) => encodeAttribute(RESOURCE.attributes, key, value)
  return lengthDelimited(
    RESOURCE_LOGS.resource,
    attribute('k8s.namespace.name', instance.namespace),
    attribute('k8s.pod.name', instance.pod),
    attribute('k8s.pod.uid', instance.uid),
    attribute('k8s.container.name', instance.container),
    attribute('k8s.container.restart_count', instance.restartCount),
    ...(nodeName === undefined ? [] : [attribute('k8s.node.name', nodeName)]),
    ...(attributes === undefined ? [] : [attributes]),
  )
}

/** The encoded Resource of a log that is no container's. */
export function encodeAttributes(attributes: Readonly<Record<string, string>>): Buffer {
  return lengthDelimited(
    RESOURCE_LOGS.resource,
    ...Object.entries(attributes).map(([key, value]) => encodeAttribute(RESOURCE.attributes, key, value)),
  )
}
