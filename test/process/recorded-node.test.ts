import assert from 'node:assert/strict'
import { test } from 'node:test'
import { evaluateQueries, unexplained } from '../../dashboards/evaluation.ts'
import { PEERS, skipWithout } from '../support/peer-program.ts'
import { RECORDING_MISSING } from '../support/pod-lists.ts'
import { runOnRecordedNode } from '../support/recorded-node-run.ts'
import { OPENSSL_MISSING } from '../support/tls-peer.ts'
import { until } from '../support/until.ts'

const DEVICES = '(/dev.+)|mmcblk.p.+|nvme.+|rbd.+|sd.+|vd.+|xvd.+|dm-.+|dasd.+'
const POD_INFO =
  'group_left(node) topk by (cluster, namespace, pod) (1, max by (cluster, namespace, pod, node) (kube_pod_info{node!=""}))'
const OF_CADVISOR = 'job="cadvisor"'
const NETWORK = [
  ...['receive_bytes', 'transmit_bytes', 'receive_packets', 'transmit_packets'],
  ...['receive_packets_dropped', 'transmit_packets_dropped'],
]

/** How kubernetes-mixin chooses and joins series: each has to find some. */
const SELECTIONS: readonly string[] = [
  `sum by (cluster, namespace, pod, container) (rate(container_cpu_usage_seconds_total{${OF_CADVISOR}, image!=""}[5m])) * on (cluster, namespace, pod) ${POD_INFO}`,
  `sum by (cluster, namespace, pod, container) (irate(container_cpu_usage_seconds_total{${OF_CADVISOR}, image!=""}[5m])) * on (cluster, namespace, pod) ${POD_INFO}`,
  ...['working_set_bytes', 'rss', 'cache', 'swap'].map(
    (name) =>
      `container_memory_${name}{${OF_CADVISOR}, image!=""} * on (cluster, namespace, pod) group_left(node) topk by (cluster, namespace, pod) (1, max by (cluster, namespace, pod, node) (kube_pod_info{node!=""}))`,
  ),
  `container_memory_working_set_bytes{${OF_CADVISOR}, container!="", image!=""}`,
  `container_memory_rss{${OF_CADVISOR}, container!="POD"}`,
  `sum by (cluster, namespace, pod, container, instance) (rate(container_cpu_cfs_throttled_periods_total{${OF_CADVISOR}, container!=""}[5m])) / on (cluster, namespace, pod, container, instance) group_left sum by (cluster, namespace, pod, container, instance) (rate(container_cpu_cfs_periods_total{${OF_CADVISOR}}[5m]))`,
  ...['reads_total', 'writes_total', 'reads_bytes_total', 'writes_bytes_total'].map(
    (name) => `rate(container_fs_${name}{${OF_CADVISOR}, device=~"${DEVICES}", container!=""}[5m])`,
  ),
  ...NETWORK.flatMap((name) => [
    `rate(container_network_${name}_total{namespace!=""}[5m])`,
    `sum by (namespace) (rate(container_network_${name}_total{${OF_CADVISOR}}[5m]) * on (cluster, namespace, pod) group_left() topk by (cluster, namespace, pod) (1, max by (cluster, namespace, pod) (kube_pod_info{host_network="false"})))`,
  ]),
  'sum by (cluster, instance) (rate(node_cpu_seconds_total{job="node-exporter", mode!="idle", mode!="iowait", mode!="steal"}[5m]))',
  ...['MemAvailable', 'MemTotal', 'MemFree', 'Buffers', 'Cached', 'Slab'].map(
    (name) => `node_memory_${name}_bytes{job="node-exporter"}`,
  ),
  'sum by (instance) (rate(node_netstat_Tcp_RetransSegs[5m]) / rate(node_netstat_Tcp_OutSegs[5m]))',
  'rate(node_netstat_TcpExt_TCPSynRetrans[5m])',
  ...['kubelet_running_pods', 'kubelet_running_containers', 'kubelet_node_name'].map(
    (name) => `${name}{job="kubelet"}`,
  ),
  'kubelet_node_name{job="kubelet"} * on (cluster, instance) group_left() up{job="kubelet", metrics_path="/metrics"}',
  'histogram_quantile(0.99, sum by (cluster, instance, le) (rate(kubelet_pleg_relist_duration_seconds_bucket{job="kubelet"}[5m])) * on (cluster, instance) group_left(node) kubelet_node_name{job="kubelet"})',
  'rate(kubelet_runtime_operations_total{job="kubelet"}[5m])',
  'kubelet_cgroup_manager_duration_seconds_bucket{job="kubelet"}',
  'storage_operation_duration_seconds_count{job="kubelet"}',
  'volume_manager_total_volumes{job="kubelet"}',
  'rest_client_requests_total{job="kubelet"} or process_resident_memory_bytes{job="kubelet"}',
  'go_goroutines{job="kubelet"}',
  ...['cadvisor', 'kubelet', 'node-exporter', 'kube-state-metrics'].map((job) => `up{job="${job}"} == 1`),
]

test('the mixin finds its series, and every panel and rule has data, on a recorded node', {
  skip: RECORDING_MISSING || OPENSSL_MISSING || skipWithout(PEERS.prometheus),
}, async (t) => {
  const prometheus = await runOnRecordedNode(t)
  let missing: string[] = []
  const findsAll = async () => {
    const found = await Promise.all(SELECTIONS.map((selection) => prometheus.query(`count(${selection})`)))
    missing = SELECTIONS.filter((_, index) => found[index]!.length === 0)
    return missing.length === 0
  }
  await until('all selections find series', findsAll, { timeoutMs: 45_000, everyMs: 2_000 }).catch(() =>
    assert.deepEqual(missing, []),
  )
  let empty: string[] = []
  const hasAll = async () => {
    const evaluations = await evaluateQueries({ prometheus: prometheus.url })
    t.diagnostic(`${evaluations.length} queries, ${evaluations.filter(({ series }) => series > 0).length} with data`)
    empty = unexplained(evaluations).map(({ where, expr, error = '' }) => `${where}: ${expr} ${error}`)
    return empty.length === 0
  }
  await until('all panels have data', hasAll, { timeoutMs: 45_000, everyMs: 3_000 }).catch(() =>
    assert.deepEqual(empty, []),
  )
})
