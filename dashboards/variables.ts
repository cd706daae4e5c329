import {
  CustomVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'

/** Name of the variable that holds Prometheus: `datasource` where it is the only one, else by its type. */
export type PrometheusVariable = 'datasource' | 'prometheus_datasource'

const ALL = { selected: true, text: ['All'], value: ['$__all'] }

/** Which Prometheus is asked; first of all variables, since linters go by the first. */
export function prometheusVariable(name: PrometheusVariable = 'datasource'): DatasourceVariableBuilder {
  const label = name === 'datasource' ? 'Data source' : 'Prometheus data source'
  return new DatasourceVariableBuilder(name).label(label).type('prometheus').allowCustomValue(false)
}

/** Which Elasticsearch is asked: our store, or one that the collector indexes in. */
export function elasticsearchVariable(): DatasourceVariableBuilder {
  const variable = new DatasourceVariableBuilder('elasticsearch_datasource').label('Elasticsearch data source')
  return variable.type('elasticsearch').allowCustomValue(false)
}

/** Values of a label, all of them chosen at first. `metric` is a selector, with its variables. */
export function labelVariable(
  name: string,
  label: string,
  { metric, of = name, from = 'datasource' }: { metric: string; of?: string; from?: PrometheusVariable },
): QueryVariableBuilder {
  const query = `label_values(${metric}, ${of})`
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource({ type: 'prometheus', uid: `\${${from}}` })
    .query({ query, refId: name })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalCaseInsensitiveAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current(ALL)
}

/** The `cluster` label, which most have none of: all clusters includes that. Shown where somebody has one. */
export function clusterVariable(metric: string, from: PrometheusVariable = 'datasource'): QueryVariableBuilder {
  return labelVariable('cluster', 'Cluster', { metric, from }).allValue('.*')
}

/** Cluster, job and instance of a metric, each within the ones before. */
export function targetVariables(metric: string, from: PrometheusVariable = 'datasource'): QueryVariableBuilder[] {
  return [
    clusterVariable(metric, from),
    labelVariable('job', 'Job', { metric: `${metric}{cluster=~"$cluster"}`, from }),
    labelVariable('instance', 'Instance', { metric: `${metric}{cluster=~"$cluster", job=~"$job"}`, from }),
  ]
}

/** A search text; `*` finds everything. */
export function textVariable(name: string, label: string, description: string): TextBoxVariableBuilder {
  return new TextBoxVariableBuilder(name)
    .label(label)
    .description(description)
    .hide(VariableHide.DontHide)
    .defaultValue('*')
    .current({ selected: true, text: '*', value: '*' })
}

/** One of some texts with a name, the first of which is chosen at first. */
export function choiceVariable(
  name: string,
  label: string,
  choices: Readonly<Record<string, string>>,
): CustomVariableBuilder {
  const [first] = Object.entries(choices)
  const texts = Object.entries(choices).map(([text, value]) => `${text} : ${value}`)
  return new CustomVariableBuilder(name)
    .label(label)
    .values(texts.join(','))
    .current({ selected: true, text: first![0], value: first![1] })
}
