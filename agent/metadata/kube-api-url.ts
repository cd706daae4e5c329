import type { Environment } from '#lib/config/expand.ts'
import { bracketHost } from '#lib/http/bracket-host.ts'
import { MetadataError } from './metadata-error.ts'

/**
 * The base URL of the API server: that of the configuration, or what Kubernetes puts into the environment of every pod.
 *
 * @throws MetadataError KUBE_API_ADDRESS_UNKNOWN
 */
export function kubeApiUrlOf(url: string | undefined, env: Environment): string {
  if (url !== undefined) return url
  const host = env.KUBERNETES_SERVICE_HOST?.trim()
  if (!host) throw new MetadataError('KUBE_API_ADDRESS_UNKNOWN', [])
  const port = env.KUBERNETES_SERVICE_PORT?.trim() || '443'
  return `https://${bracketHost(host)}:${port}`
}
