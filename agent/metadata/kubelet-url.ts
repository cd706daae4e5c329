import type { Environment } from '#lib/config/expand.ts'
import { bracketHost } from '#lib/http/bracket-host.ts'
import type { MetadataConfig } from './config.ts'

const PORT = 10_250

export interface Surroundings {
  readonly env: Environment
  /** Whether there is a file at a path. */
  readonly exists: (path: string) => boolean
}

/**
 * The base URL of the kubelet that is to be asked, or undefined for none. The address of a node may be one of IPv6, which
 * a URL in the configuration could not simply take from the environment.
 */
export function kubeletUrlOf({ source, kubelet }: MetadataConfig, { env, exists }: Surroundings): string | undefined {
  if (source === 'none' || source === 'api') return undefined
  if (kubelet.url !== undefined) return kubelet.url
  if (source === 'auto' && (kubelet.token_file === '' || !exists(kubelet.token_file))) return undefined
  const address = env.NODE_IP?.trim() || '127.0.0.1'
  return `https://${bracketHost(address)}:${PORT}`
}
