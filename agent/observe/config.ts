import { integer, section } from '#lib/config/schema.ts'

/** The part of the agent's configuration that is about its own metrics. */
export function metricsSection() {
  return section('The metrics at `/metrics`.', {
    max_containers: integer({
      description:
        'Containers with series of their own, those with the most bytes behind first; all others are in the totals only.',
      default: 100,
      minimum: 0,
      maximum: 10_000,
    }),
  })
}
