import type { RuleGroup } from './rule.ts'

/** Alerts on the alerting itself. */
export const META_ALERTS: RuleGroup = {
  name: 'vedette-meta',
  rules: [
    {
      alert: 'Watchdog',
      expr: 'vector(1)',
      severity: 'none',
      summary: 'Always fires, to show that alerting works from end to end.',
      description:
        'This alert always fires. Send it to a dead man’s switch, which calls somebody when it does not come any more.',
      panel: { dashboard: 'alert-statistics', title: 'Firing alerts by severity' },
    },
    {
      alert: 'InfoInhibitor',
      expr: `
        ALERTS{severity="info"} == 1
        unless on (namespace) ALERTS{alertname!="InfoInhibitor", severity=~"warning|critical", alertstate="firing"} == 1`,
      severity: 'none',
      summary: 'Inhibits alerts of severity info.',
      description:
        'An alert of severity info is active in namespace {{ $labels.namespace }} and nothing graver. Route this one to nobody, and have it inhibit those of severity info with the same namespace.',
      panel: { dashboard: 'alert-statistics', title: 'Firing alerts by severity' },
    },
  ],
}
