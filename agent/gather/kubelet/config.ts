import type { Report } from '#lib/config/check.ts'
import { boolean, duration, integer, list, optional, type Static, section, size, text } from '#lib/config/schema.ts'
import { formatDuration } from '#lib/duration.ts'

/** It does work for each page; nobody asks it more often than this. */
export const SHORTEST_INTERVAL_MS = 10_000

/**
 * What kubernetes-mixin's dashboards and alerts use of the kubelet's own metrics, and some more. Of its clients and
 * operations there would be thousands of series.
 */
const DEFAULT_METRICS = [
  ...['kubelet_node_name', 'kubelet_node_config_error', 'kubelet_running_*', 'kubelet_started_*', 'kubelet_evictions*'],
  ...['kubelet_volume_stats_*', 'kubelet_container_log_filesystem_used_bytes', 'kubelet_pleg_*'],
  ...['kubelet_pod_*_duration_*', 'kubelet_runtime_operations_*', 'kubelet_cgroup_manager_duration_*'],
  ...['kubelet_certificate_manager_*', 'kubelet_server_expiration_renew_errors', 'kubelet_image_pull_duration_*'],
  ...['storage_operation_*', 'volume_manager_*', 'rest_client_requests_total', 'rest_client_request_duration_*'],
  ...['process_*', 'go_goroutines', 'kubernetes_build_info'],
]

/** The part of the agent's configuration that is about metrics that the kubelet has. */
export function kubeletSection() {
  const pattern = text({ description: 'Name of a sample; `*` and `?` stand for other characters.', minLength: 1 })
  const enabled = (what: string, on: boolean) => boolean({ description: `Whether ${what}.`, default: on })
  return section(
    'Metrics that the kubelet of this node has. It is asked with address, token and certificates of `metadata.kubelet`, and needs the RBAC rules `nodes/metrics` and `nodes/stats`, verb `get`.',
    {
      enabled: enabled('it is asked; only where its address or a token is known', true),
      job: text({ description: 'Label `job`.', default: 'kubelet', minLength: 1 }),
      instance: text({ description: 'Label `instance`; by default port 10250 of `gather.node_address`.', default: '' }),
      interval: optional(
        duration({ description: 'How often it is asked; by default as often as `gather.interval`. 10s at the least.' }),
      ),
      timeout: duration({ description: 'Longest wait for a page.', default: '8s' }),
      max_body_bytes: size({ description: 'Longest page.', default: '32MiB', minimum: 1024 }),
      max_samples: integer({ description: 'Samples of a page at the most.', default: 200_000, minimum: 1 }),
      metrics: section('Its own metrics, of `/metrics`.', {
        enabled: enabled('they are passed on', true),
        include: list(pattern, { description: 'Those that are passed on.', default: DEFAULT_METRICS }),
        exclude: list(pattern, { description: 'Those that are not, whatever else is said.', default: [] }),
      }),
      resource: section('CPU and memory as the metrics server sees them, of `/metrics/resource`.', {
        enabled: enabled('they are passed on', true),
      }),
      probes: section('Results of probes, of `/metrics/probes`.', {
        enabled: enabled('they are passed on', true),
        include: list(pattern, {
          description: 'Those that are passed on.',
          default: ['prober_*'],
        }),
      }),
      cadvisor: section(
        "The kubelet's own metrics of containers, of `/metrics/cadvisor`. Ours are read from control groups for a fraction of the cost; with both there are two of most: turn `gather.containers` off then.",
        {
          enabled: enabled('they are passed on', false),
          job: text({ description: 'Label `job`.', default: 'cadvisor', minLength: 1 }),
        },
      ),
      stats: section(
        'How full file systems of containers and volumes are, of `/stats/summary`: `container_fs_*` beside the other metrics of containers, and `kubelet_volume_stats_*` where these are not taken from `/metrics`.',
        { enabled: enabled('they are read', true) },
      ),
    },
  )
}

export type KubeletConfig = Static<ReturnType<typeof kubeletSection>>

/** What the schema cannot say. */
export function checkKubelet({ interval }: KubeletConfig, report: Report): void {
  if (interval === undefined || interval >= SHORTEST_INTERVAL_MS) return
  const path = ['gather', 'kubelet', 'interval']
  report(
    path,
    `${formatDuration(interval)} is too often; it must be ${formatDuration(SHORTEST_INTERVAL_MS)} at the least`,
  )
}
