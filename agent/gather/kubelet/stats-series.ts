import type { KnownPods } from '../../metadata/known-pods.ts'
import { findContainer } from '../../metadata/pod-metadata.ts'
import { type FamilySpec, gauge } from '../family-spec.ts'
import { type EncodedLabels, encodeLabels } from '../labels.ts'
import type { TargetMetrics } from '../target-metrics.ts'
import type { ContainerStats, FileSystemStats, VolumeStats } from './parse-summary.ts'

type Row = readonly [spec: FamilySpec, value: keyof FileSystemStats]

/** As cAdvisor has them, with its texts in our words. */
const CONTAINER_ROWS: readonly Row[] = [
  [gauge('container_fs_usage_bytes', 'Bytes that the container has written to its own layer.'), 'usedBytes'],
  [gauge('container_fs_limit_bytes', 'Size of the file system in which they are.'), 'capacityBytes'],
  [gauge('container_fs_inodes_free', 'Inodes of it that are free.'), 'inodesFree'],
  [gauge('container_fs_inodes_total', 'Inodes of it.'), 'inodes'],
]

const VOLUME_ROWS: readonly Row[] = [
  [gauge('kubelet_volume_stats_available_bytes', 'Bytes of the volume that are available.'), 'availableBytes'],
  [gauge('kubelet_volume_stats_capacity_bytes', 'Size of the volume.'), 'capacityBytes'],
  [gauge('kubelet_volume_stats_used_bytes', 'Bytes of the volume that are in use.'), 'usedBytes'],
  [gauge('kubelet_volume_stats_inodes', 'Inodes of the volume.'), 'inodes'],
  [gauge('kubelet_volume_stats_inodes_free', 'Inodes of the volume that are free.'), 'inodesFree'],
  [gauge('kubelet_volume_stats_inodes_used', 'Inodes of the volume that are in use.'), 'inodesUsed'],
]

type Pairs = readonly (readonly [name: string, value: string])[]

/** Labels that are kept for as long as they are asked for in every round: by them a series is known again. */
export class StatsLabels {
  #labels = new Map<string, EncodedLabels>()
  #next = new Map<string, EncodedLabels>()

  of(pairs: Pairs): EncodedLabels {
    const key = JSON.stringify(pairs)
    const labels = this.#labels.get(key) ?? encodeLabels(pairs)
    this.#next.set(key, labels)
    return labels
  }

  endRound(): void {
    this.#labels = this.#next
    this.#next = new Map()
  }
}

/** Writes how full the file systems of containers are, with cAdvisor's labels as far as they can be known. */
export function writeContainerStats(
  metrics: TargetMetrics,
  containers: readonly ContainerStats[],
  labels: StatsLabels,
  more: Pairs,
  pods: Pick<KnownPods, 'findPodByUid'> | undefined,
): void {
  for (const { namespace, pod, podUid, container: name, rootfs } of containers) {
    const found = pods?.findPodByUid(podUid)
    const container = found === undefined ? undefined : findContainer(found, name)
    const encoded = labels.of([
      ['container', name],
      ['device', ''],
      ['id', ''],
      ['image', container?.image ?? ''],
      ['name', container?.runs[0]?.id ?? ''],
      ['namespace', namespace],
      ['pod', pod],
      ...more,
    ])
    writeRows(metrics, CONTAINER_ROWS, rootfs, encoded)
  }
}

/** Writes how full volumes are, as the kubelet's `/metrics` would have it. */
export function writeVolumeStats(
  metrics: TargetMetrics,
  volumes: readonly VolumeStats[],
  labels: StatsLabels,
  more: Pairs,
): void {
  for (const { namespace, claim, stats } of volumes) {
    const encoded = labels.of([['namespace', namespace], ['persistentvolumeclaim', claim], ...more])
    writeRows(metrics, VOLUME_ROWS, stats, encoded)
  }
}

function writeRows(metrics: TargetMetrics, rows: readonly Row[], stats: FileSystemStats, labels: EncodedLabels): void {
  for (const [spec, key] of rows) {
    const value = stats[key]
    if (value !== undefined) metrics.family(spec).number(labels, value)
  }
}
