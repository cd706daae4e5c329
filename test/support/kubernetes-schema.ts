import { validate as validateDaemonSet } from 'kubernetes-models/_schemas/IoK8sApiAppsV1DaemonSet'
import { validate as validateDeployment } from 'kubernetes-models/_schemas/IoK8sApiAppsV1Deployment'
import { validate as validateStatefulSet } from 'kubernetes-models/_schemas/IoK8sApiAppsV1StatefulSet'
import { validate as validateConfigMap } from 'kubernetes-models/_schemas/IoK8sApiCoreV1ConfigMap'
import { validate as validateNamespace } from 'kubernetes-models/_schemas/IoK8sApiCoreV1Namespace'
import { validate as validateResourceQuota } from 'kubernetes-models/_schemas/IoK8sApiCoreV1ResourceQuota'
import { validate as validateService } from 'kubernetes-models/_schemas/IoK8sApiCoreV1Service'
import { validate as validateServiceAccount } from 'kubernetes-models/_schemas/IoK8sApiCoreV1ServiceAccount'
import { validate as validateNetworkPolicy } from 'kubernetes-models/_schemas/IoK8sApiNetworkingV1NetworkPolicy'
import { validate as validateClusterRole } from 'kubernetes-models/_schemas/IoK8sApiRbacV1ClusterRole'
import { validate as validateClusterRoleBinding } from 'kubernetes-models/_schemas/IoK8sApiRbacV1ClusterRoleBinding'
import type { IDaemonSet } from 'kubernetes-models/apps/v1/DaemonSet'
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment'
import type { IStatefulSet } from 'kubernetes-models/apps/v1/StatefulSet'
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import type { IClusterRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRole'
import type { IClusterRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRoleBinding'
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap'
import type { IService } from 'kubernetes-models/v1/Service'

/** What every object of Kubernetes has. */
export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
}

/** What objects have besides, by their kind. */
export interface KubernetesKinds {
  readonly ClusterRole: IClusterRole
  readonly ClusterRoleBinding: IClusterRoleBinding
  readonly ConfigMap: IConfigMap
  readonly DaemonSet: IDaemonSet
  readonly Deployment: IDeployment
  readonly NetworkPolicy: INetworkPolicy
  readonly Service: IService
  readonly StatefulSet: IStatefulSet
}

/** An object of a kind: {@link problemsOf} tells whether it has what that asks for. */
export type ObjectOf<K extends keyof KubernetesKinds> = KubernetesObject & KubernetesKinds[K]

export function isOfKind<K extends keyof KubernetesKinds>(object: KubernetesObject, kind: K): object is ObjectOf<K> {
  return object.kind === kind
}

/** A compiled JSON schema in the form that ajv gives it. */
interface Validator {
  (data: unknown): boolean
  errors?: readonly { readonly instancePath: string; readonly message?: string; readonly params?: unknown }[] | null
}

const VALIDATORS: Readonly<Record<string, unknown>> = {
  'apps/v1 DaemonSet': validateDaemonSet,
  'apps/v1 Deployment': validateDeployment,
  'apps/v1 StatefulSet': validateStatefulSet,
  'networking.k8s.io/v1 NetworkPolicy': validateNetworkPolicy,
  'rbac.authorization.k8s.io/v1 ClusterRole': validateClusterRole,
  'rbac.authorization.k8s.io/v1 ClusterRoleBinding': validateClusterRoleBinding,
  'v1 ConfigMap': validateConfigMap,
  'v1 Namespace': validateNamespace,
  'v1 ResourceQuota': validateResourceQuota,
  'v1 Service': validateService,
  'v1 ServiceAccount': validateServiceAccount,
}

/**
 * What the schemas of Kubernetes' own OpenAPI document have against an object, one line each; empty if it is valid.
 * A field that they do not know is a problem too, as it is to the API server with strict field validation.
 */
export function problemsOf(object: KubernetesObject): string[] {
  const kind = `${object.apiVersion} ${object.kind}`
  const validate = VALIDATORS[kind] as Validator | undefined
  if (validate === undefined) return [`no schema for ${kind}`]
  const unread = new Set<string>()
  const isValid = validate(watched(object, '', unread))
  const errors = isValid ? [] : (validate.errors ?? [])
  return [
    ...errors.map(({ instancePath, message, params }) => `${instancePath}: ${message ?? JSON.stringify(params)}`),
    ...[...unread].map((path) => `${path}: unknown field`),
  ]
}

/**
 * The compiled schemas let unknown fields pass, but read every field that they know, of all entries of lists and maps.
 * So a field is unknown if nobody read it: `unread` has all that were met and not read.
 */
function watched(value: unknown, path: string, unread: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value
  for (const key of Object.keys(value)) unread.add(`${path}/${key}`)
  return new Proxy(value, {
    get(target, key) {
      const at = `${path}/${String(key)}`
      unread.delete(at)
      return watched(Reflect.get(target, key), at, unread)
    },
  })
}
