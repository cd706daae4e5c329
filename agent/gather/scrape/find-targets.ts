import { bracketHost } from '#lib/http/bracket-host.ts'
import type { PodMetadata } from '../../metadata/pod-metadata.ts'
import type { ScrapeEvents } from '../page/events.ts'
import { isLoopback, type ScrapeConfig } from './config.ts'
import { discoverPod, hasEnded, intervalOf, type PodRefusal, portsOf, wantsScrape } from './pod-labels.ts'
import { resolveTarget } from './resolve-target.ts'
import type { ScrapePool, TargetSpec } from './target-spec.ts'

export interface FindTargetsOptions {
  readonly config: ScrapeConfig
  readonly intervalMs: number
  /** Its name, and its address as it stands in `instance`. */
  readonly node: { readonly name: string; readonly address: string }
  readonly events: ScrapeEvents
}

/** The targets that the pods of the node ask for. A pod names a port of its own address, nothing else. */
export function findPodTargets(
  pods: Iterable<PodMetadata>,
  pool: ScrapePool,
  nowMs: number,
  { config, intervalMs, node, events }: FindTargetsOptions,
): TargetSpec[] {
  const found: TargetSpec[] = []
  for (const pod of pods) {
    if (!wantsScrape(pod) || hasEnded(pod, nowMs)) continue
    const refuse = (reason: PodRefusal) => events.podNotScraped({ reason }, { path: `${pod.namespace}/${pod.name}` })
    const ports = portsOf(pod)
    if (ports === undefined) refuse('port')
    const podIntervalMs = intervalOf(pod, intervalMs)
    for (const port of ports ?? []) {
      if (found.length >= config.max_targets) {
        refuse('limit')
        break
      }
      const labels = discoverPod(pod, port, config.pods.job_labels)
      if (typeof labels === 'string') {
        // Without an address it has only just begun, or failed to.
        if (labels !== 'address') refuse(labels)
        break
      }
      labels.set('node', node.name)
      const hostname = URL.parse(`http://${labels.get('__address__')}`)?.hostname
      const timeoutMs = Math.min(config.timeout, podIntervalMs)
      const target = resolveTarget({ pool, labels, intervalMs: podIntervalMs, timeoutMs })
      if (target === 'dropped') continue
      if (target === 'invalid' || target.url.hostname !== hostname) refuse('address')
      else found.push(target)
    }
  }
  return found
}

/** The targets of an entry of the configuration. */
export function findStaticTargets(
  entry: ScrapeConfig['targets'][number],
  pool: ScrapePool,
  { config, intervalMs: usualMs, node }: FindTargetsOptions,
): TargetSpec[] {
  const intervalMs = entry.interval ?? usualMs
  const timeoutMs = Math.min(entry.timeout ?? config.timeout, intervalMs)
  return entry.urls.flatMap((given) => {
    const url = new URL(given)
    const host = bracketHost(node.address)
    const port = url.port || (url.protocol === 'https:' ? '443' : '80')
    const labels = new Map([
      ['__address__', `${url.hostname}:${port}`],
      ['__scheme__', url.protocol.slice(0, -1)],
      ['__metrics_path__', `${url.pathname === '/' ? '/metrics' : url.pathname}${url.search}`],
      ['job', entry.job],
      ['instance', isLoopback(url.hostname) ? `${host}:${port}` : `${url.hostname}:${port}`],
      ['node', node.name],
      ...Object.entries(entry.labels),
    ])
    const target = resolveTarget({ pool, labels, intervalMs, timeoutMs })
    return typeof target === 'string' ? [] : [target]
  })
}
