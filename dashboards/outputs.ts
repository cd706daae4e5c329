import { type Addresses, alertHistoryUrl, runbookUrl } from './addresses.ts'
import { allDashboards } from './all.ts'
import { buildDashboard, type DashboardName } from './dashboard.ts'
import { finish, type PanelNotes } from './finish.ts'
import { provisioningFiles } from './provisioning.ts'
import { allAlerts, RULE_FILES } from './rules/all.ts'
import { writeRules } from './rules/write-rules.ts'

/** Every generated file, by its path below dashboards/generated. */
export function generatedFiles(addresses: Addresses): Map<string, string> {
  const dashboards = new Map(
    allDashboards().map((spec) => [
      spec.name,
      finish(buildDashboard(spec), (title) => notesOf(spec.name, title, addresses)),
    ]),
  )
  const rules = new Map(Object.entries(RULE_FILES).map(([file, groups]) => [file, writeRules(groups, addresses)]))
  const files = provisioningFiles(dashboards, rules)
  for (const [file, content] of rules) files.set(`rules/${file}`, content)
  return files
}

function notesOf(dashboard: DashboardName, title: string, addresses: Addresses): PanelNotes | undefined {
  const shown = allAlerts().filter(({ panel }) => panel.dashboard === dashboard && panel.title === title)
  const names = [...new Set(shown.map(({ alert }) => alert))]
  if (names.length === 0) return undefined
  return {
    text: `${names.length === 1 ? 'Alert' : 'Alerts'}: ${names.join(', ')}; what to do is in the runbook, linked above.`,
    links: names.flatMap((name) => [
      { title: `Runbook: ${name}`, url: runbookUrl(addresses, name) },
      { title: `Alert: ${name}`, url: alertHistoryUrl(name) },
    ]),
  }
}
