import type { DashboardSpec } from './dashboard.ts'
import { POD_LOGS_QUERY } from './log-queries.ts'
import { logs, PanelFactory } from './panels.ts'
import { podResourceSections } from './pod-resources.ts'
import { CONTAINERS, ERROR_LEVELS, KUBE_STATE_METRICS, POD_NETWORK, PODS } from './selectors.ts'
import { elasticsearchVariable, labelVariable, prometheusVariable, targetVariables } from './variables.ts'

const FROM = 'prometheus_datasource'
const METRIC = 'container_cpu_usage_seconds_total'
const CHOSEN = 'cluster=~"$cluster", job=~"$job", instance=~"$instance"'
const KUBE = `${KUBE_STATE_METRICS}, ${PODS}, container=~"$container"`

/** Pods and their containers, in cAdvisor's names, and their logs beside. */
export function podsDashboard(): DashboardSpec {
  const panels = new PanelFactory(FROM)
  return {
    name: 'pods',
    title: 'Vedette / Kubernetes / Pods and containers',
    description:
      'CPU, memory, disks and network of containers against what they asked for, their restarts, and their logs. Requests and limits come from kube-state-metrics.',
    variables: [
      prometheusVariable(FROM),
      elasticsearchVariable(),
      ...targetVariables(METRIC, FROM),
      labelVariable('namespace', 'Namespace', { metric: `${METRIC}{${CHOSEN}}`, from: FROM }),
      labelVariable('pod', 'Pod', { metric: `${METRIC}{${CHOSEN}, namespace=~"$namespace"}`, from: FROM }),
      labelVariable('container', 'Container', {
        metric: `${METRIC}{${CHOSEN}, namespace=~"$namespace", pod=~"$pod", container!=""}`,
        from: FROM,
      }),
    ],
    sections: [
      {
        title: 'Stats',
        panels: [
          panels.stat({
            title: 'Running containers',
            description: 'Containers that run just now. Fewer than you expect: see restarts.',
            unit: 'short',
            queries: [
              {
                expr: `count(count by (namespace, pod, container) (container_memory_working_set_bytes{${CONTAINERS}}))`,
              },
            ],
          }),
          panels.stat({
            title: 'CPU',
            description: 'Cores in use. Compare with requests below.',
            unit: 'short',
            queries: [{ expr: `sum(rate(container_cpu_usage_seconds_total{${CONTAINERS}}[$__rate_interval]))` }],
          }),
          panels.stat({
            title: 'Memory',
            description: 'Working set: what the kernel cannot simply take back. Compare with limits below.',
            unit: 'bytes',
            queries: [{ expr: `sum(container_memory_working_set_bytes{${CONTAINERS}})` }],
          }),
          panels.stat({
            title: 'Restarts in the time range',
            description:
              'Containers that were started anew in the time range. More than one for each rollout: see restarts.',
            unit: 'short',
            queries: [
              {
                expr: `sum(count by (namespace, pod, container) (last_over_time(container_start_time_seconds{${CONTAINERS}}[$__range])) - 1)`,
              },
            ],
          }),
          panels.stat({
            title: 'Network in',
            description: 'Bytes received per second. Pods with the network of the node are not counted.',
            unit: 'Bps',
            queries: [{ expr: `sum(rate(container_network_receive_bytes_total{${POD_NETWORK}}[$__rate_interval]))` }],
          }),
          panels.stat({
            title: 'Network out',
            description: 'Bytes sent per second. Pods with the network of the node are not counted.',
            unit: 'Bps',
            queries: [{ expr: `sum(rate(container_network_transmit_bytes_total{${POD_NETWORK}}[$__rate_interval]))` }],
          }),
          panels.stat({
            title: 'Log records',
            description: 'Records that were logged per second. A multiple of before: see the logs below.',
            unit: 'ops',
            queries: [{ expr: `sum(rate(logs_total{${PODS}, container=~"$container"}[$__rate_interval]))` }],
          }),
          panels.stat({
            title: 'Errors logged',
            description: 'Records of level error or above per second. See the errors below.',
            unit: 'ops',
            queries: [
              { expr: `sum(rate(logs_total{${PODS}, container=~"$container", ${ERROR_LEVELS}}[$__rate_interval]))` },
            ],
          }),
        ],
      },
      ...podResourceSections(panels),
      {
        title: 'Life',
        panels: [
          panels.graph({
            title: 'Restarts',
            description:
              'Starts in the last hour beyond the first, by what we see of containers and, where it is there, by kube-state-metrics. Again and again: read the last lines of the logs, and `kubectl describe pod`.',
            unit: 'short',
            queries: [
              {
                expr: `(count by (namespace, pod, container) (last_over_time(container_start_time_seconds{${CONTAINERS}}[1h])) - 1) > 0`,
                legend: '{{namespace}}/{{pod}} {{container}}',
              },
              {
                expr: `increase(kube_pod_container_status_restarts_total{${KUBE}}[1h]) > 0`,
                legend: '{{namespace}}/{{pod}} {{container}} (kube-state-metrics)',
              },
            ],
          }),
          panels.graph({
            title: 'OOM kills',
            description:
              'Processes that the kernel killed in a container. Its count goes with the container, so kube-state-metrics says more, where it is there. Raise the limit, or find the leak.',
            unit: 'short',
            queries: [
              {
                expr: `sum by (namespace, pod, container) (increase(container_oom_events_total{${CONTAINERS}}[$__rate_interval])) > 0`,
                legend: '{{namespace}}/{{pod}} {{container}}',
              },
              {
                expr: `max by (namespace, pod, container) (kube_pod_container_status_last_terminated_reason{${KUBE}, reason="OOMKilled"}) > 0`,
                legend: '{{namespace}}/{{pod}} {{container}} (last end)',
              },
            ],
          }),
        ],
      },
      {
        title: 'Logs',
        panels: [
          panels.graph({
            title: 'Log records by level',
            description: 'Records per second by level. Errors that rise with restarts or CPU tell which came first.',
            unit: 'ops',
            stack: true,
            queries: [
              {
                expr: `sum by (level) (rate(logs_total{${PODS}, container=~"$container"}[$__rate_interval]))`,
                legend: '{{level}}',
              },
            ],
          }),
          panels.graph({
            title: 'Log bytes',
            description:
              'Bytes logged per second, by container. One that stands out fills the disk of the node and of the store: give it a level.',
            unit: 'Bps',
            queries: [
              {
                expr: `topk(10, sum by (namespace, pod, container) (rate(logs_bytes_total{${PODS}, container=~"$container"}[$__rate_interval])))`,
                legend: '{{namespace}}/{{pod}} {{container}}',
              },
            ],
          }),
          logs({
            title: 'Logs of these containers',
            description:
              'The newest records of the chosen containers. Nothing, though they log: see Agent, delivery behind.',
            lucene: POD_LOGS_QUERY,
          }),
        ],
      },
    ],
  }
}
