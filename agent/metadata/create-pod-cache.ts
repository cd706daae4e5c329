import type { Clock } from '#lib/clock.ts'
import type { Files } from '#lib/files.ts'
import type { MetadataConfig } from './config.ts'
import type { MetadataEvents } from './events.ts'
import { createKeyFilter } from './key-patterns.ts'
import { KubeletClient } from './kubelet-client.ts'
import { kubeletUrlOf, type Surroundings } from './kubelet-url.ts'
import { PodCache } from './pod-cache.ts'

export interface PodCacheDeps extends Surroundings {
  readonly clock: Clock
  readonly events: MetadataEvents
  readonly files: Pick<Files, 'readFile' | 'stat'>
  /** Annotations that the agent reads itself, beside those that are shipped. */
  readonly keepAnnotation?: (key: string) => boolean
}

/** The pod metadata that the configuration asks for, or undefined if it asks for none. */
export function createPodCache(config: MetadataConfig, deps: PodCacheDeps): PodCache | undefined {
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
  const isShipped = createKeyFilter(config.annotations)
  return new PodCache({
    ...{ source, clock, events },
    refreshIntervalMs: config.refresh_interval,
    keepAnnotation: (key) => isShipped(key) || deps.keepAnnotation?.(key) === true,
  })
}
