import type { RuleCase } from './rule-case.ts'

const LABELS = { job: 'vedette-agent', instance: '10.0.0.1:9465' }
const OF = 'job="vedette-agent", instance="10.0.0.1:9465"'
const OTHER = 'job="vedette-agent", instance="10.0.0.2:9465"'
const GIB = 1024 ** 3

export const AGENT_CASES: readonly RuleCase[] = [
  {
    alert: 'AgentDown',
    name: 'a target that was an agent does not answer any more',
    series: {
      [`up{${OF}}`]: '1+0x10 0+0x30',
      [`vedette_agent_build_info{${OF}, version="1"}`]: '1+0x10 _x30',
      [`vedette_agent_build_info{${OTHER}, version="1"}`]: '1+0x40',
    },
    at: '30m',
    firing: [{ labels: LABELS }],
  },
  {
    alert: 'AgentDown',
    name: 'there is no agent at all',
    series: { 'up{job="prometheus", instance="a"}': '1+0x30' },
    at: '15m',
    firing: [{ labels: {} }],
  },
  {
    alert: 'AgentDown',
    name: 'another target is down, and an agent was for five minutes',
    series: {
      'up{job="shop", instance="a"}': '0+0x40',
      [`up{${OF}}`]: '1+0x20 0+0x4 1+0x20',
      [`vedette_agent_build_info{${OF}, version="1"}`]: '1+0x20 _x4 1+0x20',
      [`vedette_agent_build_info{${OTHER}, version="1"}`]: '1+0x50',
    },
    at: '25m',
    firing: [],
  },
  {
    alert: 'AgentNotShipping',
    name: 'records are read and none is acknowledged',
    series: {
      [`vedette_agent_records_read_total{${OF}}`]: '0+60x60',
      [`vedette_agent_records_acknowledged_total{${OF}}`]: '500+0x60',
    },
    at: '40m',
    firing: [{ labels: LABELS, value: '1' }],
  },
  {
    alert: 'AgentNotShipping',
    name: 'records are acknowledged, or there are none',
    series: {
      [`vedette_agent_records_read_total{${OF}}`]: '0+60x60',
      [`vedette_agent_records_acknowledged_total{${OF}}`]: '0+1x60',
      [`vedette_agent_records_read_total{${OTHER}}`]: '500+0x60',
      [`vedette_agent_records_acknowledged_total{${OTHER}}`]: '500+0x60',
    },
    at: '40m',
    firing: [],
  },
  {
    alert: 'AgentLagging',
    name: 'more than five minutes behind for more than ten',
    series: { [`vedette_agent_seconds_behind{${OF}}`]: '400+0x30' },
    at: '15m',
    firing: [{ labels: LABELS, value: '6m 40s' }],
  },
  {
    alert: 'AgentLagging',
    name: 'behind by less, or not for long',
    series: {
      [`vedette_agent_seconds_behind{${OF}}`]: '300+0x30',
      [`vedette_agent_seconds_behind{${OTHER}}`]: '0+0x10 400+0x8 0+0x10',
    },
    at: '18m',
    firing: [],
  },
  {
    alert: 'AgentDroppingRecords',
    name: 'records are rejected',
    series: { [`vedette_agent_records_dropped_total{${OF}, reason="rejected"}`]: '0+60x30' },
    at: '20m',
    firing: [{ labels: { ...LABELS, reason: 'rejected' }, value: '1' }],
  },
  {
    alert: 'AgentDroppingRecords',
    name: 'records are dropped as told',
    series: {
      [`vedette_agent_records_dropped_total{${OF}, reason="rate_limit"}`]: '0+60x30',
      [`vedette_agent_records_dropped_total{${OF}, reason="rule:no-probes"}`]: '0+60x30',
      [`vedette_agent_records_dropped_total{${OF}, reason="rejected"}`]: '7+0x30',
    },
    at: '20m',
    firing: [],
  },
  {
    alert: 'AgentSheddingLogs',
    name: 'deleted files are given up',
    series: { [`vedette_agent_shed_bytes_total{${OF}, reason="max_bytes"}`]: '0+61440x30' },
    at: '20m',
    firing: [{ labels: { ...LABELS, reason: 'max_bytes' }, value: '1ki' }],
  },
  {
    alert: 'AgentSheddingLogs',
    name: 'none are',
    series: { [`vedette_agent_shed_bytes_total{${OF}, reason="max_bytes"}`]: '4096+0x30' },
    at: '20m',
    firing: [],
  },
  {
    alert: 'AgentQueueNearlyFull',
    name: 'more than four fifths of the budget are held, and it does not grow',
    series: {
      [`vedette_agent_spool_bytes{${OF}}`]: `${1.5 * GIB}+0x60`,
      [`vedette_agent_unlinked_bytes{${OF}}`]: `${0.25 * GIB}+0x60`,
    },
    at: '50m',
    firing: [{ severity: 'warning', labels: LABELS, value: '1.75Gi' }],
  },
  {
    alert: 'AgentQueueNearlyFull',
    name: 'it is full in four hours',
    series: {
      [`vedette_agent_spool_bytes{${OF}}`]: `${GIB}+${GIB / 256}x60`,
      [`vedette_agent_unlinked_bytes{${OF}}`]: '0+0x60',
    },
    at: '50m',
    firing: [{ severity: 'critical', labels: LABELS, value: '2.133Gi' }],
  },
  {
    alert: 'AgentQueueNearlyFull',
    name: 'half of the budget is held, or little that grows fast',
    series: {
      [`vedette_agent_spool_bytes{${OF}}`]: `${GIB}+0x60`,
      [`vedette_agent_unlinked_bytes{${OF}}`]: '0+0x60',
      [`vedette_agent_spool_bytes{${OTHER}}`]: `0+${GIB / 64}x20 ${GIB / 3}+0x40`,
      [`vedette_agent_unlinked_bytes{${OTHER}}`]: '0+0x60',
    },
    at: '20m',
    firing: [],
  },
  {
    alert: 'AgentCheckpointStuck',
    name: 'acknowledgements are not on disk for a quarter of an hour',
    series: { [`vedette_agent_checkpoint_age_seconds{${OF}}`]: '0+60x30' },
    at: '20m',
    firing: [{ labels: LABELS, value: '20m 0s' }],
  },
  {
    alert: 'AgentCheckpointStuck',
    name: 'they are after a while',
    series: { [`vedette_agent_checkpoint_age_seconds{${OF}}`]: '0+60x10 0+0x20' },
    at: '20m',
    firing: [],
  },
  {
    alert: 'AgentGatherFailing',
    name: 'rounds go on failing, or being left out',
    series: {
      [`vedette_agent_gather_failures_total{${OF}, gatherer="node"}`]: '0+1x40',
      [`vedette_agent_gather_rounds_skipped_total{${OF}, gatherer="scrape"}`]: '0+1x40',
    },
    at: '30m',
    firing: [{ labels: { ...LABELS, gatherer: 'node' } }, { labels: { ...LABELS, gatherer: 'scrape' } }],
  },
  {
    alert: 'AgentGatherFailing',
    name: 'one failed, once',
    series: {
      [`vedette_agent_gather_failures_total{${OF}, gatherer="node"}`]: '0+0x9 1+0x40',
    },
    at: '30m',
    firing: [],
  },
  {
    alert: 'AgentVersionSkew',
    name: 'two versions for more than two hours',
    series: {
      [`vedette_agent_build_info{${OF}, version="1.0.0"}`]: '1+0x180',
      [`vedette_agent_build_info{${OTHER}, version="1.1.0"}`]: '1+0x180',
    },
    at: '2h10m',
    firing: [{ labels: {}, value: '2' }],
  },
  {
    alert: 'AgentVersionSkew',
    name: 'one version, after a rollout of an hour',
    series: {
      [`vedette_agent_build_info{${OF}, version="1.0.0"}`]: '1+0x60 _x120',
      [`vedette_agent_build_info{${OF}, version="1.1.0"}`]: '_x60 1+0x120',
      [`vedette_agent_build_info{${OTHER}, version="1.1.0"}`]: '1+0x180',
    },
    at: '2h10m',
    firing: [],
  },
]
