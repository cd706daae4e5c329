import { CADVISOR, DISK_DEVICES, ERROR_LEVELS, KUBE_STATE_METRICS, NODE_EXPORTER } from '../selectors.ts'
import type { RuleGroup } from './rule.ts'

const BY_CONTAINER = 'sum by (cluster, namespace, pod, container, node)'
const CONTAINER = `${CADVISOR}, container!="", image!=""`

/**
 * Under kubernetes-mixin's names, so that its dashboards find them too. It looks up the node of a pod at
 * kube-state-metrics; the series that our agents gather say it themselves.
 */
export const CONTAINER_RECORDINGS: RuleGroup = {
  name: 'vedette-containers',
  rules: [
    {
      record: 'node_namespace_pod_container:container_cpu_usage_seconds_total:sum_rate5m',
      expr: `${BY_CONTAINER} (rate(container_cpu_usage_seconds_total{${CADVISOR}, image!=""}[5m]))`,
    },
    {
      record: 'node_namespace_pod_container:container_cpu_usage_seconds_total:sum_irate',
      expr: `${BY_CONTAINER} (irate(container_cpu_usage_seconds_total{${CADVISOR}, image!=""}[5m]))`,
    },
    ...['working_set_bytes', 'rss', 'cache', 'swap'].map((name) => ({
      record: `node_namespace_pod_container:container_memory_${name}`,
      expr: `max by (cluster, namespace, pod, container, node) (container_memory_${name}{${CONTAINER}})`,
    })),
    {
      record: 'cluster:namespace:pod_memory:active:kube_pod_container_resource_limits',
      expr: resource('limits', 'memory'),
    },
    {
      record: 'cluster:namespace:pod_cpu:active:kube_pod_container_resource_limits',
      expr: resource('limits', 'cpu'),
    },
    {
      record: 'cluster:namespace:pod_memory:active:kube_pod_container_resource_requests',
      expr: resource('requests', 'memory'),
    },
    {
      record: 'cluster:namespace:pod_cpu:active:kube_pod_container_resource_requests',
      expr: resource('requests', 'cpu'),
    },
  ],
}

/** Under the names of node_exporter's mixin, whose dashboards and alerts use them. */
export const NODE_RECORDINGS: RuleGroup = {
  name: 'vedette-nodes',
  rules: [
    {
      record: 'instance:node_num_cpu:sum',
      expr: `count without (cpu, mode) (node_cpu_seconds_total{${NODE_EXPORTER}, mode="idle"})`,
    },
    {
      record: 'instance:node_cpu_utilisation:rate5m',
      expr: `
        1 - avg without (cpu) (
          sum without (mode) (rate(node_cpu_seconds_total{${NODE_EXPORTER}, mode=~"idle|iowait|steal"}[5m]))
        )`,
    },
    {
      record: 'instance:node_load1_per_cpu:ratio',
      expr: `node_load1{${NODE_EXPORTER}} / instance:node_num_cpu:sum{${NODE_EXPORTER}}`,
    },
    {
      record: 'instance:node_memory_utilisation:ratio',
      expr: `
        1 - (
          node_memory_MemAvailable_bytes{${NODE_EXPORTER}}
          or node_memory_Buffers_bytes{${NODE_EXPORTER}} + node_memory_Cached_bytes{${NODE_EXPORTER}}
            + node_memory_MemFree_bytes{${NODE_EXPORTER}} + node_memory_Slab_bytes{${NODE_EXPORTER}}
        ) / node_memory_MemTotal_bytes{${NODE_EXPORTER}}`,
    },
    {
      record: 'instance:node_vmstat_pgmajfault:rate5m',
      expr: `rate(node_vmstat_pgmajfault{${NODE_EXPORTER}}[5m])`,
    },
    {
      record: 'instance_device:node_disk_io_time_seconds:rate5m',
      expr: `rate(node_disk_io_time_seconds_total{${NODE_EXPORTER}, ${DISK_DEVICES}}[5m])`,
    },
    {
      record: 'instance_device:node_disk_io_time_weighted_seconds:rate5m',
      expr: `rate(node_disk_io_time_weighted_seconds_total{${NODE_EXPORTER}, ${DISK_DEVICES}}[5m])`,
    },
  ],
}

/** What the log dashboards ask again and again, over many series. */
export const LOG_RECORDINGS: RuleGroup = {
  name: 'vedette-logs',
  rules: [
    {
      record: 'namespace_pod_container:logs:rate5m',
      expr: 'sum by (cluster, namespace, pod, container) (rate(logs_total[5m]))',
    },
    {
      record: 'namespace_pod_container:logs_errors:rate5m',
      expr: `sum by (cluster, namespace, pod, container) (rate(logs_total{${ERROR_LEVELS}}[5m]))`,
    },
  ],
}

function resource(kind: 'limits' | 'requests', name: 'cpu' | 'memory'): string {
  return `
        kube_pod_container_resource_${kind}{${KUBE_STATE_METRICS}, resource="${name}"}
        * on (cluster, namespace, pod) group_left ()
        max by (cluster, namespace, pod) (kube_pod_status_phase{${KUBE_STATE_METRICS}, phase=~"Pending|Running"} == 1)`
}
