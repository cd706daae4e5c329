import * as common from '@grafana/grafana-foundation-sdk/common'
import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  LogsDedupStrategy,
  LogsSortOrder,
  SortOrder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
} from '@grafana/grafana-foundation-sdk/common'
import {
  DashboardLinkBuilder,
  DashboardLinkType,
  type DataSourceRef,
  type Panel,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard'
import * as elasticsearch from '@grafana/grafana-foundation-sdk/elasticsearch'
import * as logsPanel from '@grafana/grafana-foundation-sdk/logs'
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus'
import * as statPanel from '@grafana/grafana-foundation-sdk/stat'
import * as stateTimeline from '@grafana/grafana-foundation-sdk/statetimeline'
import * as tablePanel from '@grafana/grafana-foundation-sdk/table'
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries'
import type { PrometheusVariable } from './variables.ts'

/** What the panels of a dashboard are made with. */
export interface PanelBuilder {
  build(): Panel
}

/** A query in PromQL, and how its series are called. */
export interface Query {
  readonly expr: string
  readonly legend?: string
}

/** A link from a value to where one looks next. */
interface ValueLink {
  readonly title: string
  readonly url: string
}

export interface PanelSpec {
  readonly title: string
  /** What it shows, what bad looks like, and what to do about it. */
  readonly description: string
  /** One of Grafana's ids of units. */
  readonly unit: string
  readonly queries: readonly Query[]
  /** Of 24. */
  readonly width?: number
  readonly height?: number
  /** Where an alert begins; the alert has the same number. */
  readonly limit?: number
  /** For a limit: whether below it is bad. */
  readonly below?: boolean
  readonly links?: readonly ValueLink[]
}

export interface GraphSpec extends PanelSpec {
  readonly stack?: boolean
  readonly max?: number
  /** A pattern of the names of series that are bounds: dashed, never filled, never stacked. */
  readonly bounds?: string
}

export interface TableSpec extends PanelSpec {
  /** Columns in their order: the label or `Value #A`, and the heading. Others are left out. */
  readonly columns: Readonly<Record<string, string>>
  /** Units of columns whose unit is another, by heading. */
  readonly units?: Readonly<Record<string, string>>
}

const { GREEN, RED } = { GREEN: 'green', RED: 'red' }

/** What the SDK's builders of panels have in common; each returns itself. */
interface HeadBuilder {
  title(title: string): this
  description(description: string): this
  unit(unit: string): this
  datasource(datasource: DataSourceRef): this
  span(width: number): this
  height(height: number): this
}

/** Look-alike panels that ask one Prometheus. */
export class PanelFactory {
  readonly #datasource: { readonly type: string; readonly uid: string }

  constructor(variable: PrometheusVariable = 'datasource') {
    this.#datasource = { type: 'prometheus', uid: `\${${variable}}` }
  }

  /** Lines over time, from zero, with a legend that says the last values. */
  graph(spec: GraphSpec): PanelBuilder {
    const legend = new common.VizLegendOptionsBuilder()
      .displayMode(LegendDisplayMode.Table)
      .placement(LegendPlacement.Right)
      .showLegend(true)
      .calcs(['lastNotNull'])
    const panel = this.#head(new timeseries.PanelBuilder(), { width: 12, height: 8, ...spec })
      .min(0)
      .fillOpacity(10)
      .lineWidth(1)
      .showPoints(VisibilityMode.Never)
      .legend(legend)
      .tooltip(new common.VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    if (spec.max !== undefined) panel.max(spec.max)
    if (spec.stack === true) panel.stacking(new common.StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
    if (spec.limit !== undefined) {
      panel.thresholds(thresholds(spec.limit, spec.below))
      panel.thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed))
    }
    if (spec.bounds !== undefined) {
      panel.overrideByRegexp(spec.bounds, [
        { id: 'custom.lineStyle', value: { dash: [10, 10], fill: 'dash' } },
        { id: 'custom.fillOpacity', value: 0 },
        { id: 'custom.stacking', value: { group: 'B', mode: 'none' } },
      ])
    }
    for (const query of spec.queries) panel.withTarget(this.#target(query).range())
    return panel.dataLinks(valueLinks(spec.links))
  }

  /** One number, with its course behind it; red where an alert begins. */
  stat(spec: PanelSpec): PanelBuilder {
    const panel = this.#head(new statPanel.PanelBuilder(), { width: 3, height: 4, ...spec })
      .colorMode(spec.limit === undefined ? BigValueColorMode.None : BigValueColorMode.Value)
      .graphMode(BigValueGraphMode.Area)
      .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']))
      .thresholds(thresholds(spec.limit, spec.below))
      .noValue('–')
    for (const query of spec.queries) panel.withTarget(this.#target(query).range())
    return panel.dataLinks(valueLinks(spec.links))
  }

  /** The values of now, a row for each label set; what several queries say of it is in one row. */
  table(spec: TableSpec): PanelBuilder {
    // Grafana says of which query a value is only where there are several.
    const isAlone = spec.queries.length === 1
    const headings = Object.entries(spec.columns).map(
      ([name, heading]) => [isAlone ? name.replace(/^Value #A$/, 'Value') : name, heading] as const,
    )
    const panel = this.#head(new tablePanel.PanelBuilder(), { width: 12, height: 8, ...spec })
      .filterable(true)
      .withTransformation({ id: 'merge', options: {} })
      .withTransformation({
        id: 'filterFieldsByName',
        options: { include: { names: headings.map(([name]) => name) } },
      })
      .withTransformation({
        id: 'organize',
        options: {
          indexByName: Object.fromEntries(headings.map(([name], index) => [name, index])),
          renameByName: Object.fromEntries(headings),
        },
      })
    for (const [heading, unit] of Object.entries(spec.units ?? {})) {
      panel.overrideByName(heading, [{ id: 'unit', value: unit }])
    }
    const firstValue = headings.find(([name]) => name.startsWith('Value'))
    if (firstValue !== undefined) {
      panel.sortBy([new common.TableSortByFieldStateBuilder().displayName(firstValue[1]).desc(true)])
    }
    for (const query of spec.queries) {
      panel.withTarget(this.#target(query).instant().format(prometheus.PromQueryFormat.Table))
    }
    return panel.dataLinks(valueLinks(spec.links))
  }

  /** What state each series was in, from when to when. */
  states(
    spec: PanelSpec & { readonly names: Readonly<Record<number, { text: string; color: string }>> },
  ): PanelBuilder {
    const panel = this.#head(new stateTimeline.PanelBuilder(), { width: 24, height: 10, ...spec })
      .showValue(VisibilityMode.Never)
      .legend(
        new common.VizLegendOptionsBuilder()
          .displayMode(LegendDisplayMode.List)
          .placement(LegendPlacement.Bottom)
          .showLegend(true)
          .calcs([]),
      )
      .mappings([{ type: 'value', options: mappingsOf(spec.names) } as never])
    for (const query of spec.queries) panel.withTarget(this.#target(query).range())
    return panel.dataLinks(valueLinks(spec.links))
  }

  /** What all have above their bodies. */
  #head<Builder extends HeadBuilder>(
    panel: Builder,
    { title, description, unit, width, height }: Omit<PanelSpec, 'queries'> & { width: number; height: number },
  ): Builder {
    return panel
      .title(title)
      .description(description)
      .unit(unit)
      .datasource(this.#datasource)
      .span(width)
      .height(height)
  }

  #target({ expr, legend }: Query): prometheus.DataqueryBuilder {
    const target = new prometheus.DataqueryBuilder().expr(expr).datasource(this.#datasource)
    return legend === undefined ? target : target.legendFormat(legend)
  }
}

/** Log records that a query in Lucene's syntax finds, newest first. */
export function logs(spec: {
  readonly title: string
  readonly description: string
  readonly lucene: string
  readonly height?: number
}): PanelBuilder {
  const datasource = { type: 'elasticsearch', uid: '${elasticsearch_datasource}' }
  // The SDK's own builder calls their type `unknown`.
  const records = { build: () => ({ type: 'logs' as const, id: '1', settings: { limit: '500' } }) }
  return new logsPanel.PanelBuilder()
    .title(spec.title)
    .description(spec.description)
    .datasource(datasource)
    .span(24)
    .height(spec.height ?? 14)
    .showTime(true)
    .wrapLogMessage(true)
    .enableLogDetails(true)
    .sortOrder(LogsSortOrder.Descending)
    .dedupStrategy(LogsDedupStrategy.None)
    .withTarget(
      new elasticsearch.DataqueryBuilder()
        .datasource(datasource)
        .timeField('@timestamp')
        .query(spec.lucene)
        .metrics([records])
        .bucketAggs([]),
    )
}

function thresholds(limit: number | undefined, below = false): ThresholdsConfigBuilder {
  const [first, second] = below ? [RED, GREEN] : [GREEN, RED]
  const steps: Threshold[] = [{ color: limit === undefined ? GREEN : first, value: null }]
  if (limit !== undefined) steps.push({ color: second, value: limit })
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps)
}

function mappingsOf(names: Readonly<Record<number, { text: string; color: string }>>): object {
  return Object.fromEntries(Object.entries(names).map(([value, name], index) => [value, { ...name, index }]))
}

function valueLinks(links: readonly ValueLink[] = []): DashboardLinkBuilder[] {
  return links.map(({ title, url }) => new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url))
}
