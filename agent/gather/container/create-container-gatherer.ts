import * as fs from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '#lib/clock.ts'
import { bracketHost } from '#lib/http/bracket-host.ts'
import type { KnownPods } from '../../metadata/known-pods.ts'
import type { SendMetrics } from '../gatherer.ts'
import { TargetMetrics } from '../target-metrics.ts'
import type { ContainersConfig } from './config.ts'
import { ContainerGatherer, type GroupParts } from './container-gatherer.ts'
import { DeviceNames } from './device-names.ts'
import type { ContainerEvents } from './events.ts'
import { allGroupFiles } from './group-files.ts'
import { GroupReader } from './group-reader.ts'
import { GroupTree } from './group-tree.ts'
import { HeldFiles } from './held-files.ts'
import { findPageSizes, hugePageFiles, hugePagePlace } from './huge-pages.ts'
import { Identifier } from './identify.ts'
import { findLayout, findRootsOfPods } from './layout.ts'
import { Machine } from './machine.ts'
import { DISK_METRICS, HUGE_PAGE_METRICS, NETWORK_METRICS, OOM_METRIC, VALUE_ROWS } from './metric-table.ts'
import { PodNetwork } from './pod-network.ts'
import { Processes } from './process-info.ts'
import { ProcessScan } from './process-scan.ts'
import { SeriesWriter, type WantedMetrics } from './series-writer.ts'
import type { SyncFiles } from './sync-files.ts'
import { placeOf, VALUE, VALUE_COUNT } from './values.ts'
import { createMetricFilter } from './wanted-metrics.ts'

export interface ContainerGathererDeps {
  readonly clock: Clock
  readonly events: ContainerEvents
  /** The system's unless told. */
  readonly files?: SyncFiles
  /** Undefined if nobody is asked: names of pods and containers stay empty. */
  readonly pods: Pick<KnownPods, 'findPodByUid' | 'findContainerById' | 'ageMs'> | undefined
  /** Of the agent. */
  readonly version: string
  /** Name of the node, and the address that people know it by. */
  readonly node: { readonly name: string; readonly address: string }
  readonly send: SendMetrics
}

const KUBELET_PORT = 10_250

/** What gathers the metrics of containers and pods that the configuration asks for. */
export function createContainerGatherer(config: ContainersConfig, deps: ContainerGathererDeps): ContainerGatherer {
  const { clock, events, files = fs, node, version, send } = deps
  const held = new HeldFiles({ files, events, maxOpen: config.max_open_files })
  const isWanted = createMetricFilter(config.metrics)
  const labels = Object.entries(config.labels)
  const host = bracketHost(node.address)
  const instance = config.instance || `${host}:${KUBELET_PORT}`
  const target = new TargetMetrics({ job: config.job, instance, node: node.name, labels }, version)
  const machine = new Machine({
    ...{ held, version, labels, procRoot: config.proc_root, sysRoot: dirname(dirname(config.cgroup_root)) },
    isWanted: (name) => isWanted(name, true),
  })
  return new ContainerGatherer({
    ...{ clock, events, target, send, machine },
    withSandboxes: config.sandboxes,
    withPods: config.pods,
    withOom: isWanted(OOM_METRIC.name, true),
    cgroupRoot: config.cgroup_root,
    findGroups: () => findGroups(config, { ...deps, files }, held, target),
  })
}

function findGroups(
  config: ContainersConfig,
  { clock, files, pods }: Pick<ContainerGathererDeps, 'clock' | 'pods'> & { readonly files: SyncFiles },
  held: HeldFiles,
  target: TargetMetrics,
): GroupParts | undefined {
  const layout = findLayout(config.cgroup_root, files)
  const [root] = layout === undefined ? [] : findRootsOfPods(layout, files)
  if (layout === undefined || root === undefined) return undefined
  const pageSizes = findPageSizes(layout, root, files)
  const wanted = findWanted(config, pageSizes)
  const places = placesOf(wanted)
  const oom = wanted.oom ? [VALUE.oomKills] : []
  const readerOptions = {
    ...{ layout, held, valueCount: VALUE_COUNT + pageSizes.length * HUGE_PAGE_METRICS.length },
    files: [...allGroupFiles(layout), ...hugePageFiles(layout, pageSizes)],
  }
  const withDisks = wanted.disks.length > 0
  const members = new GroupReader({ ...readerOptions, wanted: new Set([...places, ...oom]), withDisks })
  // A pod's group is read for kills alone if it has no series of its own.
  const hasAbove = config.pods || config.slices
  const above = new GroupReader({
    ...readerOptions,
    wanted: new Set([...(hasAbove ? places : []), ...oom]),
    withDisks: withDisks && hasAbove,
  })
  const processes = new Processes(held, config.proc_root)
  const scan = new ProcessScan({ held, files, procRoot: config.proc_root })
  const devices = new DeviceNames(held, config.proc_root)
  const writer = new SeriesWriter({ target, devices, wanted })
  const identifier = new Identifier({
    ...{ pods, files, clock, directory: layout.walked },
    sandboxImage: config.sandbox_image,
    labels: Object.entries(config.labels),
  })
  const network =
    wanted.network.length > 0 ? new PodNetwork({ held, files, writer, procRoot: config.proc_root }) : undefined
  const tree = new GroupTree({ layout, files, held, members, above, withSlices: config.slices })
  return { tree, members, above, identifier, processes, scan, network, writer }
}

/** What has to be read: the values that are wanted, and those that decide over them or that they are made of. */
function placesOf({ rows }: WantedMetrics): ReadonlySet<number> {
  const places = new Set<number>()
  for (const { value, needsQuota } of rows) {
    places.add(placeOf(value))
    if (needsQuota) places.add(VALUE.quota)
    if (value === 'workingSet') places.add(VALUE.memory).add(VALUE.inactiveFile)
  }
  return places
}

function findWanted({ metrics }: ContainersConfig, pageSizes: readonly string[]): WantedMetrics {
  const isWanted = createMetricFilter(metrics)
  const takes = ({ spec, isDefault }: { readonly spec: { readonly name: string }; readonly isDefault: boolean }) =>
    isWanted(spec.name, isDefault)
  const hugePages = HUGE_PAGE_METRICS.filter(takes).flatMap(({ spec, value }) =>
    pageSizes.map((size, index) => ({
      ...{ spec, value: hugePagePlace(index, value), needsQuota: false },
      labels: [['pagesize', size] as const],
    })),
  )
  return {
    rows: [...VALUE_ROWS.filter(({ key, isDefault }) => isWanted(key, isDefault)), ...hugePages],
    disks: DISK_METRICS.filter(takes),
    network: NETWORK_METRICS.filter(takes),
    oom: isWanted(OOM_METRIC.name, true),
  }
}
