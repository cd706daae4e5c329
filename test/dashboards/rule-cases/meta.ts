import type { RuleCase } from './rule-case.ts'

const INFO = { alertname: 'CPUThrottlingHigh', namespace: 'shop', pod: 'web-1', container: 'app' }
const THROTTLED = {
  'container_cpu_cfs_throttled_periods_total{job="cadvisor", namespace="shop", pod="web-1", container="app"}':
    '0+300x60',
  'container_cpu_cfs_periods_total{job="cadvisor", namespace="shop", pod="web-1", container="app"}': '0+600x60',
}

export const META_CASES: readonly RuleCase[] = [
  { alert: 'Watchdog', name: 'always', series: { 'up{job="a"}': '1+0x10' }, at: '5m', firing: [{ labels: {} }] },
  {
    alert: 'InfoInhibitor',
    name: 'there is nothing graver in the namespace',
    series: THROTTLED,
    at: '40m',
    firing: [{ labels: { ...withoutName(INFO), alertstate: 'firing' } }],
  },
  {
    alert: 'InfoInhibitor',
    name: 'there is',
    series: {
      ...THROTTLED,
      'kube_pod_container_status_waiting_reason{job="kube-state-metrics", namespace="shop", pod="web-2", container="app", reason="CrashLoopBackOff"}':
        '1+0x60',
    },
    at: '40m',
    firing: [],
  },
]

function withoutName({ alertname: _, ...labels }: typeof INFO): Record<string, string> {
  return labels
}
