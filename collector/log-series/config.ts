import { boolean, duration, integer, type Static, section, text } from '#lib/config/schema.ts'

/** The part of the collector's configuration that is about metrics of what passes as logs. */
export function logSeriesSection() {
  return section(
    'Metrics of the logs that pass: `logs_total` and `logs_bytes_total` by namespace, pod, container, node and level, and those of `shape.counters` and `shape.histograms`. They are in the table of series with all others.',
    {
      enabled: boolean({
        description:
          'Whether records that come by OTLP are counted for each container, once they are on disk. What a sender sends twice counts twice.',
        default: true,
      }),
      instance: text({
        description:
          'Label `instance` of the series, as each collector counts what it takes; empty for the name of the host.',
        default: '',
      }),
      interval: duration({ description: 'How often the counts are put into the table of series.', default: '10s' }),
      max_containers: integer({
        description: 'Most containers; records of further ones count together, with `(other)` as their labels.',
        default: 10_000,
        minimum: 1,
        maximum: 1_000_000,
      }),
      max_age: duration({
        description:
          'A container of which nothing comes for so long is forgotten; if it comes again its counters begin at 0.',
        default: '1h',
      }),
    },
  )
}

export type LogSeriesConfig = Static<ReturnType<typeof logSeriesSection>>
