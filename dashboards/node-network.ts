import type { Section } from './dashboard.ts'
import { LIMITS } from './limits.ts'
import type { PanelFactory } from './panels.ts'
import { NODE_INTERFACES, TARGET } from './selectors.ts'

const ON_NODE = 'cluster=~"$cluster", node=~"$node"'

/** What nodes send and receive, and the pods on them. */
export function nodeNetworkSections(panels: PanelFactory): Section[] {
  return [
    {
      title: 'Network',
      isCollapsed: true,
      panels: [
        panels.graph({
          title: 'Received',
          description: 'Bytes received by interfaces of the node. At the speed of the link: spread the pods.',
          unit: 'Bps',
          queries: [
            {
              expr: `rate(node_network_receive_bytes_total{${TARGET}, ${NODE_INTERFACES}}[$__rate_interval])`,
              legend: '{{instance}} {{device}}',
            },
          ],
        }),
        panels.graph({
          title: 'Sent',
          description: 'Bytes sent by interfaces of the node. At the speed of the link: spread the pods.',
          unit: 'Bps',
          queries: [
            {
              expr: `rate(node_network_transmit_bytes_total{${TARGET}, ${NODE_INTERFACES}}[$__rate_interval])`,
              legend: '{{instance}} {{device}}',
            },
          ],
        }),
        panels.graph({
          title: 'Network errors',
          description:
            'Errors per packet. Above the line: cable, driver, or another MTU than the neighbours’. Drops are a full queue.',
          unit: 'percentunit',
          limit: LIMITS.networkErrorRatio,
          queries: ['receive', 'transmit'].map((way) => ({
            expr: `rate(node_network_${way}_errs_total{${TARGET}}[$__rate_interval]) / (rate(node_network_${way}_packets_total{${TARGET}}[$__rate_interval]) > 0)`,
            legend: `{{instance}} {{device}} ${way}`,
          })),
        }),
        panels.graph({
          title: 'Dropped packets',
          description:
            'Packets dropped by interfaces. Some are normal; many: a queue is full, see the load and softirq.',
          unit: 'pps',
          queries: ['receive', 'transmit'].map((way) => ({
            expr: `rate(node_network_${way}_drop_total{${TARGET}, ${NODE_INTERFACES}}[$__rate_interval])`,
            legend: `{{instance}} {{device}} ${way}`,
          })),
        }),
        panels.graph({
          title: 'TCP retransmissions',
          description: 'Part of the segments that were sent again. Above 0.01: packets get lost somewhere.',
          unit: 'percentunit',
          queries: [
            {
              expr: `rate(node_netstat_Tcp_RetransSegs{${TARGET}}[$__rate_interval]) / (rate(node_netstat_Tcp_OutSegs{${TARGET}}[$__rate_interval]) > 0)`,
              legend: '{{instance}}',
            },
          ],
        }),
      ],
    },
    {
      title: 'Pods and logs',
      isCollapsed: true,
      panels: [
        panels.table({
          title: 'Pods on the node',
          description: 'Pods by memory and CPU. One that takes most of the node: give it limits, or a node of its own.',
          unit: 'bytes',
          width: 24,
          columns: { namespace: 'Namespace', pod: 'Pod', node: 'Node', 'Value #A': 'Memory', 'Value #B': 'CPU' },
          units: { CPU: 'short' },
          queries: [
            {
              expr: `sum by (namespace, pod, node) (container_memory_working_set_bytes{${ON_NODE}, container!="", image!=""})`,
            },
            {
              expr: `sum by (namespace, pod, node) (rate(container_cpu_usage_seconds_total{${ON_NODE}, container!="", image!=""}[$__rate_interval]))`,
            },
          ],
          links: [
            {
              title: 'The pod',
              url: '/d/vedette-pods?var-namespace=${__data.fields.Namespace}&var-pod=${__data.fields.Pod}&${__url_time_range}',
            },
          ],
        }),
        panels.graph({
          title: 'Log delay of agents',
          description:
            'Age of the oldest record that is not delivered, by node. Above the line see Agent, and `vedette top` in its pod.',
          unit: 's',
          limit: LIMITS.agentLagSeconds,
          queries: [{ expr: `max by (node) (vedette_agent_seconds_behind{${ON_NODE}})`, legend: '{{node}}' }],
        }),
        panels.graph({
          title: 'Held logs of agents',
          description:
            'Bytes of deleted log files that agents hold for delivery, which the disk cannot give away. See held logs in Agent.',
          unit: 'bytes',
          queries: [{ expr: `sum by (node) (vedette_agent_spool_bytes{${ON_NODE}})`, legend: '{{node}}' }],
        }),
      ],
    },
  ]
}
