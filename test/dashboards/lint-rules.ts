import * as units from '@grafana/grafana-foundation-sdk/units'
import { expandVariables, type Selector, selectorsOf, syntaxError } from '../../dashboards/promql.ts'
import {
  type GeneratedDashboard,
  type GeneratedPanel,
  type GeneratedTarget,
  type GeneratedVariable,
  panelsOf,
} from './generated.ts'

/** What a rule finds wrong, and where. */
export interface Finding {
  readonly dashboard: string
  readonly panel?: string
  readonly message: string
}

export interface LintRule {
  readonly name: string
  readonly check: (dashboard: GeneratedDashboard) => Finding[]
}

const UNITS = new Set(Object.values(units as Record<string, unknown>).filter((value) => typeof value === 'string'))
const ofTemplates = (find: (variables: readonly GeneratedVariable[]) => (string | false)[]) => {
  return (dashboard: GeneratedDashboard): Finding[] =>
    find(dashboard.templating.list)
      .filter((message) => message !== false)
      .map((message) => ({ dashboard: dashboard.title, message }))
}
const ofPanels = (types: readonly string[], find: (panel: GeneratedPanel) => string | false) => {
  return (dashboard: GeneratedDashboard): Finding[] =>
    panelsOf(dashboard)
      .filter(({ type }) => types.includes(type))
      .flatMap((panel) => {
        const message = find(panel)
        return message === false ? [] : [{ dashboard: dashboard.title, panel: panel.title, message }]
      })
}
const ofTargets = (find: (target: GeneratedTarget, dashboard: GeneratedDashboard) => (string | false)[]) => {
  return (dashboard: GeneratedDashboard): Finding[] =>
    panelsOf(dashboard).flatMap((panel) =>
      (panel.targets ?? [])
        .flatMap((target) => find(target, dashboard))
        .filter((message) => message !== false)
        .map((message) => ({ dashboard: dashboard.title, panel: panel.title, message })),
    )
}
const ofSelectors = (find: (selector: Selector) => string | false) =>
  ofTargets(({ expr }) => (expr === undefined ? [] : selectorsOf(expr).map(find)))

const queryOf = ({ query }: GeneratedVariable) => (typeof query === 'string' ? query : query.query)
const firstDatasource = (variables: readonly GeneratedVariable[]) => variables.find(({ type }) => type === 'datasource')
const isOfPrometheus = (variables: readonly GeneratedVariable[]) =>
  firstDatasource(variables) !== undefined && queryOf(firstDatasource(variables)!) === 'prometheus'

function targetVariable(name: string, label: string) {
  return ofTemplates((variables) => {
    if (!isOfPrometheus(variables)) return []
    const found = variables.find((variable) => variable.name === name)
    if (found === undefined) return [`no variable ${name}`]
    return [
      found.type !== 'query' && `${name} is no query`,
      found.label !== label && `${name} is labelled ${found.label}`,
      found.datasource?.uid !== `\${${firstDatasource(variables)!.name}}` && `${name} asks another data source`,
      found.multi !== true && `${name} takes one value only`,
      found.allValue !== '.+' && `all of ${name} is ${found.allValue}`,
    ]
  })
}

function targetMatcher(label: string) {
  return ofSelectors(({ metric, matchers }) => {
    const isThere = matchers.some((one) => one.label === label && one.operator === '=~' && one.value === `$${label}`)
    return !isThere && `${metric} is asked without ${label}=~"$${label}"`
  })
}

const WITH_TITLE = ['stat', 'gauge', 'timeseries', 'table']
const NUMERIC = ['stat', 'gauge', 'timeseries', 'table', 'singlestat', 'graph']

/** Those of Grafana's dashboard linter, in its order and under its names; Loki's do not apply. */
export const LINT_RULES: readonly LintRule[] = [
  {
    name: 'template-datasource-rule',
    check: ofTemplates((variables) => {
      const found = variables.filter(({ type }) => type === 'datasource')
      if (found.length === 0) return ['no variable for the data source']
      return found.map((variable) => {
        const type = queryOf(variable)
        const titled = `${type[0]!.toUpperCase()}${type.slice(1)} data source`
        const isNamed =
          (found.length === 1 && variable.name === 'datasource' && variable.label === 'Data source') ||
          (variable.name === `${type}_datasource` && variable.label === titled)
        return !isNamed && `variable ${variable.name} is labelled ${variable.label}`
      })
    }),
  },
  { name: 'template-job-rule', check: targetVariable('job', 'Job') },
  { name: 'template-instance-rule', check: targetVariable('instance', 'Instance') },
  {
    name: 'template-label-promql-rule',
    check: ofTemplates((variables) =>
      variables
        .filter(({ type, datasource }) => type === 'query' && datasource?.type === 'prometheus')
        .map((variable) => {
          const metric = /^label_values\((.*), \w+\)$/s.exec(queryOf(variable))?.[1]
          if (metric === undefined) return `${variable.name} is no label_values(metric, label)`
          return syntaxError(expandVariables(metric)) ?? false
        }),
    ),
  },
  {
    name: 'template-on-time-change-reload-rule',
    check: ofTemplates((variables) =>
      variables.map(({ type, name, refresh }) => type === 'query' && refresh !== 2 && `${name} is not asked again`),
    ),
  },
  {
    name: 'panel-datasource-rule',
    check: (dashboard) =>
      ofPanels(['graph', 'timeseries', 'table', 'stat', 'logs', 'state-timeline'], ({ datasource }) => {
        const names = dashboard.templating.list.filter(({ type }) => type === 'datasource').map(({ name }) => name)
        return !names.some((name) => datasource?.uid === `\${${name}}`) && 'asks no data source of a variable'
      })(dashboard),
  },
  {
    name: 'panel-title-description-rule',
    check: ofPanels([...WITH_TITLE, 'logs', 'state-timeline'], ({ title, description }) => {
      return (!title || !description) && 'lacks a title or a description'
    }),
  },
  {
    name: 'panel-units-rule',
    check: ofPanels(NUMERIC, ({ fieldConfig }) => {
      const { unit, mappings = [] } = fieldConfig?.defaults ?? {}
      return mappings.length === 0 && !UNITS.has(unit ?? '') && `has the unit ${unit}`
    }),
  },
  {
    name: 'panel-no-targets-rule',
    check: ofPanels([...WITH_TITLE, 'logs', 'state-timeline'], ({ targets = [] }) => {
      return targets.length === 0 && 'asks nothing'
    }),
  },
  {
    name: 'target-promql-rule',
    check: ofTargets(({ expr }) => [expr !== undefined && (syntaxError(expandVariables(expr)) ?? false)]),
  },
  {
    name: 'target-rate-interval-rule',
    check: ofSelectors(({ metric, range, function: around }) => {
      const isRate = around === 'rate' || around === 'irate'
      return isRate && range !== '$__rate_interval' && `${around}(${metric}[${range}])`
    }),
  },
  { name: 'target-job-rule', check: targetMatcher('job') },
  { name: 'target-instance-rule', check: targetMatcher('instance') },
  {
    name: 'target-counter-agg-rule',
    check: ofSelectors(({ metric, function: around }) => {
      const isRated = ['rate', 'irate', 'increase'].includes(around ?? '')
      return metric.endsWith('_total') && !isRated && `${metric} is asked as it is`
    }),
  },
  {
    name: 'uneditable-dashboard-rule',
    check: ({ title, editable }) => (editable === false ? [] : [{ dashboard: title, message: 'is editable' }]),
  },
]
