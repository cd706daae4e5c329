import { integer, section } from '#lib/config/schema.ts'

/** How series are shown to Prometheus. */
export function expositionSection() {
  return section('Showing series to Prometheus: `/metrics/nodes`, `/federate` and service discovery.', {
    max_concurrent: integer({
      description: 'Pages that are written at once; who asks for a further one is asked to come back.',
      default: 8,
      minimum: 1,
    }),
    shards: integer({
      description: 'Parts into which `/api/v1/sd/shards` divides the series, unless `?shards=` says otherwise.',
      default: 4,
      minimum: 1,
      maximum: 1_000,
    }),
    max_targets: integer({
      description:
        'Most targets that service discovery lists; beyond it answers an error, and nobody is left out silently.',
      default: 2_000,
      minimum: 1,
    }),
  })
}
