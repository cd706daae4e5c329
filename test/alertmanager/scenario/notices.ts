import type { TestRouter } from '../support/test-router.ts'

/** A team that is told of alerts, and watchers who are told of notices, each of them alone. */
export const withNotices = (notices: string) => `
route:
  receiver: team
  group_by: [alertname]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 100h
  routes:
    - {receiver: watchers, matchers: [alertname=~"Silence.*"], group_by: [...]}
receivers:
  - name: team
    webhook_configs: [{url: http://hook.test/}]
  - name: watchers
    webhook_configs: [{url: http://hook.test/}]
vedette:
  silence_notices: ${notices}
`
export const CREATED = withNotices('{tell: [created], keep: 1h}')
export const EXPIRING = withNotices('{tell: [expiring], before: 30m}')
export const EXPIRED = withNotices('{tell: [expired], keep: 1h}')

/** Those that fire. */
export function notices({ pipeline }: TestRouter) {
  return pipeline.own.alerts.firing('silence_notices')
}
