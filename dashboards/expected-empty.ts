/** Why a query may find nothing though all is well: by a metric that is missing, or, if none is, by who asks. */
export type ExpectedEmpty =
  | { readonly metric: RegExp; readonly reason: string }
  | { readonly where: RegExp; readonly reason: string }

/** What a run without Kubernetes' API, without failures and without history cannot have. */
export const EXPECTED_EMPTY: readonly ExpectedEmpty[] = [
  {
    metric: /^kube_/,
    reason: 'Of objects of the cluster only kube-state-metrics knows; panels say so, and do without where they can.',
  },
  {
    metric: /^cluster:namespace:pod_(cpu|memory):active:kube_pod_container_resource_(limits|requests)$/,
    reason: 'Recorded of series of kube-state-metrics.',
  },
  {
    metric:
      /^vedette_agent_(records_dropped|shed_bytes|metadata_failures|send_failures|gather_failures|gather_rounds_skipped|gather_node_collector_failures|scrape_failures|scrape_samples_refused|scrape_pods_refused)_total$/,
    reason: 'Counts what goes wrong by reason, so there is no series until it does.',
  },
  {
    metric:
      /^vedette_collector_(records_dropped|requests_refused|records_rejected|documents_retried|bulk_failures|bulk_divided|dead_letter_records|metric_points_rejected|series_refused)_total$/,
    reason: 'Counts what is refused or dropped by reason, so there is no series until something is.',
  },
  {
    metric: /^vedette_collector_elasticsearch_blocked$/,
    reason: 'By reason, so there is no series until Elasticsearch blocks something.',
  },
  {
    metric: /^vedette_collector_query_(duration_seconds_bucket|requests_total)$/,
    reason: 'By endpoint, so there is no series until somebody asks.',
  },
  {
    metric: /^vedette_collector_remote_write_/,
    reason: 'There only where a remote write is configured.',
  },
  {
    metric:
      /^alertmanager_(notifications_failed|notification_requests_failed|notifications_suppressed|alerts_invalid)_total$/,
    reason: 'Counts what goes wrong or is kept back by reason, so there is no series until it is.',
  },
  {
    metric: /^container_fs_(reads|writes)(_bytes)?_total$/,
    reason: 'A container that has touched no disk has none, and those of a recorded node may not have.',
  },
  {
    metric: /^kubelet_volume_stats_/,
    reason: 'Of the kubelet, and only where pods have persistent volumes.',
  },
  {
    where: /^Vedette \/ Kubernetes \/ Pods and containers: CPU throttling$/,
    reason: 'Only containers with a limit that ran lately are shown; those of a recorded node stand still.',
  },
  {
    where:
      /^Vedette \/ [\w /]+: (Disk latency|Network errors|TCP retransmissions|Notification duration|Failure ratio of notifications|Bulk latency|Bulk size)$/,
    reason: 'Averages and parts of nothing: left out while nothing happens.',
  },
  {
    where: /^Vedette \/ Alerts \/ Statistics: (Longest firing|Time to resolve|Flapping)$/,
    reason: 'While all is well nothing is active but Watchdog, which is left out and does not flap.',
  },
  {
    where:
      /^Vedette \/ Logs \/ Overview: (New errors|Errors|Error share|Errors by container)$|^rule namespace_pod_container:logs_errors:rate5m$/,
    reason: 'While nothing logs errors there are none to show.',
  },
  {
    where: /^Vedette \/ Kubernetes \/ Pods and containers: (OOM kills|Restarts)$/,
    reason: 'Only what was killed or started anew is shown.',
  },
  {
    where: /^Vedette \/ Kubernetes \/ Node: File systems full in$/,
    reason: 'Only file systems that fill up are shown.',
  },
  {
    where: /^Vedette \/ Collector: Queue full in$/,
    reason: 'Infinite while the queue does not grow, and then left out.',
  },
  {
    metric: /^alertmanager_cluster_members$/,
    reason: 'There with a cluster only; the router of `vedette up` runs alone.',
  },
  {
    metric: /^alertmanager_nflog_snapshot_size_bytes$/,
    reason: "Alertmanager's own; our router has no snapshots to measure. The dashboard fits both.",
  },
]
