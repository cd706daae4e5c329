import assert from 'node:assert/strict'
import { dirname } from 'node:path'
import { test } from 'node:test'
import { version2Group, writeTree } from '../../../support/cgroup-tree.ts'
import { podOf } from '../../../support/container-gatherer.ts'
import {
  APP,
  BOOT_MS,
  BURSTABLE,
  onePod,
  POD,
  SANDBOX,
  scope,
  simulateNode,
  UID,
  valuesOf,
} from '../../../support/container-node.ts'
import type { GatheredSeries } from '../../../support/gathered-series.ts'

const isOf = (id: string) => (labels: GatheredSeries['labels']) => labels.name === id

const GAUGES = {
  spec_cpu_period: 100_000,
  spec_cpu_shares: 500,
  memory_usage_bytes: 104_857_600,
  memory_working_set_bytes: 83_886_080,
  memory_rss: 52_428_800,
  memory_cache: 41_943_040,
  memory_swap: 4_096,
  spec_memory_limit_bytes: 0,
  threads: 7,
}
const COUNTERS = {
  'cpu_usage_seconds_total total': 12.5,
  'memory_failures_total pgfault container': 5_000,
  'memory_failures_total pgmajfault container': 50,
  pressure_cpu_waiting_seconds_total: 1.5,
  pressure_cpu_stalled_seconds_total: 0.25,
  pressure_memory_waiting_seconds_total: 2,
  pressure_memory_stalled_seconds_total: 1,
  pressure_io_waiting_seconds_total: 3,
  pressure_io_stalled_seconds_total: 0.5,
  'fs_reads_bytes_total /dev/sda': 4_096,
  'fs_writes_bytes_total /dev/sda': 8_192,
  'fs_reads_total /dev/sda': 1,
  'fs_writes_total /dev/sda': 2,
}
const NETWORK = {
  'network_receive_bytes_total eth0': 1_000,
  'network_receive_packets_total eth0': 10,
  'network_receive_packets_dropped_total eth0': 2,
  'network_transmit_bytes_total eth0': 2_000,
  'network_transmit_packets_total eth0': 20,
  'network_transmit_packets_dropped_total eth0': 4,
}

test('a container and its sandbox: exactly the default series', async (t) => {
  const { round } = simulateNode(t)
  const series = await round()
  const startTime = Date.UTC(2026, 10, 20, 12) / 1000
  assert.deepEqual(valuesOf(series, isOf(APP)), { ...GAUGES, ...COUNTERS, processes: 2, start_time_seconds: startTime })
  const sandbox = { ...GAUGES, ...COUNTERS, ...NETWORK, processes: 1, start_time_seconds: BOOT_MS / 1000 + 10 }
  assert.deepEqual(valuesOf(series, isOf(SANDBOX)), sandbox)
  const others = [...series.values()].filter(({ labels }) => labels.name !== APP && labels.name !== SANDBOX)
  assert.deepEqual(
    others.map(({ name, labels, value }) => [name, labels.container ?? '', value]),
    [
      ['machine_cpu_cores', '', 2],
      ['machine_memory_bytes', '', 2_097_152],
      ['cadvisor_version_info', '', 1],
      // The pod's group has counted one kill, and there is only one container that it can be of.
      ['container_oom_events_total', 'app', 1],
      ['up', '', 1],
      ['scrape_duration_seconds', '', 0],
      ['scrape_samples_scraped', '', series.size - 3],
    ],
  )
})

test('labels: all of them always, empty when unknown, and those of the configuration', async (t) => {
  const { round, sent } = simulateNode(t, { given: { labels: { metrics_path: '/metrics/cadvisor' }, job: 'kubelet' } })
  const series = await round()
  const labelsOf = (name: string, container: string) =>
    [...series.values()].find((one) => one.name === `container_${name}` && one.labels.container === container)!.labels
  const metrics_path = '/metrics/cadvisor'
  assert.deepEqual(labelsOf('memory_rss', 'app'), {
    ...{ container: 'app', id: `${POD}/${scope(APP)}`, image: 'app:1', name: APP, metrics_path },
    ...{ namespace: 'shop', pod: `pod-${UID}` },
  })
  assert.deepEqual(labelsOf('network_receive_bytes_total', ''), {
    ...{ container: '', id: `${POD}/${scope(SANDBOX)}`, image: 'pause', name: SANDBOX, metrics_path },
    ...{ namespace: 'shop', pod: `pod-${UID}`, interface: 'eth0' },
  })
  assert.deepEqual(labelsOf('oom_events_total', 'app'), {
    ...{ container: 'app', id: POD, image: 'app:1', name: '', namespace: 'shop', pod: `pod-${UID}`, metrics_path },
  })
  assert.deepEqual(series.get(`up{metrics_path="${metrics_path}"}`)?.value, 1)
  assert.match(sent[0]!.body.toString('latin1'), /kubelet.*10\.0\.0\.1:10250.*node-1/s)
})

test('all metrics: those of the default list, and the others that the kernel has', async (t) => {
  const huge = {
    'hugetlb.2MB.current': '2097152\n',
    'hugetlb.2MB.events': 'max 3\n',
    'hugetlb.2MB.rsvd.current': '0\n',
  }
  const quota = { 'cpu.max': '50000 100000\n', 'memory.max': '209715200\n', 'memory.high': '104857600\n' }
  const { round } = simulateNode(t, {
    groups: {
      'kubepods.slice': { 'hugetlb.2MB.current': '0\n', 'hugetlb.2MB.rsvd.current': '0\n' },
      [`${POD.slice(1)}/${scope(APP)}`]: version2Group({
        ...huge,
        ...quota,
        'memory.swap.max': '0\n',
        'pids.max': 'max\n',
      }),
    },
    given: { metrics: { include: ['*'], exclude: ['container_fs_*', 'container_pressure_*', 'container_last_*'] } },
  })
  const series = await round()
  assert.deepEqual(valuesOf(series, isOf(APP)), {
    ...GAUGES,
    ...Object.fromEntries(Object.entries(COUNTERS).filter(([name]) => !/^(fs|pressure)_/.test(name))),
    ...{ processes: 2, start_time_seconds: Date.UTC(2026, 10, 20, 12) / 1000 },
    ...{ cpu_cfs_periods_total: 100, cpu_cfs_throttled_periods_total: 10, cpu_cfs_throttled_seconds_total: 2.5 },
    ...{ spec_cpu_quota: 50_000, cpu_user_seconds_total: 8, cpu_system_seconds_total: 4.5 },
    ...{ memory_mapped_file: 8_388_608, memory_kernel_usage: 1_048_576, memory_max_usage_bytes: 209_715_200 },
    ...{ memory_failcnt: 4, memory_total_active_file_bytes: 10_485_760, memory_total_inactive_file_bytes: 20_971_520 },
    ...{ 'memory_failures_total pgfault hierarchy': 5_000, 'memory_failures_total pgmajfault hierarchy': 50 },
    ...{ memory_events_high_total: 3, memory_events_max_total: 4, memory_pgscan_total: 70, memory_pgsteal_total: 60 },
    ...{ memory_workingset_refault_file_total: 9, memory_workingset_refault_anon_total: 7 },
    ...{ spec_memory_limit_bytes: 209_715_200, spec_memory_reservation_limit_bytes: 104_857_600 },
    ...{ spec_memory_swap_limit_bytes: 0, threads_max: 0 },
    ...{ 'hugetlb_usage_bytes 2MB': 2_097_152, 'hugetlb_failcnt 2MB': 3 },
  })
  const types = new Map([...series.values()].map(({ name, type }) => [name, type]))
  assert.equal(types.get('container_memory_failcnt'), 'unknown')
})

test('every way in which kubelets and runtimes name groups', async (t) => {
  const ids = Array.from({ length: 8 }, (_, index) => index.toString(16).repeat(64))
  const [a, b, c, d, e, f, g] = ids as [string, string, string, string, string, string, string]
  const group = version2Group()
  const pods = ['one', 'two', 'three', 'four', 'five', 'six'].map((uid, index) =>
    podOf(`${uid}-x`, { app: [ids[index]!] }),
  )
  const groups = {
    'kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podone_x.slice': {
      [`cri-containerd-${a}.scope`]: group,
    },
    'kubepods.slice/kubepods-podtwo_x.slice': { [`crio-${b}.scope`]: group, [`crio-conmon-${g}.scope`]: group },
    'kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podthree_x.slice': { [`docker-${c}.scope`]: group },
    'kubepods/burstable/podfour-x': { [d]: group },
    'kubepods/podfive-x': { [e]: group },
    'system.slice/docker-0.scope/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-podsix_x.slice': {
      [`cri-containerd-${f}.scope`]: group,
    },
    'system.slice/ssh.service': group,
  }
  const { round } = simulateNode(t, { groups, pods })
  const series = await round()
  const found = [...series.values()].filter(({ name }) => name === 'container_memory_rss')
  assert.deepEqual(
    new Set(found.map(({ labels }) => `${labels.pod} ${labels.name}`)),
    new Set(pods.map(({ name, containers }) => `${name} ${containers[0]!.runs[0]!.id}`)),
  )
  assert.equal(found.length, pods.length)
})

test("crun's nested group has the processes", async (t) => {
  const nested = version2Group({ 'cgroup.procs': '', 'container/cgroup.procs': '101\n7\n8\n' })
  const { round } = simulateNode(t, { groups: { [`${POD.slice(1)}/crio-${APP}.scope`]: nested } })
  assert.equal(valuesOf(await round(), isOf(APP)).processes, 3)
})

test('what a kernel does not have is left out, and so is what makes no sense', async (t) => {
  const bare = {
    'cgroup.procs': '101\n',
    'memory.current': '500\n',
    'memory.stat': 'inactive_file 900\n',
    'cpu.stat': 'odd\n\nusage_usec\n',
  }
  const { round, lines } = simulateNode(t, { groups: { [`${POD.slice(1)}/${scope(APP)}`]: bare } })
  assert.deepEqual(valuesOf(await round(), isOf(APP)), {
    ...{ memory_usage_bytes: 500, memory_working_set_bytes: 0, processes: 1 },
    start_time_seconds: Date.UTC(2026, 10, 20, 12) / 1000,
  })
  assert.deepEqual(lines, [])
})

test('whole pods and slices have rows of their own, without image or container', async (t) => {
  const groups = { 'kubepods.slice': version2Group(), [BURSTABLE.slice(1)]: version2Group(), [POD.slice(1)]: onePod() }
  const { round } = simulateNode(t, { groups, given: { pods: true, slices: true } })
  const rss = [...(await round()).values()].filter(({ name }) => name === 'container_memory_rss')
  assert.deepEqual(
    rss.map(({ labels: { id, image, container, pod, name } }) => [id, image, container, pod, name]),
    [
      ['/kubepods.slice', '', '', '', ''],
      [BURSTABLE, '', '', '', ''],
      [`${POD}/${scope(SANDBOX)}`, 'pause', '', `pod-${UID}`, SANDBOX],
      [`${POD}/${scope(APP)}`, 'app:1', 'app', `pod-${UID}`, APP],
      [POD, '', '', `pod-${UID}`, ''],
    ],
  )
})

test('what the node says of itself, where all of it is mounted', async (t) => {
  const { round, proc, lines } = simulateNode(t)
  writeTree(dirname(proc), {
    'etc/os-release': 'NAME=Debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
    'etc/machine-id': '0123456789abcdef0123456789abcdef\n',
    'proc/sys/kernel/random/boot_id': '5d0b4c51-7d3e-4f0e-9a51-3f1d6a1f0c11\n',
  })
  const series = [...(await round()).values()]
  const labelsOf = (wanted: string) => series.find(({ name }) => name === wanted)?.labels
  assert.deepEqual(labelsOf('cadvisor_version_info'), {
    ...{ cadvisorRevision: '', cadvisorVersion: '1.2.3', dockerVersion: '', kernelVersion: '6.1.0' },
    osVersion: 'Debian GNU/Linux 12 (bookworm)',
  })
  assert.deepEqual(labelsOf('machine_memory_bytes'), {
    ...{ boot_id: '5d0b4c51-7d3e-4f0e-9a51-3f1d6a1f0c11', machine_id: '0123456789abcdef0123456789abcdef' },
    system_uuid: '',
  })
  assert.deepEqual(lines, [])
})

test('an address of IPv6 stands in brackets', async (t) => {
  const { round, sent } = simulateNode(t, { node: { name: 'node-6', address: 'fd00::7' } })
  await round()
  assert.match(sent[0]!.body.toString('latin1'), /cadvisor.*\[fd00::7\]:10250.*node-6/s)
})
