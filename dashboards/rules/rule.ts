import type { DashboardName } from '../dashboard.ts'

type Severity = 'critical' | 'warning' | 'info' | 'none'

/** Where an alert is looked at: a panel, and the variables of its dashboard that labels of the alert set. */
export interface AlertPanel {
  readonly dashboard: DashboardName
  readonly title: string
  /** Names of labels of the alert that are variables there too. */
  readonly variables?: readonly string[]
}

export interface AlertRule {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly severity: Severity
  /** What is wrong, without labels, so that it groups. */
  readonly summary: string
  /** The same with labels and values, in Prometheus' templates. */
  readonly description: string
  readonly panel: AlertPanel
}

export interface RecordingRule {
  readonly record: string
  readonly expr: string
}

export interface RuleGroup {
  /** Also part of the name of its file. */
  readonly name: string
  /** Evaluations are this far apart; left out, Prometheus' own. */
  readonly interval?: string
  readonly rules: readonly (AlertRule | RecordingRule)[]
}

export function isAlert(rule: AlertRule | RecordingRule): rule is AlertRule {
  return 'alert' in rule
}
