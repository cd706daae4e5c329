/** A part of a process' environment. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Variables that the downward API of Kubernetes is asked to set, by the attribute that each of them is. */
const POD_VARIABLES: Readonly<Record<string, string>> = {
  'k8s.namespace.name': 'POD_NAMESPACE',
  'k8s.pod.name': 'POD_NAME',
  'k8s.pod.uid': 'POD_UID',
  'k8s.container.name': 'CONTAINER_NAME',
  'k8s.node.name': 'NODE_NAME',
}

/** Attributes of a resource by name; a later one wins. */
export type Attributes = Readonly<Record<string, string>>

/**
 * What OpenTelemetry's variables say of what a process belongs to: OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME, as in
 * its specification, "Resource SDK".
 *
 * @returns the attributes, and what is wrong with the variable if it is left out whole
 */
export function otelAttributes(env: Environment): { readonly attributes: Attributes; readonly problem?: string } {
  const name = env.OTEL_SERVICE_NAME
  const service: Attributes = name === undefined || name === '' ? {} : { 'service.name': name }
  const attributes: Record<string, string> = {}
  for (const pair of (env.OTEL_RESOURCE_ATTRIBUTES ?? '').split(',')) {
    if (pair.trim() === '') continue
    const equals = pair.indexOf('=')
    const key = decode(pair.slice(0, Math.max(0, equals)).trim())
    const value = decode(pair.slice(equals + 1).trim())
    if (equals < 0 || key === undefined || key === '' || value === undefined) {
      return { attributes: service, problem: 'OTEL_RESOURCE_ATTRIBUTES is not of the form key=value,key=value' }
    }
    attributes[key] = value
  }
  return { attributes: { ...attributes, ...service } }
}

/** What the downward API tells of the pod that a process runs in. */
export function podAttributes(env: Environment): Attributes {
  return Object.fromEntries(
    Object.entries(POD_VARIABLES).flatMap(([key, variable]) => {
      const value = env[variable]
      return value === undefined || value === '' ? [] : [[key, value]]
    }),
  )
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
