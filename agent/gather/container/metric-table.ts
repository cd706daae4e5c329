import { counter, type FamilySpec, gauge, untyped } from '../family-spec.ts'
import type { ValueName } from './values.ts'

/** A series of a group that is one of its values. */
export interface ValueRow {
  readonly spec: FamilySpec
  /** What patterns of the configuration meet: the name, and labels that tell this row from others of it. */
  readonly key: string
  readonly isDefault: boolean
  readonly value: ValueName
  /** Labels beyond those that all series of the group have. */
  readonly labels: readonly (readonly [name: string, value: string])[]
  /** Whether it has a meaning only if CPU time is limited. */
  readonly needsQuota: boolean
}

type Row = Pick<ValueRow, 'spec' | 'value' | 'labels'>

/** A metric whose series have a label of what the group has several of. */
export interface ListedMetric<K extends string> {
  readonly spec: FamilySpec
  readonly isDefault: boolean
  readonly value: K
}

type Labels = ValueRow['labels']

function counts(name: string, value: ValueName, help: string, labels: Labels = []): Row {
  return { spec: counter(`container_${name}`, help), value, labels }
}

function shows(name: string, value: ValueName, help: string): Row {
  return { spec: gauge(`container_${name}`, help), value, labels: [] }
}

function faults(value: ValueName, kind: string, scope: string): Row {
  const labels = [['failure_type', kind] as const, ['scope', scope] as const]
  return counts('memory_failures_total', value, 'Page faults; major ones had to wait for a disk.', labels)
}

/** What dashboards and rules of kubernetes-mixin select, and what is worth having beyond; not what kube-prometheus-stack drops. */
const DEFAULT_ROWS: readonly Row[] = [
  counts('cpu_usage_seconds_total', 'cpuUsage', 'CPU time that was used.', [['cpu', 'total']]),
  counts('cpu_cfs_periods_total', 'periods', 'Periods of the CPU limit that have passed.'),
  counts('cpu_cfs_throttled_periods_total', 'throttledPeriods', 'Periods in which it was held up by its CPU limit.'),
  counts('cpu_cfs_throttled_seconds_total', 'throttled', 'Time for which it was held up by its CPU limit.'),
  shows('spec_cpu_quota', 'quota', 'Limit of CPU time, microseconds in each period.'),
  shows('spec_cpu_period', 'period', 'Period of the CPU limit, microseconds.'),
  shows('spec_cpu_shares', 'shares', 'Weight among groups that want CPU time.'),
  shows('memory_usage_bytes', 'memory', 'Memory, cached files included.'),
  shows('memory_working_set_bytes', 'workingSet', 'Memory without cached files that were not used lately.'),
  shows('memory_rss', 'rss', 'Anonymous memory, bytes.'),
  shows('memory_cache', 'cache', 'Cached files, bytes.'),
  shows('memory_swap', 'swap', 'Memory that was swapped out, bytes.'),
  faults('faults', 'pgfault', 'container'),
  faults('majorFaults', 'pgmajfault', 'container'),
  shows('spec_memory_limit_bytes', 'memoryLimit', 'Limit of memory; 0 for none.'),
  counts('pressure_cpu_waiting_seconds_total', 'cpuWaiting', 'Time in which something waited for CPU time.'),
  counts('pressure_cpu_stalled_seconds_total', 'cpuStalled', 'Time in which everything waited for CPU time.'),
  counts('pressure_memory_waiting_seconds_total', 'memoryWaiting', 'Time in which something waited for memory.'),
  counts('pressure_memory_stalled_seconds_total', 'memoryStalled', 'Time in which everything waited for memory.'),
  counts('pressure_io_waiting_seconds_total', 'ioWaiting', 'Time in which something waited for a disk.'),
  counts('pressure_io_stalled_seconds_total', 'ioStalled', 'Time in which everything waited for a disk.'),
  shows('processes', 'processes', 'Processes.'),
  shows('threads', 'threads', 'Threads.'),
  shows('start_time_seconds', 'startTime', 'When it was started, Unix time.'),
]

const OPTIONAL_ROWS: readonly Row[] = [
  counts('cpu_user_seconds_total', 'cpuUser', 'CPU time in user mode.'),
  counts('cpu_system_seconds_total', 'cpuSystem', 'CPU time in the kernel.'),
  shows('memory_mapped_file', 'mappedFile', 'Files mapped into memory, bytes.'),
  shows('memory_kernel_usage', 'kernelMemory', 'Memory of the kernel, bytes.'),
  shows('memory_max_usage_bytes', 'memoryPeak', 'Most memory that ever was in use.'),
  // A counter there; as such its name would not survive receivers of OTLP that append `_total`.
  { spec: untyped('container_memory_failcnt', 'Times that memory was at its limit.'), value: 'failcnt', labels: [] },
  shows('memory_total_active_file_bytes', 'activeFile', 'Cached files that were used lately.'),
  shows('memory_total_inactive_file_bytes', 'inactiveFile', 'Cached files that were not used lately.'),
  faults('allFaults', 'pgfault', 'hierarchy'),
  faults('allMajorFaults', 'pgmajfault', 'hierarchy'),
  counts('memory_events_high_total', 'highEvents', 'Times that it was held up to reclaim memory.'),
  counts('memory_events_max_total', 'maxEvents', 'Times that memory was about to exceed its limit.'),
  counts('memory_pgscan_total', 'scannedPages', 'Pages looked at to reclaim memory.'),
  counts('memory_pgsteal_total', 'stolenPages', 'Pages reclaimed.'),
  counts('memory_workingset_refault_file_total', 'fileRefaults', 'Pages of files that were reclaimed too early.'),
  counts('memory_workingset_refault_anon_total', 'anonRefaults', 'Anonymous pages that were reclaimed too early.'),
  shows('spec_memory_reservation_limit_bytes', 'memoryReservation', 'Memory beyond which it is reclaimed; 0 for none.'),
  shows('spec_memory_swap_limit_bytes', 'swapLimit', 'Limit of swap; 0 for none.'),
  shows('threads_max', 'threadsMax', 'Limit of threads; 0 for none.'),
  shows('last_seen', 'lastSeen', 'When it was last seen, Unix time.'),
]

/** Names and types are those of cAdvisor in the kubelet. */
export const VALUE_ROWS: readonly ValueRow[] = [
  ...DEFAULT_ROWS.map((row) => withKey(row, true)),
  ...OPTIONAL_ROWS.map((row) => withKey(row, false)),
]

function withKey(row: Row, isDefault: boolean): ValueRow {
  const { name } = row.spec
  const isHierarchy = row.labels.some(([, value]) => value === 'hierarchy')
  const needsQuota = name.includes('_cfs_') || row.value === 'quota'
  return { ...row, isDefault, needsQuota, key: isHierarchy ? `${name}{scope="hierarchy"}` : name }
}

export type DiskValue = 'readBytes' | 'writtenBytes' | 'reads' | 'writes'
export type InterfaceValue = `${'received' | 'sent'}${'Bytes' | 'Packets' | 'Dropped' | 'Errors'}`
export type HugePageValue = 'usage' | 'peak' | 'failures'

/** By `device`. */
export const DISK_METRICS: readonly ListedMetric<DiskValue>[] = [
  listed(counter('container_fs_reads_bytes_total', 'Bytes read from the device.'), 'readBytes'),
  listed(counter('container_fs_writes_bytes_total', 'Bytes written to the device.'), 'writtenBytes'),
  listed(counter('container_fs_reads_total', 'Reads of the device.'), 'reads'),
  listed(counter('container_fs_writes_total', 'Writes to the device.'), 'writes'),
]

/** By `interface`. */
export const NETWORK_METRICS: readonly ListedMetric<InterfaceValue>[] = [
  listed(counter('container_network_receive_bytes_total', 'Bytes received.'), 'receivedBytes'),
  listed(counter('container_network_receive_packets_total', 'Packets received.'), 'receivedPackets'),
  listed(
    counter('container_network_receive_packets_dropped_total', 'Received packets that were dropped.'),
    'receivedDropped',
  ),
  onDemand(counter('container_network_receive_errors_total', 'Errors at receiving.'), 'receivedErrors'),
  listed(counter('container_network_transmit_bytes_total', 'Bytes sent.'), 'sentBytes'),
  listed(counter('container_network_transmit_packets_total', 'Packets sent.'), 'sentPackets'),
  listed(
    counter('container_network_transmit_packets_dropped_total', 'Packets that were dropped at sending.'),
    'sentDropped',
  ),
  onDemand(counter('container_network_transmit_errors_total', 'Errors at sending.'), 'sentErrors'),
]

/** By `pagesize`. */
export const HUGE_PAGE_METRICS: readonly ListedMetric<HugePageValue>[] = [
  onDemand(gauge('container_hugetlb_usage_bytes', 'Huge pages in use.'), 'usage'),
  onDemand(gauge('container_hugetlb_max_usage_bytes', 'Most huge pages ever in use.'), 'peak'),
  onDemand(counter('container_hugetlb_failcnt', 'Times that huge pages were at their limit.'), 'failures'),
]

function listed<K extends string>(spec: FamilySpec, value: K): ListedMetric<K> {
  return { spec, isDefault: true, value }
}

/** One that is there only where it is asked for. */
function onDemand<K extends string>(spec: FamilySpec, value: K): ListedMetric<K> {
  return { spec, isDefault: false, value }
}

/** One series for each container of a pod, whatever its run. */
export const OOM_METRIC = counter(
  'container_oom_events_total',
  'Times that a process of the container was killed for want of memory, over all runs of the container.',
)
