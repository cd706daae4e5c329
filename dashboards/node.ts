import type { DashboardSpec } from './dashboard.ts'
import { LIMITS } from './limits.ts'
import { nodeNetworkSections } from './node-network.ts'
import { nodeStorageSections } from './node-storage.ts'
import { PanelFactory } from './panels.ts'
import { TARGET } from './selectors.ts'
import { labelVariable, prometheusVariable, targetVariables } from './variables.ts'

const ON_NODE = 'cluster=~"$cluster", node=~"$node"'

/** One node, or several: in node_exporter's names, whoever gathered them. */
export function nodeDashboard(): DashboardSpec {
  const panels = new PanelFactory()
  return {
    name: 'node',
    title: 'Vedette / Kubernetes / Node',
    description:
      'CPU, memory, pressure, disks, file systems and network of nodes, the pods on them, and how far their logs are.',
    variables: [
      prometheusVariable(),
      ...targetVariables('node_uname_info'),
      labelVariable('node', 'Node', {
        metric: 'node_uname_info{cluster=~"$cluster", job=~"$job", instance=~"$instance"}',
      }).allValue('.*'),
    ],
    marks: [
      {
        name: 'Boots',
        expr: `changes(node_boot_time_seconds{${TARGET}}[2m]) > 0`,
        title: 'Booted: {{instance}}',
        color: 'orange',
      },
    ],
    sections: [
      {
        title: 'Stats',
        panels: [
          panels.stat({
            title: 'Nodes',
            description:
              'Nodes that send their metrics. Fewer than `kubectl get nodes` has: look for agents that are down.',
            unit: 'short',
            queries: [{ expr: `count(node_uname_info{${TARGET}})` }],
          }),
          panels.stat({
            title: 'Cores',
            description: 'CPU cores of the chosen nodes.',
            unit: 'short',
            queries: [{ expr: `sum(instance:node_num_cpu:sum{${TARGET}})` }],
          }),
          panels.stat({
            title: 'CPU in use',
            description: 'Part of the time that is not idle. Near 1 for long: add nodes, or find who uses it in Pods.',
            unit: 'percentunit',
            queries: [
              {
                expr: `1 - avg(sum without (mode) (rate(node_cpu_seconds_total{${TARGET}, mode=~"idle|iowait"}[$__rate_interval])))`,
              },
            ],
          }),
          panels.stat({
            title: 'Memory in use',
            description:
              'Part of the memory that is not available. Above the line pods are evicted soon; see memory utilisation.',
            unit: 'percentunit',
            limit: LIMITS.memoryRatio,
            queries: [
              {
                expr: `1 - sum(node_memory_MemAvailable_bytes{${TARGET}}) / sum(node_memory_MemTotal_bytes{${TARGET}})`,
              },
            ],
          }),
          panels.stat({
            title: 'Fullest file system',
            description: 'How full the fullest file system is. Above the line see file systems, used.',
            unit: 'percentunit',
            limit: 1 - LIMITS.fileSystemFreeRatio,
            queries: [
              {
                expr: `max(1 - node_filesystem_avail_bytes{${TARGET}} / (node_filesystem_size_bytes{${TARGET}} > 0))`,
              },
            ],
          }),
          panels.stat({
            title: 'Pods',
            description: 'Pods with running containers on the chosen nodes.',
            unit: 'short',
            queries: [
              { expr: `count(count by (namespace, pod) (container_memory_working_set_bytes{${ON_NODE}, image!=""}))` },
            ],
          }),
          panels.stat({
            title: 'Up since',
            description:
              'The shortest time since a boot. Shorter than you know of: see the journal of the boot before.',
            unit: 's',
            queries: [{ expr: `min(time() - node_boot_time_seconds{${TARGET}})` }],
          }),
          panels.stat({
            title: 'Log delay',
            description: 'Age of the oldest log record on the chosen nodes that is not delivered. See Agent.',
            unit: 's',
            limit: LIMITS.agentLagSeconds,
            queries: [{ expr: `max(vedette_agent_seconds_behind{${ON_NODE}})` }],
          }),
        ],
      },
      {
        title: 'CPU and memory',
        panels: [
          panels.graph({
            title: 'CPU by mode',
            description:
              'Cores by what they do. Much `iowait`: the disks; much `steal`: the host of the machine; much `softirq`: the network.',
            unit: 'short',
            stack: true,
            queries: [
              {
                expr: `sum by (mode) (rate(node_cpu_seconds_total{${TARGET}, mode!="idle"}[$__rate_interval]))`,
                legend: '{{mode}}',
              },
            ],
          }),
          panels.graph({
            title: 'Load',
            description:
              'Processes that run or wait, and the cores. Above the cores they queue: see pressure for what they wait for.',
            unit: 'short',
            bounds: '.* cores',
            queries: [
              { expr: `node_load1{${TARGET}}`, legend: '{{instance}} 1m' },
              { expr: `node_load5{${TARGET}}`, legend: '{{instance}} 5m' },
              {
                expr: `sum by (instance) (instance:node_num_cpu:sum{${TARGET}})`,
                legend: '{{instance}} cores',
              },
            ],
          }),
          panels.graph({
            title: 'Memory',
            description:
              'What memory is used for. Buffers and cache are given back when something needs them; slab mostly too.',
            unit: 'bytes',
            stack: true,
            bounds: 'total',
            queries: [
              {
                expr: `sum(node_memory_MemTotal_bytes{${TARGET}} - node_memory_MemFree_bytes{${TARGET}} - node_memory_Buffers_bytes{${TARGET}} - node_memory_Cached_bytes{${TARGET}} - node_memory_Slab_bytes{${TARGET}})`,
                legend: 'used',
              },
              { expr: `sum(node_memory_Slab_bytes{${TARGET}})`, legend: 'slab' },
              { expr: `sum(node_memory_Buffers_bytes{${TARGET}})`, legend: 'buffers' },
              { expr: `sum(node_memory_Cached_bytes{${TARGET}})`, legend: 'cache' },
              { expr: `sum(node_memory_MemFree_bytes{${TARGET}})`, legend: 'free' },
              { expr: `sum(node_memory_MemTotal_bytes{${TARGET}})`, legend: 'total' },
            ],
          }),
          panels.graph({
            title: 'Memory utilisation',
            description:
              'Part of the memory that is not available. Above the line the kubelet evicts pods soon: set limits, or add nodes.',
            unit: 'percentunit',
            max: 1,
            limit: LIMITS.memoryRatio,
            queries: [
              {
                expr: `1 - node_memory_MemAvailable_bytes{${TARGET}} / node_memory_MemTotal_bytes{${TARGET}}`,
                legend: '{{instance}}',
              },
            ],
          }),
          panels.graph({
            title: 'Pressure',
            description:
              'Part of the time in which something waited for CPU, memory or disk (PSI). Above 0.1 programs are felt to be slow.',
            unit: 'percentunit',
            queries: ['cpu', 'memory', 'io'].map((what) => ({
              expr: `rate(node_pressure_${what}_waiting_seconds_total{${TARGET}}[$__rate_interval])`,
              legend: `{{instance}} ${what}`,
            })),
          }),
          panels.graph({
            title: 'OOM kills on nodes',
            description:
              'Processes that the kernel killed for memory, in containers or not. See OOM kills in Pods, and the kernel’s log.',
            unit: 'short',
            queries: [{ expr: `increase(node_vmstat_oom_kill{${TARGET}}[$__rate_interval])`, legend: '{{instance}}' }],
          }),
        ],
      },
      ...nodeStorageSections(panels),
      ...nodeNetworkSections(panels),
    ],
  }
}
