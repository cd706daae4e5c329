import { duration, integer, section, size } from '#lib/config/schema.ts'

/** The part of the collector's configuration that is about metrics. */
export function metricsSection() {
  return section('Metrics that come by OTLP: the last sample of each series is kept in memory.', {
    max_series: integer({
      description: 'Most series; points of further ones are refused, which their senders are told.',
      default: 200_000,
      minimum: 0,
    }),
    max_bytes: size({ description: 'Memory that series may take.', default: '256MiB' }),
    max_age: duration({ description: 'A series of which nothing comes for so long is forgotten.', default: '5m' }),
  })
}
