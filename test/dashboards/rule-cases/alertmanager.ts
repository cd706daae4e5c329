import type { RuleCase } from './rule-case.ts'

const A = 'job="alertmanager", instance="a:9093"'
const B = 'job="alertmanager", instance="b:9093"'
const OF_A = { job: 'alertmanager', instance: 'a:9093' }
const CLUSTER = { job: 'alertmanager' }

const both = (metric: string, more: string, values: string, ofB = values) => ({
  [`${metric}{${A}${more}}`]: values,
  [`${metric}{${B}${more}}`]: ofB,
})
const INFO = both('alertmanager_build_info', ', version="1"', '1+0x60')
const sent = (integration: string, failedOfB: string) => ({
  ...both('alertmanager_notifications_total', `, integration="${integration}"`, '0+60x60'),
  ...both('alertmanager_notifications_failed_total', `, integration="${integration}"`, '0+6x60', failedOfB),
})

export const ALERTMANAGER_CASES: readonly RuleCase[] = [
  {
    alert: 'AlertmanagerFailedReload',
    name: 'the last reload failed',
    series: both('alertmanager_config_last_reload_successful', '', '1+0x5 0+0x40', '1+0x45'),
    at: '30m',
    firing: [{ labels: OF_A }],
  },
  {
    alert: 'AlertmanagerFailedReload',
    name: 'it failed, and worked the next time',
    series: both('alertmanager_config_last_reload_successful', '', '1+0x5 0+0x5 1+0x40'),
    at: '30m',
    firing: [],
  },
  {
    alert: 'AlertmanagerMembersInconsistent',
    name: 'one has found itself only',
    series: both('alertmanager_cluster_members', '', '1+0x40', '2+0x40'),
    at: '30m',
    firing: [{ labels: OF_A, value: '1' }],
  },
  {
    alert: 'AlertmanagerMembersInconsistent',
    name: 'each has found both',
    series: both('alertmanager_cluster_members', '', '2+0x40'),
    at: '30m',
    firing: [],
  },
  {
    alert: 'AlertmanagerFailedToSendAlerts',
    name: 'a tenth of what one sends fails',
    series: sent('email', '0+0x60'),
    at: '30m',
    firing: [{ labels: { ...OF_A, integration: 'email' }, value: '10%' }],
  },
  {
    alert: 'AlertmanagerFailedToSendAlerts',
    name: 'hardly anything fails',
    series: {
      [`alertmanager_notifications_total{${A}, integration="email"}`]: '0+600x60',
      [`alertmanager_notifications_failed_total{${A}, integration="email"}`]: '0+1x60',
    },
    at: '30m',
    firing: [],
  },
  {
    alert: 'AlertmanagerClusterFailedToSendAlerts',
    name: 'what pages fails everywhere',
    series: sent('webhook', '0+12x60'),
    at: '30m',
    firing: [{ severity: 'critical', labels: { ...CLUSTER, integration: 'webhook' }, value: '10%' }],
  },
  {
    alert: 'AlertmanagerClusterFailedToSendAlerts',
    name: 'what does not page fails everywhere',
    series: sent('slack', '0+12x60'),
    at: '30m',
    firing: [{ severity: 'warning', labels: { ...CLUSTER, integration: 'slack' }, value: '10%' }],
  },
  {
    alert: 'AlertmanagerClusterFailedToSendAlerts',
    name: 'it fails on one of two',
    series: { ...sent('webhook', '0+0x60'), ...sent('slack', '0+0x60') },
    at: '30m',
    firing: [],
  },
  {
    alert: 'AlertmanagerConfigInconsistent',
    name: 'two configurations in one cluster',
    series: both('alertmanager_config_hash', '', '111+0x60', '222+0x60'),
    at: '40m',
    firing: [{ labels: CLUSTER, value: '2' }],
  },
  {
    alert: 'AlertmanagerConfigInconsistent',
    name: 'the same everywhere',
    series: both('alertmanager_config_hash', '', '111+0x60'),
    at: '40m',
    firing: [],
  },
  {
    alert: 'AlertmanagerClusterDown',
    name: 'one of two is down',
    series: { ...both('up', '', '0+0x60', '1+0x60'), ...INFO },
    at: '30m',
    firing: [{ labels: CLUSTER, value: '50%' }],
  },
  {
    alert: 'AlertmanagerClusterDown',
    name: 'both are up, and something else is down',
    series: { ...both('up', '', '1+0x60'), ...INFO, 'up{job="alertmanager", instance="c"}': '0+0x60' },
    at: '30m',
    firing: [],
  },
  {
    alert: 'AlertmanagerClusterCrashlooping',
    name: 'one of two starts every minute',
    series: {
      ...both('process_start_time_seconds', '', '0+60x60', '7+0x60'),
      ...both('up', '', '1+0x60'),
      ...INFO,
    },
    at: '30m',
    firing: [{ labels: CLUSTER, value: '50%' }],
  },
  {
    alert: 'AlertmanagerClusterCrashlooping',
    name: 'one started twice',
    series: {
      ...both('process_start_time_seconds', '', '0+0x25 60+0x2 120+0x40', '7+0x60'),
      ...both('up', '', '1+0x60'),
      ...INFO,
    },
    at: '30m',
    firing: [],
  },
  {
    alert: 'NotificationQueueStuck',
    name: 'every attempt fails',
    series: {
      [`alertmanager_notification_requests_total{${A}, integration="webhook"}`]: '0+2x60',
      [`alertmanager_notification_requests_failed_total{${A}, integration="webhook"}`]: '0+2x60',
    },
    at: '40m',
    firing: [{ labels: { ...OF_A, integration: 'webhook' }, value: '30' }],
  },
  {
    alert: 'NotificationQueueStuck',
    name: 'some attempts succeed',
    series: {
      [`alertmanager_notification_requests_total{${A}, integration="webhook"}`]: '0+2x60',
      [`alertmanager_notification_requests_failed_total{${A}, integration="webhook"}`]: '0+1x60',
    },
    at: '40m',
    firing: [],
  },
]
