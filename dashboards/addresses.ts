import { uidOf } from './dashboard.ts'
import { idOf } from './finish.ts'
import type { AlertPanel } from './rules/rule.ts'

/** Where people find what rules and panels link to. */
export interface Addresses {
  /** Of Grafana, without a slash at the end. */
  readonly grafana: string
  /** Of the directory of docs/runbooks, without a slash at the end. */
  readonly runbooks: string
}

/** To be changed by `npm run dashboards -- --grafana=URL --runbooks=URL`, as everything that says example.com. */
export const EXAMPLE_ADDRESSES: Addresses = {
  grafana: 'https://grafana.example.com',
  runbooks: 'https://git.example.com/vedette/blob/main/docs/runbooks',
}

export function runbookUrl({ runbooks }: Addresses, alert: string): string {
  return `${runbooks}/${alert}.md`
}

/** Opens a panel alone, for the labels of the alert: a template of Prometheus. */
export function panelUrl({ grafana }: Addresses, { dashboard, title, variables = [] }: AlertPanel): string {
  const chosen = variables.map((name) => `&var-${name}={{ $labels.${name} | urlquery }}`)
  return `${grafana}/d/${uidOf(dashboard)}?viewPanel=${idOf(title)}${chosen.join('')}`
}

/** Opens the history of an alert, within the same Grafana. */
export function alertHistoryUrl(alert: string): string {
  return `/d/${uidOf('alert-statistics')}?var-alertname=${alert}&\${__url_time_range}`
}
