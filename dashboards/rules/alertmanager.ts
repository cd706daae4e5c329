import { LIMITS } from '../limits.ts'
import type { RuleGroup } from './rule.ts'

const INSTANCE = ['cluster', 'job', 'instance']
const OF = 'Alertmanager {{ $labels.instance }}'
/** Instances with one job are one cluster, as in Alertmanager's mixin. */
const CLUSTER = 'cluster, job'
const KNOWN = `and on (cluster, job, instance) last_over_time(alertmanager_build_info[1d])`

function failureRatio(integration: string): string {
  return `
    sum by (${CLUSTER}, instance, integration) (rate(alertmanager_notifications_failed_total{${integration}}[15m]))
    / (sum by (${CLUSTER}, instance, integration) (rate(alertmanager_notifications_total{${integration}}[15m])) > 0)`
}

const CRITICAL_INTEGRATIONS = 'integration=~"email|pagerduty|opsgenie|webhook"'
const OTHER_INTEGRATIONS = 'integration!~"email|pagerduty|opsgenie|webhook"'

/** The alerts of Alertmanager's mixin, under its names and with its meaning, and one of ours. They fit both routers. */
export const ALERTMANAGER_ALERTS: RuleGroup = {
  name: 'alertmanager',
  rules: [
    {
      alert: 'AlertmanagerFailedReload',
      // The maximum, so that a failed scrape does not end the alert.
      expr: 'max_over_time(alertmanager_config_last_reload_successful[5m]) == 0',
      for: '10m',
      severity: 'critical',
      summary: 'An Alertmanager could not load its configuration again.',
      description: `${OF} failed to load its configuration; the one before is in force.`,
      panel: { dashboard: 'alert-router', title: 'Configuration', variables: INSTANCE },
    },
    {
      alert: 'AlertmanagerMembersInconsistent',
      expr: `
        max_over_time(alertmanager_cluster_members[5m])
        < on (${CLUSTER}) group_left ()
        count by (${CLUSTER}) (max_over_time(alertmanager_cluster_members[5m]))`,
      for: '15m',
      severity: 'critical',
      summary: 'A member of an Alertmanager cluster has not found all others.',
      description: `${OF} has found {{ $value }} members of its cluster only.`,
      panel: { dashboard: 'alert-router', title: 'Cluster members', variables: INSTANCE },
    },
    {
      alert: 'AlertmanagerFailedToSendAlerts',
      expr: `${failureRatio('')} > ${LIMITS.notificationFailureRatio}`,
      for: '5m',
      severity: 'warning',
      summary: 'An Alertmanager failed to send notifications.',
      description: `${OF} failed to send {{ $value | humanizePercentage }} of the notifications to {{ $labels.integration }}.`,
      panel: { dashboard: 'alert-router', title: 'Failure ratio of notifications', variables: INSTANCE },
    },
    {
      alert: 'AlertmanagerClusterFailedToSendAlerts',
      expr: `min by (${CLUSTER}, integration) (${failureRatio(CRITICAL_INTEGRATIONS)}) > ${LIMITS.notificationFailureRatio}`,
      for: '5m',
      severity: 'critical',
      summary: 'All Alertmanagers of a cluster failed to send notifications to an integration that pages.',
      description:
        'At least {{ $value | humanizePercentage }} of the notifications to {{ $labels.integration }} failed on every instance of {{ $labels.job }}.',
      panel: { dashboard: 'alert-router', title: 'Failure ratio of notifications', variables: ['cluster', 'job'] },
    },
    {
      alert: 'AlertmanagerClusterFailedToSendAlerts',
      expr: `min by (${CLUSTER}, integration) (${failureRatio(OTHER_INTEGRATIONS)}) > ${LIMITS.notificationFailureRatio}`,
      for: '5m',
      severity: 'warning',
      summary: 'All Alertmanagers of a cluster failed to send notifications to an integration that does not page.',
      description:
        'At least {{ $value | humanizePercentage }} of the notifications to {{ $labels.integration }} failed on every instance of {{ $labels.job }}.',
      panel: { dashboard: 'alert-router', title: 'Failure ratio of notifications', variables: ['cluster', 'job'] },
    },
    {
      alert: 'AlertmanagerConfigInconsistent',
      expr: `count by (${CLUSTER}) (count_values by (${CLUSTER}) ("config_hash", alertmanager_config_hash)) != 1`,
      for: '20m',
      severity: 'critical',
      summary: 'Alertmanagers of one cluster have different configurations.',
      description: '{{ $value }} configurations are in force among the instances of {{ $labels.job }}.',
      panel: { dashboard: 'alert-router', title: 'Configuration', variables: ['cluster', 'job'] },
    },
    {
      alert: 'AlertmanagerClusterDown',
      expr: `
        count by (${CLUSTER}) ((avg_over_time(up[5m]) < 0.5) ${KNOWN})
        / count by (${CLUSTER}) (up ${KNOWN})
        >= 0.5`,
      for: '5m',
      severity: 'critical',
      summary: 'Half or more of the Alertmanagers of a cluster are down.',
      description:
        '{{ $value | humanizePercentage }} of the instances of {{ $labels.job }} were up for less than half of the last five minutes.',
      panel: { dashboard: 'alert-router', title: 'Alertmanagers up', variables: ['cluster', 'job'] },
    },
    {
      alert: 'AlertmanagerClusterCrashlooping',
      expr: `
        count by (${CLUSTER}) ((changes(process_start_time_seconds[10m]) > 4) ${KNOWN})
        / count by (${CLUSTER}) (up ${KNOWN})
        >= 0.5`,
      for: '5m',
      severity: 'critical',
      summary: 'Half or more of the Alertmanagers of a cluster crash again and again.',
      description:
        '{{ $value | humanizePercentage }} of the instances of {{ $labels.job }} restarted at least five times in ten minutes.',
      panel: { dashboard: 'alert-router', title: 'Restarts', variables: ['cluster', 'job'] },
    },
    {
      alert: 'NotificationQueueStuck',
      expr: `
        sum by (${CLUSTER}, instance, integration) (
          increase(alertmanager_notification_requests_failed_total[15m])
        ) > 0
        unless
        sum by (${CLUSTER}, instance, integration) (
          increase(alertmanager_notification_requests_total[15m])
          - increase(alertmanager_notification_requests_failed_total[15m])
        ) > 0`,
      for: '10m',
      severity: 'critical',
      summary: 'Notifications are tried again and again, and none goes out.',
      description: `{{ $value | humanize }} attempts of ${OF} to reach {{ $labels.integration }} failed in 15 minutes, and none succeeded; its groups wait.`,
      panel: { dashboard: 'alert-router', title: 'Attempts', variables: INSTANCE },
    },
  ],
}
