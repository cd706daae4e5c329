import type { Clock } from '#lib/clock.ts'
import type { Files } from '#lib/files.ts'
import type { MetadataConfig } from './config.ts'
import type { MetadataEvents } from './events.ts'
import { createKeyFilter } from './key-patterns.ts'
import type { KnownPods } from './known-pods.ts'
import { KubeApiClient } from './kube-api-client.ts'
import { kubeApiUrlOf } from './kube-api-url.ts'
import { KubeletClient } from './kubelet-client.ts'
import { kubeletUrlOf, type Surroundings } from './kubelet-url.ts'
import { MetadataError } from './metadata-error.ts'
import { PodCache } from './pod-cache.ts'
import { PodWatch } from './pod-watch.ts'

export interface PodCacheDeps extends Surroundings {
  readonly clock: Clock
  readonly events: MetadataEvents
  readonly files: Pick<Files, 'readFile' | 'stat'>
  /** As the configuration has it; empty if it does not say. */
  readonly nodeName: string
  /** Annotations that the agent reads itself, beside those that are shipped. */
  readonly keepAnnotation?: (key: string) => boolean
}

/**
 * The pod metadata that the configuration asks for, or undefined if it asks for none.
 *
 * @throws MetadataError if the API server is to be asked and it is not known where or for which node
 */
export function createPodCache(config: MetadataConfig, deps: PodCacheDeps): KnownPods | undefined {
  const isShipped = createKeyFilter(config.annotations)
  const keepAnnotation = (key: string) => isShipped(key) || deps.keepAnnotation?.(key) === true
  return config.source === 'api' ? watchApi(config, deps, keepAnnotation) : askKubelet(config, deps, keepAnnotation)
}

function askKubelet(
  config: MetadataConfig,
  deps: PodCacheDeps,
  keepAnnotation: (key: string) => boolean,
): KnownPods | undefined {
  const url = kubeletUrlOf(config, deps)
  if (url === undefined) return undefined
  const { clock, events, files } = deps
  const { kubelet } = config
  if (kubelet.insecure_skip_verify && url.startsWith('https:')) {
    events.metadataUnverified({}, { host: new URL(url).host })
  }
  const source = new KubeletClient({
    ...{ url, clock, files },
    tokenFile: kubelet.token_file,
    caFile: kubelet.ca_file,
    insecureSkipVerify: kubelet.insecure_skip_verify,
    timeoutMs: kubelet.timeout,
  })
  return new PodCache({ ...{ source, clock, events, keepAnnotation }, refreshIntervalMs: config.refresh_interval })
}

function watchApi(
  { api }: MetadataConfig,
  { clock, events, files, env, nodeName: configured }: PodCacheDeps,
  keepAnnotation: (key: string) => boolean,
): KnownPods {
  const nodeName = configured || env.NODE_NAME?.trim()
  if (!nodeName) throw new MetadataError('KUBE_API_NODE_UNKNOWN', [])
  const source = new KubeApiClient({
    ...{ clock, files, nodeName },
    url: kubeApiUrlOf(api.url, env),
    tokenFile: api.token_file,
    caFile: api.ca_file,
    timeoutMs: api.timeout,
  })
  return new PodWatch({ source, clock, events, nodeName, keepAnnotation })
}
