import type { RuleCase } from './rule-case.ts'

const CONTAINER = 'namespace="shop", pod="web-1", container="app"'
const OF_CONTAINER = { namespace: 'shop', pod: 'web-1', container: 'app' }
const CADVISOR = `job="cadvisor", instance="10.0.0.1:10250", node="n1", image="shop:1", ${CONTAINER}`
const STATE = `job="kube-state-metrics", instance="ksm", ${CONTAINER}`
const NODE = 'job="node-exporter", instance="10.0.0.1:9100", node="n1"'
const OF_NODE = { job: 'node-exporter', instance: '10.0.0.1:9100', node: 'n1' }
const VOLUME = 'job="kubelet", instance="10.0.0.1:10250", namespace="shop", persistentvolumeclaim="data"'
const FILES = `${NODE}, device="/dev/sda1", fstype="ext4", mountpoint="/var"`
const OF_FILES = { ...OF_NODE, device: '/dev/sda1', fstype: 'ext4', mountpoint: '/var' }
const DISK = `${NODE}, device="sda"`
const CARD = `${NODE}, device="eth0"`
const GIB = 1024 ** 3

const volume = (available: number) => ({
  [`kubelet_volume_stats_available_bytes{${VOLUME}}`]: `${available}+0x10`,
  [`kubelet_volume_stats_capacity_bytes{${VOLUME}}`]: '100+0x10',
  [`kubelet_volume_stats_used_bytes{${VOLUME}}`]: `${100 - available}+0x10`,
})
const files = (available: string, isReadOnly = 0) => ({
  [`node_filesystem_avail_bytes{${FILES}}`]: available,
  [`node_filesystem_size_bytes{${FILES}}`]: `${100 * GIB}+0x600`,
  [`node_filesystem_readonly{${FILES}}`]: `${isReadOnly}+0x600`,
})
const inodes = (free: number) => ({
  [`node_filesystem_files_free{${FILES}}`]: `${free}+0x120`,
  [`node_filesystem_files{${FILES}}`]: '1000+0x120',
  [`node_filesystem_readonly{${FILES}}`]: '0+0x120',
})
const memory = (available: number) => ({
  [`node_memory_MemAvailable_bytes{${NODE}}`]: `${available}+0x60`,
  [`node_memory_MemTotal_bytes{${NODE}}`]: '100+0x60',
})
const errors = (way: string, perMinute: number) => ({
  [`node_network_${way}_errs_total{${CARD}}`]: `0+${perMinute}x120`,
  [`node_network_${way}_packets_total{${CARD}}`]: '0+600x120',
})

export const KUBERNETES_CASES: readonly RuleCase[] = [
  {
    alert: 'CPUThrottlingHigh',
    name: 'half of the periods are throttled',
    series: {
      [`container_cpu_cfs_throttled_periods_total{${CADVISOR}}`]: '0+300x60',
      [`container_cpu_cfs_periods_total{${CADVISOR}}`]: '0+600x60',
    },
    at: '40m',
    firing: [{ labels: OF_CONTAINER, value: '50%' }],
  },
  {
    alert: 'CPUThrottlingHigh',
    name: 'a tenth is',
    series: {
      [`container_cpu_cfs_throttled_periods_total{${CADVISOR}}`]: '0+60x60',
      [`container_cpu_cfs_periods_total{${CADVISOR}}`]: '0+600x60',
    },
    at: '40m',
    firing: [],
  },
  {
    alert: 'KubePodCrashLooping',
    name: 'a container waits to be started again',
    series: { [`kube_pod_container_status_waiting_reason{${STATE}, reason="CrashLoopBackOff"}`]: '1 _ 1+0x40' },
    at: '30m',
    firing: [
      {
        labels: {
          ...{ ...OF_CONTAINER, job: 'kube-state-metrics', instance: 'ksm', reason: 'CrashLoopBackOff' },
        },
      },
    ],
  },
  {
    alert: 'KubePodCrashLooping',
    name: 'it waits for its image',
    series: { [`kube_pod_container_status_waiting_reason{${STATE}, reason="ImagePullBackOff"}`]: '1+0x40' },
    at: '30m',
    firing: [],
  },
  {
    alert: 'ContainerOOMKilled',
    name: 'the kernel counts a kill',
    series: { [`container_oom_events_total{${CADVISOR}}`]: '0+0x5 1+0x20' },
    at: '10m',
    firing: [{ labels: OF_CONTAINER }],
  },
  {
    alert: 'ContainerOOMKilled',
    name: 'the container went with its count, and kube-state-metrics knows why',
    series: {
      [`container_oom_events_total{${CADVISOR}}`]: '0+0x20',
      [`kube_pod_container_status_restarts_total{${STATE}}`]: '0+0x5 1+0x20',
      [`kube_pod_container_status_last_terminated_reason{${STATE}, reason="OOMKilled"}`]: '_x5 1+0x20',
    },
    at: '10m',
    firing: [{ labels: OF_CONTAINER }],
  },
  {
    alert: 'ContainerOOMKilled',
    name: 'a container was started anew for another reason, and one was killed yesterday',
    series: {
      [`container_oom_events_total{${CADVISOR}}`]: '4+0x20',
      [`kube_pod_container_status_restarts_total{${STATE}}`]: '0+0x5 1+0x20',
      [`kube_pod_container_status_last_terminated_reason{${STATE}, reason="Error"}`]: '_x5 1+0x20',
    },
    at: '10m',
    firing: [],
  },
  {
    alert: 'KubePersistentVolumeFillingUp',
    name: 'two percent are free',
    series: volume(2),
    at: '5m',
    firing: [
      {
        labels: {
          ...{ job: 'kubelet', instance: '10.0.0.1:10250', namespace: 'shop', persistentvolumeclaim: 'data' },
        },
        value: '2%',
      },
    ],
  },
  {
    alert: 'KubePersistentVolumeFillingUp',
    name: 'ten percent are free',
    series: volume(10),
    at: '5m',
    firing: [],
  },
  {
    alert: 'NodeFilesystemSpaceFillingUp',
    name: 'a third is free and gone in ten hours',
    series: files(`${50 * GIB}-${GIB / 20}x600`),
    at: '6h',
    firing: [{ labels: OF_FILES, value: '32%' }],
  },
  {
    alert: 'NodeFilesystemSpaceFillingUp',
    name: 'much is free, or it does not fill up',
    series: files(`${35 * GIB}+0x600`),
    at: '6h',
    firing: [],
  },
  {
    alert: 'NodeFilesystemAlmostOutOfSpace',
    name: 'three percent are free',
    series: files(`${3 * GIB}+0x600`),
    at: '40m',
    firing: [{ labels: OF_FILES, value: '3%' }],
  },
  {
    alert: 'NodeFilesystemAlmostOutOfSpace',
    name: 'it is full, and read only',
    series: files('0+0x600', 1),
    at: '40m',
    firing: [],
  },
  {
    alert: 'NodeFilesystemAlmostOutOfFiles',
    name: 'four percent of the inodes are free',
    series: inodes(40),
    at: '70m',
    firing: [{ labels: OF_FILES, value: '4%' }],
  },
  {
    alert: 'NodeFilesystemAlmostOutOfFiles',
    name: 'a third is free',
    series: inodes(333),
    at: '70m',
    firing: [],
  },
  {
    alert: 'NodeMemoryHighUtilization',
    name: 'five percent are available',
    series: memory(5),
    at: '30m',
    firing: [{ labels: OF_NODE, value: '95%' }],
  },
  {
    alert: 'NodeMemoryHighUtilization',
    name: 'half is available',
    series: memory(50),
    at: '30m',
    firing: [],
  },
  {
    alert: 'NodeDiskIOSaturation',
    name: 'twenty requests wait',
    series: { [`node_disk_io_time_weighted_seconds_total{${DISK}}`]: '0+1200x60' },
    at: '50m',
    firing: [{ labels: { ...OF_NODE, device: 'sda' }, value: '20' }],
  },
  {
    alert: 'NodeDiskIOSaturation',
    name: 'one waits, and many at a device that is no disk',
    series: {
      [`node_disk_io_time_weighted_seconds_total{${DISK}}`]: '0+60x60',
      [`node_disk_io_time_weighted_seconds_total{${NODE}, device="loop0"}`]: '0+1200x60',
    },
    at: '50m',
    firing: [],
  },
  ...(['receive', 'transmit'] as const).flatMap((way): RuleCase[] => {
    const alert = way === 'receive' ? 'NodeNetworkReceiveErrs' : 'NodeNetworkTransmitErrs'
    return [
      {
        alert,
        name: 'a tenth of the packets has errors',
        series: errors(way, 60),
        at: '90m',
        firing: [{ labels: { ...OF_NODE, device: 'eth0' }, value: '10%' }],
      },
      { alert, name: 'one in six hundred has', series: errors(way, 1), at: '90m', firing: [] },
    ]
  }),
]
