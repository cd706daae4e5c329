import { agentDashboard } from './agent.ts'
import { alertRouterDashboard } from './alert-router.ts'
import { alertStatisticsDashboard } from './alert-statistics.ts'
import { collectorDashboard } from './collector.ts'
import type { DashboardSpec } from './dashboard.ts'
import { logsOverviewDashboard } from './logs-overview.ts'
import { nodeDashboard } from './node.ts'
import { podsDashboard } from './pods.ts'

/** The dashboards, in the order in which one meets them. */
export function allDashboards(): DashboardSpec[] {
  return [
    logsOverviewDashboard(),
    podsDashboard(),
    nodeDashboard(),
    agentDashboard(),
    collectorDashboard(),
    alertRouterDashboard(),
    alertStatisticsDashboard(),
  ]
}
