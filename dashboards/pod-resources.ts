import type { Section } from './dashboard.ts'
import { LIMITS } from './limits.ts'
import type { PanelFactory } from './panels.ts'
import { CONTAINERS, KUBE_STATE_METRICS, POD_NETWORK, PODS, TARGET } from './selectors.ts'

const BY = 'by (namespace, pod, container)'
const NAME = '{{namespace}}/{{pod}} {{container}}'
const KUBE = `${KUBE_STATE_METRICS}, ${PODS}, container=~"$container"`
const rate = (metric: string) => `sum ${BY} (rate(container_${metric}{${CONTAINERS}}[$__rate_interval]))`
const asked = (kind: 'requests' | 'limits', resource: 'cpu' | 'memory') =>
  `max ${BY} (kube_pod_container_resource_${kind}{${KUBE}, resource="${resource}"})`

/** What containers use, against what they asked for and may have. */
export function podResourceSections(panels: PanelFactory): Section[] {
  return [
    {
      title: 'CPU and memory',
      panels: [
        panels.graph({
          title: 'CPU against request and limit',
          description:
            'Cores that containers use; dashed what they asked for and may have, by kube-state-metrics. Above the request they depend on what others leave; at the limit they are throttled.',
          unit: 'short',
          bounds: '.* (request|limit)',
          queries: [
            { expr: rate('cpu_usage_seconds_total'), legend: NAME },
            { expr: asked('requests', 'cpu'), legend: `${NAME} request` },
            { expr: asked('limits', 'cpu'), legend: `${NAME} limit` },
          ],
        }),
        panels.graph({
          title: 'CPU throttling',
          description:
            'Part of the periods in which a container had to stop because of its limit. Above the line it answers late: raise the limit, or take it away.',
          unit: 'percentunit',
          max: 1,
          limit: LIMITS.throttledRatio,
          queries: [
            {
              expr: `${rate('cpu_cfs_throttled_periods_total')} / (${rate('cpu_cfs_periods_total')} > 0)`,
              legend: NAME,
            },
          ],
        }),
        panels.graph({
          title: 'Working set against limit',
          description:
            'Memory that cannot be taken back; dashed what was asked for and the limit, by kube-state-metrics. At the limit the kernel kills: raise it, or find the leak.',
          unit: 'bytes',
          bounds: '.* (request|limit)',
          queries: [
            { expr: `sum ${BY} (container_memory_working_set_bytes{${CONTAINERS}})`, legend: NAME },
            { expr: asked('requests', 'memory'), legend: `${NAME} request` },
            { expr: asked('limits', 'memory'), legend: `${NAME} limit` },
          ],
        }),
        panels.graph({
          title: 'Memory by kind',
          description:
            'Anonymous memory, page cache and swap. Cache is given back under pressure; anonymous memory is not.',
          unit: 'bytes',
          stack: true,
          queries: [
            { expr: `sum(container_memory_rss{${CONTAINERS}})`, legend: 'anonymous' },
            { expr: `sum(container_memory_cache{${CONTAINERS}})`, legend: 'cache' },
            { expr: `sum(container_memory_swap{${CONTAINERS}})`, legend: 'swap' },
          ],
        }),
        panels.table({
          title: 'Containers',
          description:
            'Containers by memory, CPU and age. A young one among old ones was restarted; follow the link to its logs.',
          unit: 'bytes',
          width: 24,
          columns: {
            namespace: 'Namespace',
            pod: 'Pod',
            container: 'Container',
            'Value #A': 'Memory',
            'Value #B': 'CPU',
            'Value #C': 'Age',
          },
          units: { CPU: 'short', Age: 's' },
          queries: [
            { expr: `sum ${BY} (container_memory_working_set_bytes{${CONTAINERS}})` },
            { expr: rate('cpu_usage_seconds_total') },
            { expr: `time() - max ${BY} (container_start_time_seconds{${CONTAINERS}})` },
          ],
          links: [
            {
              title: 'Logs of the container',
              url: '/d/vedette-logs-overview?var-namespace=${__data.fields.Namespace}&var-pod=${__data.fields.Pod}&var-container=${__data.fields.Container}&${__url_time_range}',
            },
          ],
        }),
      ],
    },
    {
      title: 'Disks and network',
      isCollapsed: true,
      panels: [
        panels.graph({
          title: 'Disk writes and reads',
          description:
            'Bytes that containers read and write on disks; the page cache is not in it. One that stands out slows the others on its node.',
          unit: 'Bps',
          queries: [
            { expr: rate('fs_writes_bytes_total'), legend: `${NAME} written` },
            { expr: rate('fs_reads_bytes_total'), legend: `${NAME} read` },
          ],
        }),
        panels.graph({
          title: 'Network received and sent',
          description: 'Bytes by pod. Pods that have the network of the node are not in it: see Node.',
          unit: 'Bps',
          queries: [
            ...['receive', 'transmit'].map((way) => ({
              expr: `sum by (namespace, pod) (rate(container_network_${way}_bytes_total{${POD_NETWORK}}[$__rate_interval]))`,
              legend: `{{namespace}}/{{pod}} ${way}`,
            })),
          ],
        }),
        panels.graph({
          title: 'Network drops',
          description:
            'Packets that were dropped at the interfaces of pods. Many: the pod does not read fast enough, or a policy drops.',
          unit: 'pps',
          queries: [
            ...['receive', 'transmit'].map((way) => ({
              expr: `sum by (namespace, pod) (rate(container_network_${way}_packets_dropped_total{${POD_NETWORK}}[$__rate_interval]))`,
              legend: `{{namespace}}/{{pod}} ${way}`,
            })),
          ],
        }),
        panels.graph({
          title: 'Volumes, used',
          description: 'How full persistent volumes are. Above the line enlarge the claim, or delete.',
          unit: 'percentunit',
          max: 1,
          limit: 1 - LIMITS.volumeFreeRatio,
          queries: [
            {
              expr: `1 - kubelet_volume_stats_available_bytes{cluster=~"$cluster", namespace=~"$namespace"} / kubelet_volume_stats_capacity_bytes{cluster=~"$cluster", namespace=~"$namespace"}`,
              legend: '{{namespace}}/{{persistentvolumeclaim}}',
            },
          ],
        }),
        panels.graph({
          title: 'Targets',
          description: '1 while what gathers these series answers. 0: the numbers above are old; see Agent.',
          unit: 'bool',
          max: 1,
          queries: [{ expr: `up{${TARGET}}`, legend: '{{job}} {{instance}}' }],
        }),
      ],
    },
  ]
}
