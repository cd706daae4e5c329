import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Clock } from '#lib/clock.ts'
import { systemFiles } from '#lib/files.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { Registry } from '#lib/metrics.ts'
import { readVersion } from '#lib/version.ts'
import type { AgentConfig } from '../config.ts'
import type { AgentEvents } from '../events.ts'
import type { KnownPods } from '../metadata/known-pods.ts'
import { createPool } from '../ship/create-pool.ts'
import { Packer } from '../ship/packer.ts'
import { createContainerGatherer } from './container/create-container-gatherer.ts'
import type { Gatherer } from './gatherer.ts'
import { createKubeletGatherer } from './kubelet/create-kubelet-gatherer.ts'
import { exportGatherMetrics, exportTargets } from './metrics.ts'
import { MetricsShipper } from './metrics-shipper.ts'
import { createNodeGatherer } from './node/create-node-gatherer.ts'
import type { TargetStatus } from './page/target-status.ts'
import { GatherRounds } from './rounds.ts'
import { createScrapeGatherer } from './scrape/scrape-gatherer.ts'

export interface GatherDeps {
  readonly clock: Clock
  readonly registry: Registry
  readonly events: AgentEvents
  readonly env: Readonly<Record<string, string | undefined>>
  /** Undefined if nobody is asked. */
  readonly pods: KnownPods | undefined
}

export interface GatherPipeline {
  /** In start order. */
  readonly parts: readonly Service[]
  /** What is scraped, and how it goes. */
  readonly targets: () => readonly TargetStatus[]
}

/**
 * The agent's metrics, in the order in which a value meets it:
 *
 * round     each gatherer is asked once an interval              rounds.ts
 * gather    containers and pods, from their control groups         container/container-gatherer.ts
 *           the node, from /proc and /sys                       node/node-gatherer.ts
 *           pages of metrics of pods and other targets       scrape/scrape-gatherer.ts, page/page-target.ts
 *           the kubelet's own, volumes and file systems          kubelet/kubelet-gatherer.ts
 * write     points of a target's series, as OTLP                 target-metrics.ts, family-points.ts
 * ship      compress, wait in memory, send to one collector      metrics-shipper.ts
 */
export function createGatherPipeline(config: AgentConfig, deps: GatherDeps): GatherPipeline {
  const { gather, ship } = config
  if (!gather.enabled) return { parts: [], targets: () => [] }
  const { clock, registry, events, env, pods } = deps
  const shipper = new MetricsShipper({
    collectors: createPool(ship, { clock, events, files: systemFiles, env }, 'metrics'),
    packer: new Packer(ship.compression_level),
    maxQueueBytes: gather.max_queue_bytes,
    events,
  })
  const name = config.node_name || hostname()
  const node = { name, address: gather.node_address || env.NODE_IP?.trim() || name }
  const common = { clock, events, node, version: readVersion(), send: shipper.submit.bind(shipper) }
  const gatherers: Gatherer[] = []
  if (gather.containers.enabled) gatherers.push(createContainerGatherer(gather.containers, { ...common, pods }))
  if (gather.node.enabled) gatherers.push(createNodeGatherer(gather.node, common))
  const scrape = createScrapeGatherer(gather.scrape, {
    ...{ ...common, pods, files: systemFiles, intervalMs: gather.interval },
  })
  if (scrape !== undefined) gatherers.push(scrape)
  const kubelet = createKubeletGatherer(gather.kubelet, {
    ...{ ...common, pods, env, exists: existsSync, files: systemFiles, intervalMs: gather.interval },
    ...{ metadata: config.metadata, containers: gather.containers },
  })
  if (kubelet !== undefined) gatherers.push(kubelet)
  const observe = exportGatherMetrics(registry, shipper)
  const rounds = new GatherRounds({ gatherers, intervalMs: gather.interval, clock, events, observe })
  const targets = () => [...(kubelet?.targets() ?? []), ...(scrape?.targets() ?? [])]
  exportTargets(registry, targets)
  return { parts: [shipper, rounds], targets }
}
