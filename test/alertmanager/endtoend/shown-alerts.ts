import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { type RouterClient, startRouter } from '../support/router-process.ts'

/** Two receivers, one of them of a kind that upstream does not know, and an inhibition. */
export const YAML = `
route:
  receiver: team
  group_by: [alertname]
  group_wait: 1h
  routes: [{receiver: other, matchers: [team="b"], group_by: [alertname, severity]}]
inhibit_rules: [{source_matchers: [severity="critical"], target_matchers: [severity="warning"], equal: [host]}]
receivers:
  - {name: team, webhook_configs: [{url: "http://hook.test/"}]}
  - {name: other, dingtalk_configs: [{webhook_url: "http://robot.test/"}]}
`
/** Times of the API. */
export const MILLIS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** What clients read of an alert. */
export interface Alert {
  readonly labels: Record<string, string>
  readonly annotations: Record<string, string>
  readonly fingerprint: string
  readonly generatorURL: string
  readonly startsAt: string
  readonly endsAt: string
  readonly updatedAt: string
  readonly receivers: { readonly name: string }[]
  readonly status: { readonly state: string; readonly silencedBy: string[]; readonly inhibitedBy: string[] }
}
/** And of a group. */
export interface Group {
  readonly alerts: Alert[]
  readonly labels: Record<string, string>
  readonly receiver: { readonly name: string }
}
/** And of a silence. */
export interface Silence {
  readonly id: string
  readonly status: { readonly state: string }
  readonly matchers: { name: string; value: string; isRegex: boolean; isEqual: boolean }[]
  readonly comment: string
  readonly createdBy: string
  readonly startsAt: string
  readonly endsAt: string
  readonly updatedAt: string
}

const ALERTS = [
  { alertname: 'Disk', host: 'a', severity: 'critical' },
  { alertname: 'Latency "p99"', host: 'a', severity: 'warning' },
  { alertname: 'Disk', host: 'b', severity: 'info', team: 'b', 'with space': 'x\\y' },
]

/** A router that has three alerts: one that fires, one that it inhibits, and one of another team. */
export async function startWithAlerts(t: Pick<TestContext, 'after'>): Promise<RouterClient> {
  const router = await startRouter(t, temporaryDirectory(t), YAML)
  const answer = await router.post(
    '/api/v2/alerts',
    ALERTS.map((labels) => ({ labels, annotations: { summary: labels.alertname }, generatorURL: 'http://p.test/g' })),
  )
  assert.equal(answer.status, 200)
  return router
}
