import { EXAMPLE_ADDRESSES } from './addresses.ts'
import { generatedFiles } from './outputs.ts'
import { expandVariables, selectorsOf } from './promql.ts'
import { RULE_FILES } from './rules/all.ts'
import { isAlert } from './rules/rule.ts'

/** A query as Prometheus would get it, and who asks. */
export interface NamedQuery {
  readonly where: string
  readonly expr: string
}

interface Json {
  readonly title: string
  readonly panels?: readonly Json[]
  readonly targets?: readonly { readonly expr?: string }[]
  readonly templating: { readonly list: readonly { name: string; query?: { query?: string } }[] }
  readonly annotations: { readonly list: readonly { name: string; expr?: string }[] }
}

/**
 * Everything that dashboards and rules ask, "All" being chosen everywhere. Of an alert, which is empty while all is
 * well, every series that it looks at.
 */
export function allQueries(): NamedQuery[] {
  const queries: NamedQuery[] = []
  for (const [file, content] of generatedFiles(EXAMPLE_ADDRESSES)) {
    if (file.endsWith('.json')) queries.push(...queriesOfDashboard(JSON.parse(content) as Json))
  }
  for (const { rules } of Object.values(RULE_FILES).flat()) {
    for (const rule of rules) {
      if (!isAlert(rule)) {
        queries.push({ where: `rule ${rule.record}`, expr: rule.expr })
        continue
      }
      const metrics = new Set(selectorsOf(rule.expr).map(({ metric }) => metric))
      for (const metric of metrics) queries.push({ where: `alert ${rule.alert}`, expr: metric })
    }
  }
  return queries.map(({ where, expr }) => ({ where, expr: expandVariables(expr) }))
}

function queriesOfDashboard({ title, panels = [], templating, annotations }: Json): NamedQuery[] {
  const queries = queriesOfPanels(title, panels)
  for (const { name, query } of templating.list) {
    const metric = /^label_values\((.*), \w+\)$/s.exec(query?.query ?? '')?.[1]
    if (metric !== undefined) queries.push({ where: `${title}: variable ${name}`, expr: metric })
  }
  for (const { name, expr } of annotations.list) {
    // Marks are there at moments only; what they look at should be there always.
    const metrics = new Set(selectorsOf(expr ?? '').map(({ metric }) => metric))
    for (const metric of metrics) queries.push({ where: `${title}: marks ${name}`, expr: metric })
  }
  return queries
}

function queriesOfPanels(dashboard: string, panels: readonly Json[]): NamedQuery[] {
  return panels.flatMap(({ title, panels: inner, targets = [] }) => {
    if (inner !== undefined) return queriesOfPanels(dashboard, inner)
    return targets.flatMap(({ expr }) => (expr === undefined ? [] : [{ where: `${dashboard}: ${title}`, expr }]))
  })
}
