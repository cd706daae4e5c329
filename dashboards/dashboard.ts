import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  RowBuilder,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard'
import type { PanelBuilder } from './panels.ts'

/** What all of our dashboards are found by. */
const TAG = 'vedette'

/** Panels under a heading. */
export interface Section {
  readonly title: string
  /** Whether one has to open it; what one seldom needs then costs no queries. */
  readonly isCollapsed?: boolean
  readonly panels: readonly PanelBuilder[]
}

/** Moments that are marked in all graphs. */
interface Marks {
  readonly name: string
  readonly expr: string
  readonly title: string
  readonly color: string
}

export interface DashboardSpec {
  /** Name of its file; the uid is made of it and stays. */
  readonly name: DashboardName
  readonly title: string
  readonly description: string
  readonly variables: readonly { build(): VariableModel }[]
  readonly marks?: readonly Marks[]
  readonly sections: readonly Section[]
}

export type DashboardName =
  | 'logs-overview'
  | 'pods'
  | 'node'
  | 'agent'
  | 'collector'
  | 'alert-router'
  | 'alert-statistics'

/** The uid of a dashboard, which is its address: `/d/<uid>`. */
export function uidOf(name: DashboardName): string {
  return `${TAG}-${name}`
}

/** A dashboard as the SDK builds it, with what all of ours have in common; `finish` makes it whole. */
export function buildDashboard(spec: DashboardSpec): Dashboard {
  const builder = new DashboardBuilder(spec.title)
    .uid(uidOf(spec.name))
    .description(spec.description)
    .tags([TAG])
    .readonly()
    .timezone('utc')
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .link(
      new DashboardLinkBuilder('Vedette')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .asDropdown(true)
        .keepTime(true)
        .includeVars(true),
    )
  for (const variable of spec.variables) builder.withVariable(variable)
  for (const { name, expr, title, color } of spec.marks ?? []) {
    builder.annotation(
      new AnnotationQueryBuilder()
        .name(name)
        .datasource({ type: 'prometheus', uid: '${datasource}' })
        .expr(expr)
        .titleFormat(title)
        .step('60s')
        .enable(true)
        .iconColor(color),
    )
  }
  for (const { title, isCollapsed = false, panels } of spec.sections) {
    const row = new RowBuilder(title).collapsed(isCollapsed)
    if (isCollapsed) for (const panel of panels) row.withPanel(panel)
    builder.withRow(row)
    if (!isCollapsed) for (const panel of panels) builder.withPanel(panel)
  }
  return builder.build()
}
