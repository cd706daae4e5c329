import { LIMITS } from '../limits.ts'
import { UNINTENDED_DROPS } from '../selectors.ts'
import type { RuleGroup } from './rule.ts'

const INSTANCE = ['cluster', 'job', 'instance']
const OF = 'Agent {{ $labels.instance }}'

/** Alerts on the agents' own metrics. They name no job: the names of the metrics are ours alone. */
export const AGENT_ALERTS: RuleGroup = {
  name: 'vedette-agent',
  rules: [
    {
      alert: 'AgentDown',
      expr: `
        (up == 0 and on (cluster, job, instance) last_over_time(vedette_agent_build_info[1d]))
        or absent(vedette_agent_build_info)`,
      for: '10m',
      severity: 'critical',
      summary: 'An agent cannot be scraped, or there is none at all.',
      description: `${OF} has not answered scrapes for ten minutes. Logs of its node stay on the node until it is back, as long as the kubelet and the spool keep them.`,
      panel: { dashboard: 'agent', title: 'Agents up', variables: INSTANCE },
    },
    {
      alert: 'AgentNotShipping',
      expr: `
        rate(vedette_agent_records_read_total[10m]) > 0
        unless rate(vedette_agent_records_acknowledged_total[10m]) > 0`,
      for: '10m',
      severity: 'critical',
      summary: 'An agent reads log records and no collector acknowledges any.',
      description: `${OF} reads {{ $value | humanize }} records per second, none of which was acknowledged for ten minutes.`,
      panel: { dashboard: 'agent', title: 'Records read, acknowledged and dropped', variables: INSTANCE },
    },
    {
      alert: 'AgentLagging',
      expr: `vedette_agent_seconds_behind > ${LIMITS.agentLagSeconds}`,
      for: '10m',
      severity: 'warning',
      summary: 'Delivery of logs is behind on a node.',
      description: `The oldest record of ${OF.toLowerCase()} that is not acknowledged is {{ $value | humanizeDuration }} old.`,
      panel: { dashboard: 'agent', title: 'Delivery behind, in time', variables: INSTANCE },
    },
    {
      alert: 'AgentDroppingRecords',
      expr: `
        sum by (cluster, job, instance, reason) (
          rate(vedette_agent_records_dropped_total{${UNINTENDED_DROPS}}[5m])
        ) > 0`,
      for: '5m',
      severity: 'warning',
      summary: 'An agent gives up log records that nobody told it to drop.',
      description: `${OF} drops {{ $value | humanize }} records per second, reason {{ $labels.reason }}.`,
      panel: { dashboard: 'agent', title: 'Dropped records by reason', variables: INSTANCE },
    },
    {
      alert: 'AgentSheddingLogs',
      expr: 'sum by (cluster, job, instance, reason) (rate(vedette_agent_shed_bytes_total[5m])) > 0',
      for: '1m',
      severity: 'critical',
      summary: 'An agent gives up deleted log files before they were read.',
      description: `${OF} gives up {{ $value | humanize1024 }}B of logs per second, reason {{ $labels.reason }}.`,
      panel: { dashboard: 'agent', title: 'Logs given up unread', variables: INSTANCE },
    },
    {
      alert: 'AgentQueueNearlyFull',
      expr: `vedette_agent_spool_bytes + vedette_agent_unlinked_bytes > ${LIMITS.fullRatio} * ${LIMITS.spoolBytes}`,
      for: '5m',
      severity: 'warning',
      summary: 'The logs that an agent holds for delivery nearly fill its budget.',
      description: `${OF} holds {{ $value | humanize1024 }}B of rotated and deleted logs; beyond logs.spool.max_bytes it gives up the oldest.`,
      panel: { dashboard: 'agent', title: 'Held logs', variables: INSTANCE },
    },
    {
      alert: 'AgentQueueNearlyFull',
      expr: `
        predict_linear(vedette_agent_spool_bytes[30m], ${LIMITS.fullInSeconds}) > ${LIMITS.spoolBytes}
        and deriv(vedette_agent_spool_bytes[10m]) > 0
        and vedette_agent_spool_bytes > 0.5 * ${LIMITS.spoolBytes}`,
      for: '10m',
      severity: 'critical',
      summary: 'The logs that an agent holds for delivery fill its budget within four hours.',
      description: `${OF} will hold {{ $value | humanize1024 }}B in four hours if it goes on as in the last half hour; beyond logs.spool.max_bytes it gives up the oldest.`,
      panel: { dashboard: 'agent', title: 'Held logs', variables: INSTANCE },
    },
    {
      alert: 'AgentCheckpointStuck',
      expr: `vedette_agent_checkpoint_age_seconds > ${LIMITS.checkpointAgeSeconds}`,
      for: '5m',
      severity: 'warning',
      summary: 'An agent cannot write down how far it is.',
      description: `${OF} has acknowledgements from {{ $value | humanizeDuration }} ago that are not on disk; a restart would send those records again.`,
      panel: { dashboard: 'agent', title: 'Checkpoint age', variables: INSTANCE },
    },
    {
      alert: 'AgentGatherFailing',
      expr: `
        sum by (cluster, job, instance, gatherer) (rate(vedette_agent_gather_failures_total[10m])) > 0
        or
        sum by (cluster, job, instance, gatherer) (rate(vedette_agent_gather_rounds_skipped_total[10m])) > 0`,
      for: '15m',
      severity: 'warning',
      summary: 'An agent fails to gather metrics, or cannot keep up.',
      description: `${OF} goes on failing or leaving out rounds of {{ $labels.gatherer }}; its series have gaps or are missing.`,
      panel: { dashboard: 'agent', title: 'Gathering that fails', variables: INSTANCE },
    },
    {
      alert: 'AgentVersionSkew',
      expr: 'count by (cluster) (count by (cluster, version) (vedette_agent_build_info)) > 1',
      for: '2h',
      severity: 'info',
      summary: 'Agents of several versions run at once.',
      description: '{{ $value }} versions of the agent have run for two hours; a rollout hangs.',
      panel: { dashboard: 'agent', title: 'Agents by version', variables: ['cluster'] },
    },
  ],
}
