import type { Clock } from '#lib/clock.ts'
import type { Static } from '#lib/config/schema.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { metricsSection } from './config.ts'
import { SeriesExpiry } from './expiry.ts'
import { OtlpIngest } from './otlp/otlp-ingest.ts'
import { SeriesTable } from './series-table.ts'

/** The table of series, with what fills it from OTLP and what clears it. */
export interface SeriesParts {
  readonly table: SeriesTable
  readonly otlp: OtlpIngest
  readonly expiry: Service
}

export function createSeries(config: Static<ReturnType<typeof metricsSection>>, clock: Clock): SeriesParts {
  const table = new SeriesTable({
    limits: {
      maxSeries: config.max_series,
      maxBytes: config.max_bytes,
      maxSeriesPerNode: config.max_series_per_node,
      maxSeriesPerTenant: config.max_series_per_tenant,
      tenantLabel: config.tenant_label,
    },
    minStalenessMs: config.min_staleness,
    maxAgeMs: config.max_age,
    clock,
  })
  const otlp = new OtlpIngest(table, {
    promoted: config.promote_resource_attributes,
    hasScopeLabels: config.scope_labels,
  })
  return { table, otlp, expiry: new SeriesExpiry({ table, sweep: () => otlp.sweep(), clock }) }
}
