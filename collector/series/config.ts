import { boolean, duration, integer, list, section, size, text } from '#lib/config/schema.ts'
import { expositionSection } from '../expose/config.ts'

/** The part of the collector's configuration that is about metrics. */
export function metricsSection() {
  return section('Metrics: the last sample of each series is kept in memory, for Prometheus to read.', {
    max_series: integer({
      description: 'Most series; samples of further ones are refused, which their senders are told.',
      default: 1_000_000,
      minimum: 0,
    }),
    max_bytes: size({ description: 'Memory that series may take.', default: '640MiB' }),
    max_series_per_node: integer({
      description: 'Most series of one node, so that none takes the room of the others.',
      default: 100_000,
      minimum: 1,
    }),
    max_series_per_tenant: integer({
      description: 'Most series of one tenant: those that have the same value in the label `metrics.tenant_label`.',
      default: 200_000,
      minimum: 1,
    }),
    tenant_label: text({
      description: 'Label that names the tenant of a series; empty for none.',
      default: 'namespace',
    }),
    max_age: duration({
      description: 'A series of which nothing comes for so long is forgotten, however slow its source is.',
      default: '5m',
    }),
    min_staleness: duration({
      description:
        'A series of which nothing comes for two intervals of its source is forgotten, but not before this time.',
      default: '10s',
    }),
    promote_resource_attributes: list(text({ description: 'Key of an attribute.', minLength: 1 }), {
      description:
        'Attributes of OTLP resources that all of their series get as labels; the others are labels of `target_info`.',
      default: [],
    }),
    scope_labels: boolean({
      description: 'Whether series that come by OTLP have labels `otel_scope_name` and `otel_scope_version`.',
      default: false,
    }),
    exposition: expositionSection(),
  })
}
