import type { DashboardSpec } from './dashboard.ts'
import { LIMITS } from './limits.ts'
import { PanelFactory } from './panels.ts'
import { processSection } from './process.ts'
import { TARGET } from './selectors.ts'
import { prometheusVariable, targetVariables } from './variables.ts'

const rate = (metric: string) => `rate(alertmanager_${metric}{${TARGET}}[$__rate_interval])`
const of = (metric: string) => `alertmanager_${metric}{${TARGET}}`
const BY = 'by (instance, integration)'

/** How alerts become notifications. The metrics are Alertmanager's, so it fits that one too. */
export function alertRouterDashboard(): DashboardSpec {
  const panels = new PanelFactory()
  return {
    name: 'alert-router',
    title: 'Vedette / Alert router',
    description:
      'Alerts received, groups, notifications and their failures, silences, configuration: of our router or of Alertmanager.',
    variables: [prometheusVariable(), ...targetVariables('alertmanager_build_info')],
    sections: [
      {
        title: 'Stats',
        panels: [
          panels.stat({
            title: 'Active alerts',
            description:
              'Alerts that are neither silenced nor inhibited. Many at once: something common is broken; see Alerts / Statistics.',
            unit: 'short',
            width: 4,
            queries: [{ expr: `max(alertmanager_alerts{${TARGET}, state="active"})` }],
          }),
          panels.stat({
            title: 'Groups',
            description:
              'Groups of alerts, each of which becomes one notification. As many as alerts: group_by is too fine.',
            unit: 'short',
            width: 4,
            queries: [{ expr: `max(${of('dispatcher_aggregation_groups')})` }],
          }),
          panels.stat({
            title: 'Notifications',
            description: 'Notifications per second, all integrations.',
            unit: 'ops',
            width: 4,
            queries: [{ expr: `sum(${rate('notifications_total')})` }],
          }),
          panels.stat({
            title: 'Failed notifications',
            description:
              'Notifications that failed after all attempts, per second. Any: people are not told; see failures.',
            unit: 'ops',
            width: 4,
            queries: [{ expr: `sum(${rate('notifications_failed_total')})` }],
          }),
          panels.stat({
            title: 'Invalid alerts',
            description: 'Alerts that were refused, per second. See the log for what is wrong with them.',
            unit: 'ops',
            width: 4,
            queries: [{ expr: `sum(${rate('alerts_invalid_total')})` }],
          }),
          panels.stat({
            title: 'Configuration since',
            description: 'How long ago the configuration was loaded. Longer than you think: a reload failed.',
            unit: 's',
            width: 4,
            queries: [{ expr: `max(time() - ${of('config_last_reload_success_timestamp_seconds')})` }],
          }),
        ],
      },
      {
        title: 'Alerts',
        panels: [
          panels.graph({
            title: 'Alerts by state',
            description: 'Alerts that are held. Instances of one cluster that differ do not hear each other.',
            unit: 'short',
            stack: true,
            queries: [{ expr: of('alerts'), legend: '{{instance}} {{state}}' }],
          }),
          panels.graph({
            title: 'Alerts receive rate',
            description: 'Alerts received and refused. None: Prometheus does not send; see its alertmanagers.',
            unit: 'ops',
            queries: [
              {
                expr: `sum by (instance, status) (${rate('alerts_received_total')})`,
                legend: '{{instance}} {{status}}',
              },
              { expr: `sum by (instance) (${rate('alerts_invalid_total')})`, legend: '{{instance}} invalid' },
            ],
          }),
          panels.graph({
            title: 'Alertmanagers up',
            description:
              '1 while an instance answers scrapes. All at 0: nobody is told of anything. Look at the process and its log.',
            unit: 'bool',
            max: 1,
            queries: [{ expr: `up{${TARGET}}`, legend: '{{instance}}' }],
          }),
          panels.graph({
            title: 'Groups and their processing',
            description: 'Groups, and the time to take an alert in. Milliseconds are normal.',
            unit: 'short',
            queries: [{ expr: of('dispatcher_aggregation_groups'), legend: '{{instance}} groups' }],
          }),
        ],
      },
      {
        title: 'Notifications',
        panels: [
          panels.graph({
            title: 'Notifications send rate',
            description:
              'Notifications and those that failed, by integration. Failures: the log says what the receiver answered.',
            unit: 'ops',
            queries: [
              { expr: `sum ${BY} (${rate('notifications_total')})`, legend: '{{instance}} {{integration}}' },
              {
                expr: `sum ${BY} (${rate('notifications_failed_total')})`,
                legend: '{{instance}} {{integration}} failed',
              },
            ],
          }),
          panels.graph({
            title: 'Failure ratio of notifications',
            description:
              'Part of the notifications that failed. Above the line: credentials, address or network of the receiver.',
            unit: 'percentunit',
            max: 1,
            limit: LIMITS.notificationFailureRatio,
            queries: [
              {
                expr: `sum ${BY} (${rate('notifications_failed_total')}) / (sum ${BY} (${rate('notifications_total')}) > 0)`,
                legend: '{{instance}} {{integration}}',
              },
            ],
          }),
          panels.graph({
            title: 'Attempts',
            description:
              'Requests to receivers and failed ones, which are tried again. All failing: groups wait, see the log for the answer.',
            unit: 'ops',
            queries: [
              { expr: `sum ${BY} (${rate('notification_requests_total')})`, legend: '{{instance}} {{integration}}' },
              {
                expr: `sum ${BY} (${rate('notification_requests_failed_total')})`,
                legend: '{{instance}} {{integration}} failed',
              },
            ],
          }),
          panels.graph({
            title: 'Notification duration',
            description: 'Time that a notification takes. Seconds: the receiver is slow, and groups behind it wait.',
            unit: 's',
            queries: [
              ...[0.5, 0.99].map((q) => ({
                expr: `histogram_quantile(${q}, sum by (le, integration) (${rate('notification_latency_seconds_bucket')}))`,
                legend: `{{integration}} p${q * 100}`,
              })),
              {
                expr: `sum by (integration) (${rate('notification_latency_seconds_sum')}) / (sum by (integration) (${rate('notification_latency_seconds_count')}) > 0)`,
                legend: '{{integration}} average',
              },
            ],
          }),
          panels.graph({
            title: 'Suppressed',
            description: 'Alerts kept out of notifications, by reason. Much by silence: is one of them too wide?',
            unit: 'ops',
            stack: true,
            queries: [{ expr: `sum by (reason) (${rate('notifications_suppressed_total')})`, legend: '{{reason}}' }],
          }),
        ],
      },
      {
        title: 'State',
        isCollapsed: true,
        panels: [
          panels.graph({
            title: 'Silences by state',
            description:
              'Silences that are active, pending or expired. Active ones that nobody ends hide what is broken.',
            unit: 'short',
            queries: [{ expr: of('silences'), legend: '{{instance}} {{state}}' }],
          }),
          panels.graph({
            title: 'Configuration',
            description:
              '1 while the last reload worked; and how many configurations are in force, which should be one. `vedette check` says what is wrong with a file.',
            unit: 'short',
            queries: [
              { expr: of('config_last_reload_successful'), legend: '{{instance}} loaded' },
              {
                expr: `count by (cluster, job) (count_values by (cluster, job) ("config_hash", ${of('config_hash')}))`,
                legend: '{{job}} configurations',
              },
            ],
          }),
          panels.graph({
            title: 'Cluster members',
            description: 'Members that each instance has found. Fewer than instances: they do not reach each other.',
            unit: 'short',
            queries: [{ expr: of('cluster_members'), legend: '{{instance}}' }],
          }),
          panels.graph({
            title: 'Notification log',
            description: 'Size of the log of what was sent, which keeps repetitions away, and how often it is asked.',
            unit: 'bytes',
            queries: [
              { expr: of('nflog_snapshot_size_bytes'), legend: '{{instance}} bytes' },
              { expr: rate('nflog_queries_total'), legend: '{{instance}} queries per second' },
            ],
          }),
          panels.graph({
            title: 'Restarts',
            description:
              'Starts in the last ten minutes. Again and again: its log says why; a wrong file is refused at start.',
            unit: 'short',
            queries: [{ expr: `changes(process_start_time_seconds{${TARGET}}[10m])`, legend: '{{instance}}' }],
          }),
          panels.graph({
            title: 'Writes that failed',
            description:
              'Transactions that could not be brought to disk and are tried again. Free the disk of data_dir.',
            unit: 'ops',
            queries: [{ expr: rate('storage_commit_failures_total'), legend: '{{instance}}' }],
          }),
        ],
      },
      processSection(),
    ],
  }
}
