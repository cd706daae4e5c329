import { LIMITS } from '../limits.ts'
import { CADVISOR, DISK_DEVICES, FILE_SYSTEMS, KUBE_STATE_METRICS, KUBELET, NODE_EXPORTER } from '../selectors.ts'
import type { RuleGroup } from './rule.ts'

const INSTANCE = ['cluster', 'instance']
const POD = ['cluster', 'namespace', 'pod', 'container']
const OF_CONTAINER = 'Container {{ $labels.container }} of pod {{ $labels.namespace }}/{{ $labels.pod }}'
const OF_FILE_SYSTEM = 'The file system {{ $labels.mountpoint }} of {{ $labels.instance }}'
const FILES = `${NODE_EXPORTER}, ${FILE_SYSTEMS}`
const IS_WRITABLE = `and node_filesystem_readonly{${FILES}} == 0`
const OF_VOLUME = 'The volume {{ $labels.persistentvolumeclaim }} in namespace {{ $labels.namespace }}'

/** Alerts on pods, under kubernetes-mixin's names where the meaning is the same. */
export const POD_ALERTS: RuleGroup = {
  name: 'vedette-pods',
  rules: [
    {
      alert: 'CPUThrottlingHigh',
      expr: `
        sum by (cluster, namespace, pod, container) (
          increase(container_cpu_cfs_throttled_periods_total{${CADVISOR}, container!=""}[5m])
        )
        / sum by (cluster, namespace, pod, container) (
          increase(container_cpu_cfs_periods_total{${CADVISOR}, container!=""}[5m])
        )
        > ${LIMITS.throttledRatio}`,
      for: '15m',
      severity: 'info',
      summary: 'A container is throttled much of the time.',
      description: `${OF_CONTAINER} was throttled in {{ $value | humanizePercentage }} of its periods.`,
      panel: { dashboard: 'pods', title: 'CPU throttling', variables: POD },
    },
    {
      alert: 'KubePodCrashLooping',
      expr: `
        max_over_time(
          kube_pod_container_status_waiting_reason{${KUBE_STATE_METRICS}, reason="CrashLoopBackOff"}[5m]
        ) >= 1`,
      for: '15m',
      severity: 'warning',
      summary: 'A container crashes again and again.',
      description: `${OF_CONTAINER} is started again and again and ends each time.`,
      panel: { dashboard: 'pods', title: 'Restarts', variables: POD },
    },
    {
      alert: 'ContainerOOMKilled',
      expr: `
        sum by (cluster, namespace, pod, container) (
          increase(container_oom_events_total{${CADVISOR}, container!=""}[10m])
        ) > 0
        or
        max by (cluster, namespace, pod, container) (
          (
            increase(kube_pod_container_status_restarts_total{${KUBE_STATE_METRICS}}[10m])
            and on (cluster, namespace, pod, container)
            kube_pod_container_status_last_terminated_reason{${KUBE_STATE_METRICS}, reason="OOMKilled"} == 1
          ) > 0
        )`,
      severity: 'warning',
      summary: 'The kernel killed a container that used more memory than its limit.',
      description: `${OF_CONTAINER} was killed for its memory in the last ten minutes.`,
      panel: { dashboard: 'pods', title: 'OOM kills', variables: POD },
    },
    {
      alert: 'KubePersistentVolumeFillingUp',
      expr: `
        kubelet_volume_stats_available_bytes{${KUBELET}} / kubelet_volume_stats_capacity_bytes{${KUBELET}}
        < ${LIMITS.volumeFreeRatio}
        and kubelet_volume_stats_used_bytes{${KUBELET}} > 0`,
      for: '1m',
      severity: 'critical',
      summary: 'A persistent volume is nearly full.',
      description: `${OF_VOLUME} has {{ $value | humanizePercentage }} free.`,
      panel: { dashboard: 'pods', title: 'Volumes, used', variables: ['cluster', 'namespace'] },
    },
  ],
}

/** Alerts on nodes, under the names of node_exporter's mixin where the meaning is the same. */
export const NODE_ALERTS: RuleGroup = {
  name: 'vedette-node-alerts',
  rules: [
    {
      alert: 'NodeFilesystemSpaceFillingUp',
      expr: `
        node_filesystem_avail_bytes{${FILES}} / node_filesystem_size_bytes{${FILES}} < 0.4
        and predict_linear(node_filesystem_avail_bytes{${FILES}}[6h], 24 * 3600) < 0
        ${IS_WRITABLE}`,
      for: '1h',
      severity: 'warning',
      summary: 'A file system is full within a day.',
      description: `${OF_FILE_SYSTEM} has {{ $value | humanizePercentage }} free, and is full within a day if it goes on.`,
      panel: { dashboard: 'node', title: 'File systems full in', variables: INSTANCE },
    },
    {
      alert: 'NodeFilesystemAlmostOutOfSpace',
      expr: `
        node_filesystem_avail_bytes{${FILES}} / node_filesystem_size_bytes{${FILES}} < ${LIMITS.fileSystemFreeRatio}
        ${IS_WRITABLE}`,
      for: '30m',
      severity: 'warning',
      summary: 'A file system is nearly full.',
      description: `${OF_FILE_SYSTEM} has {{ $value | humanizePercentage }} free.`,
      panel: { dashboard: 'node', title: 'File systems, used', variables: INSTANCE },
    },
    {
      alert: 'NodeFilesystemAlmostOutOfFiles',
      expr: `
        node_filesystem_files_free{${FILES}} / (node_filesystem_files{${FILES}} > 0) < ${LIMITS.inodesFreeRatio}
        ${IS_WRITABLE}`,
      for: '1h',
      severity: 'warning',
      summary: 'A file system has few inodes left.',
      description: `${OF_FILE_SYSTEM} has {{ $value | humanizePercentage }} of its inodes free.`,
      panel: { dashboard: 'node', title: 'Inodes, used', variables: INSTANCE },
    },
    {
      alert: 'NodeMemoryHighUtilization',
      expr: `
        1 - node_memory_MemAvailable_bytes{${NODE_EXPORTER}} / node_memory_MemTotal_bytes{${NODE_EXPORTER}}
        > ${LIMITS.memoryRatio}`,
      for: '15m',
      severity: 'warning',
      summary: 'The memory of a node is nearly used up.',
      description: '{{ $value | humanizePercentage }} of the memory of {{ $labels.instance }} is in use.',
      panel: { dashboard: 'node', title: 'Memory utilisation', variables: INSTANCE },
    },
    {
      alert: 'NodeDiskIOSaturation',
      expr: `
        rate(node_disk_io_time_weighted_seconds_total{${NODE_EXPORTER}, ${DISK_DEVICES}}[5m])
        > ${LIMITS.diskSaturation}`,
      for: '30m',
      severity: 'warning',
      summary: 'Requests queue up at a disk.',
      description: '{{ $value | humanize }} requests wait at disk {{ $labels.device }} of {{ $labels.instance }}.',
      panel: { dashboard: 'node', title: 'Disk saturation', variables: INSTANCE },
    },
    ...(['receive', 'transmit'] as const).map((direction) => ({
      alert: direction === 'receive' ? 'NodeNetworkReceiveErrs' : 'NodeNetworkTransmitErrs',
      expr: `
        rate(node_network_${direction}_errs_total{${NODE_EXPORTER}}[2m])
        / (rate(node_network_${direction}_packets_total{${NODE_EXPORTER}}[2m]) > 0)
        > ${LIMITS.networkErrorRatio}`,
      for: '1h',
      severity: 'warning' as const,
      summary: `An interface has many ${direction} errors.`,
      description: `{{ $value | humanizePercentage }} of the packets of {{ $labels.device }} of {{ $labels.instance }} have ${direction} errors.`,
      panel: { dashboard: 'node' as const, title: 'Network errors', variables: INSTANCE },
    })),
  ],
}
