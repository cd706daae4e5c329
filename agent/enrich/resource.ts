import { encodeAttribute } from '#lib/otlp/attributes.ts'
import { RESOURCE, RESOURCE_LOGS } from '#lib/otlp/fields.ts'
import { lengthDelimited } from '#lib/otlp/wire.ts'
import type { ContainerInstance } from '../discover/paths.ts'

/**
 * The encoded Resource of a container instance, in OpenTelemetry's semantic conventions for Kubernetes. All of it is
 * in the path of the log file, so it is known before anyone has asked an API.
 */
export function encodeResource(instance: ContainerInstance, nodeName: string): Buffer {
  const attribute = (key: string, value: string | number) => encodeAttribute(RESOURCE.attributes, key, value)
  return lengthDelimited(
    RESOURCE_LOGS.resource,
    attribute('k8s.namespace.name', instance.namespace),
    attribute('k8s.pod.name', instance.pod),
    attribute('k8s.pod.uid', instance.uid),
    attribute('k8s.container.name', instance.container),
    attribute('k8s.container.restart_count', instance.restartCount),
    attribute('k8s.node.name', nodeName),
  )
}
